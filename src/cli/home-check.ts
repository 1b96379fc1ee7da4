/** `causeway home check`: our side against the security servers that gateway.yaml names, or against the services of an edge: a line and a remedy a step. */
import { loadConfig } from '../config/config.ts';
import type { GatewayConfig } from '../config/config.ts';
import { tlsOf } from '../ecosystems/calling-home.ts';
import { DIALECT_FORMS, openDialects } from '../ecosystems/dialects.ts';
import type { Dialect } from '../ecosystems/ecosystem.ts';
import { memberPath, sameMember, servicePath } from '../ecosystems/xroad-identifiers.ts';
import { asCausewayError } from '../errors.ts';
import { makeLink, sameOperation } from '../federation/link.ts';
import { loadMappings } from '../mapping/load.ts';
import type { ExportedService, MappingSet } from '../mapping/mappings.ts';
import { connect } from '../platform/http-client.ts';
import type { HttpConnection } from '../platform/http-client.ts';
import { reach } from '../platform/reach.ts';
import type { ReachStep } from '../platform/reach.ts';
import type { DomesticMember } from '../stages.ts';

export interface HomeStep {
  /** The server or service that was tried. */
  readonly at: string;
  readonly step: ReachStep | 'listClients' | 'listed' | 'allowed';
  /** Whom or what the step is about, where it is not the server itself. */
  readonly about?: string;
  readonly ok: boolean;
  readonly text: string;
  /** What to do; only where the step failed. */
  readonly remedy?: string;
}

export interface HomeReport {
  readonly ok: boolean;
  readonly steps: readonly HomeStep[];
}

const TIMEOUT_MS = 10_000;

const REMEDIES: Readonly<Record<HomeStep['step'], string>> = {
  dns: 'correct the host in gateway.yaml, or the name service of this machine',
  tcp: 'start the server; open the way to its port; correct the port in gateway.yaml',
  tls: 'the port must speak TLS 1.2 or newer; is it the one for information systems?',
  pin: 'if its operators renewed the certificate, get the new file from them and add it to pins, beside the old one',
  listClients: 'is this the port of a security server for information systems?',
  listed: 'its provider must add the service at its security server, under this code and version',
  allowed: "register the subsystem under the gateway's member, upload the certificate of gateway.yaml (tls.certificate) as its information system's, and let the provider give it the access right",
};

/** Throws `config-invalid` for a configuration that does not load. */
export async function homeCheck(folder: string): Promise<HomeReport> {
  const config = loadConfig(folder);
  const mappings = await loadMappings(config.mappings, config.gateway.country, DIALECT_FORMS);
  const steps = config.gateway.home === 'provider' ? await checkServers(config, mappings) : await checkServices(config);
  return { ok: steps.every(({ ok }) => ok), steps };
}

async function checkServices({ home }: GatewayConfig): Promise<HomeStep[]> {
  const all = home.services.flatMap(({ url, tls, service }) => (url === undefined ? [] : [checkReach(`${service} at ${url}`, new URL(url).origin, tls)]));
  return (await Promise.all(all)).flat();
}

async function checkServers(config: GatewayConfig, mappings: MappingSet): Promise<HomeStep[]> {
  const dialect = await openDialects({ faultSpelling: 'snake', maxAnswerBytes: config.limits.answerBytes });
  const steps: HomeStep[] = [];
  for (const { url, tls } of config.home.securityServers) {
    const reached = await checkReach(url, url, tls);
    steps.push(...reached);
    if (reached.some(({ ok }) => !ok)) continue;
    const connection = connect({ origin: url, tls: tlsOf(tls), connections: 4 });
    try {
      steps.push(await checkClients(url, connection, config));
      for (const exported of mappings.exported) steps.push(...(await checkExported(url, exported, dialect(exported.home.dialect), connection, config, mappings)));
    } finally {
      await connection.close();
    }
  }
  return steps;
}

async function checkReach(at: string, origin: string, tls: GatewayConfig['home']['securityServers'][number]['tls']): Promise<HomeStep[]> {
  const made = tlsOf(tls);
  const steps = await reach(origin, typeof made === 'string' ? undefined : made, TIMEOUT_MS);
  return steps.map(({ step, ok, text }) => judged({ at, step, ok, text }));
}

async function checkClients(at: string, connection: HttpConnection, { limits }: GatewayConfig): Promise<HomeStep> {
  const step = { at, step: 'listClients' } as const;
  return attempt(step, async () => {
    const { status } = await connection.send({ method: 'GET', target: '/listClients', headers: {}, body: new Uint8Array() }, { signal: AbortSignal.timeout(TIMEOUT_MS), maxBytes: limits.answerBytes });
    return { ...step, ok: status === 200, text: `answers with status ${status}` };
  });
}

/** As each foreign member to which a link in force grants the service, under its name at home. */
async function checkExported(at: string, exported: ExportedService, { methods, name }: Dialect, connection: HttpConnection, config: GatewayConfig, { identifiers }: MappingSet): Promise<HomeStep[]> {
  const { service } = exported.home;
  const clients = askersOf(exported, config).map((federated) => identifiers.foreignClient(federated));
  if (methods === undefined) return [{ at, step: 'listed', about: servicePath(service), ok: true, text: `not asked: ${name} has no question for it` }];
  const listed = async (client: DomesticMember, code: 'listMethods' | 'allowedMethods'): Promise<boolean> => {
    const found = await methods({ code, client, provider: service }, connection, AbortSignal.timeout(TIMEOUT_MS), config.limits.xml);
    return found.some((one) => sameMember(one, service) && one.service === service.service && (one.version === undefined || one.version === service.version));
  };
  const steps = clients.map((client) => {
    const about = `${servicePath(service)} for ${memberPath(client)}`;
    const one = (step: 'listed' | 'allowed', code: 'listMethods' | 'allowedMethods'): Promise<HomeStep> =>
      attempt({ at, step, about }, async () => ((await listed(client, code)) ? { at, step, about, ok: true, text: `${code} names it` } : { at, step, about, ok: false, text: `${code} does not name it` }));
    return Promise.all([one('listed', 'listMethods'), one('allowed', 'allowedMethods')]);
  });
  return (await Promise.all(steps)).flat();
}

function askersOf({ service, operation }: ExportedService, { links, gateway }: GatewayConfig): string[] {
  const grants = links.flatMap(({ agreements, settings }) => makeLink(agreements, gateway.entity, settings).versions.flatMap((version) => version.in.grants));
  return [...new Set(grants.filter((grant) => grant.service === service && sameOperation(grant.operation, operation)).map(({ client }) => client))];
}

async function attempt(step: Pick<HomeStep, 'at' | 'step' | 'about'>, work: () => Promise<HomeStep>): Promise<HomeStep> {
  try {
    return judged(await work());
  } catch (thrown) {
    return judged({ ...step, ok: false, text: asCausewayError(thrown).message });
  }
}

/** A refusal says whose turn it is better than the step does. */
function judged(step: HomeStep): HomeStep {
  if (step.ok) return step;
  const untrusted = /ssl_?authentication_?failed|unknown_?member/i.test(step.text);
  return { ...step, remedy: REMEDIES[untrusted ? 'allowed' : step.step] };
}

export function renderHomeReport({ ok, steps }: HomeReport): string {
  const lines = steps.map(({ at, step, about, ok: passed, text, remedy }) => `${passed ? 'ok  ' : 'FAIL'} ${step.padEnd(11)} ${about === undefined ? at : `${about} (${at})`}: ${text}${remedy === undefined ? '' : `\n     → ${remedy}`}`);
  return [...lines, ok ? 'the home side answers as it must' : 'not ready'].join('\n');
}
