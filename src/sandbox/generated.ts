/**
 * The configuration of a pair that the repository has no folder for: gateway.yaml by the profile of the platform, the link by what the mappings of
 * both countries can ask and answer. Ports, keys and trust are filled in as for the others (gateways.ts).
 */
import { Document } from 'yaml';
import { DIALECT_FORMS } from '../ecosystems/dialects.ts';
import { CausewayError } from '../errors.ts';
import { loadMappings } from '../mapping/load.ts';
import type { ImportedService } from '../mapping/mappings.ts';
import type { Party } from './party.ts';
import type { CountryCode, Home, Software } from './plan.ts';
import { ECHO_PATH, codeOf, crossings, echoBetween, echoOf, gatewaySubsystem } from './plan.ts';

const PURPOSES: Readonly<Record<string, string>> = { 'company': 'company-check', 'person': 'population', 'employment-income': 'commuting-tax' };
/** 32 bytes, until the key is there. */
const NO_KEY = Buffer.alloc(32).toString('base64');
const HOST = '127.0.0.1';
const TLS = { key: 'keys/domestic-tls.key.pem', certificate: 'keys/domestic-tls.cert.pem' };
/** How a platform's word is had. */
const PROOFS: Readonly<Record<Software, string>> = { 'xroad': 'security-server', 'uxp': 'security-server', 'api-hub': 'api-client' };

export function gatewayDocument(party: Party): Document {
  const { country, ecosystem, software } = party.plan;
  const hub = software === 'api-hub';
  const echo = echoOf(party.home);
  const clients = hub ? {} : { clients: ['home/security-server.cert.pem'] };
  return new Document({
    gateway: { entity: entityOf(country), country, ecosystem, environment: 'sandbox', home: hub ? 'hub' : 'provider' },
    data: 'data',
    mappings: '../../mappings',
    listeners: { domestic: { host: HOST, port: 0, tls: { ...TLS, ...clients } }, federation: { host: HOST, port: 0 }, operations: { host: HOST, port: 0 } },
    ...(echo === undefined ? {} : { echo: { service: echo.service, path: ECHO_PATH } }),
    home: hub ? hubSide(party) : { member: memberOf(party), securityServers: [{ url: `https://${HOST}`, tls: { ...TLS, pins: ['home/security-server.cert.pem'] } }] },
    keys: {
      statement: 'keys/statement.key.pem',
      encryption: 'keys/encryption.key.pem',
      tls: { key: 'keys/federation-tls.key.pem', certificate: 'keys/federation-tls.cert.pem' },
      log: 'keys/log.key.pem',
      witness: 'keys/witness.key.pem',
      interval: 'keys/interval.key.pem',
      evidence: 'keys/evidence.kek',
    },
    trust: 'trust',
  });
}

/** Who may ask, by certificate, and where each service is. */
function hubSide(party: Party): object {
  const { plan, home, keys, urlOf } = party;
  const certificate = (system: string): string => keys.systems[system]?.tls.certificateFile ?? '';
  const asking = plan.systems.filter(({ name }) => Object.values(home.plan.asks).includes(name));
  const services = home.pack.exported.flatMap(({ service }) => {
    const system = home.plan.serves[codeOf(service)]?.system;
    const url = urlOf([plan.instance, ...service.split('/').slice(1)].join('/'));
    return system === undefined || url === undefined ? [] : [{ service, url, tls: { ...TLS, pins: [certificate(system)] } }];
  });
  return {
    member: memberOf(party),
    clients: asking.map(({ name, subsystem }) => ({ client: subsystem, certificates: [certificate(name)] })),
    services,
    hub: { url: `https://${HOST}` },
  };
}

function memberOf({ plan: { instance, gateway: { memberClass, memberCode } } }: Party): object {
  return { instance, memberClass, memberCode };
}

/** The same agreement for both sides. `root`: the folder that holds the mappings. Throws `config-invalid` for mappings that cannot be loaded. */
export async function linkDocument(root: string, [first, second]: readonly [Home, Home]): Promise<Document> {
  const id = [first, second].map(({ plan }) => plan.country.toLowerCase()).join('-');
  const legs = await Promise.all([legOf(root, first, second), legOf(root, second, first)]);
  return new Document({
    agreement: {
      id,
      version: 1,
      effective: '2026-01-01T00:00:00Z',
      environment: 'sandbox',
      parties: [first, second].map(({ plan: { country } }) => party(country, id)),
      retryTime: '10m',
      duplicateTime: '24h',
      legs,
    },
    settings: { url: 'https://127.0.0.1' },
    // One object that stands twice would be written as an alias, which the reader of configuration refuses.
  }, { aliasDuplicateObjects: false });
}

/** Settings of `asking` for the echo of its peer: seldom, since each is an exchange. */
export function echoSettings(asking: Home, answering: Home): object | undefined {
  const echo = echoBetween(asking, answering);
  return echo && { client: gatewaySubsystem(asking.plan), service: echo.exported.service, every: '10m' };
}

function party(country: CountryCode, id: string): object {
  const host = new URL(entityOf(country)).host;
  return { country, entity: entityOf(country), log: { origin: `${host}/trail/${id}/2026h2`, key: NO_KEY }, witness: { name: `${host}/witness`, key: NO_KEY }, interval: { name: `${host}/interval`, key: NO_KEY } };
}

async function legOf(root: string, asking: Home, answering: Home): Promise<object> {
  const { imported } = await loadMappings(`${root}/mappings`, asking.plan.country, DIALECT_FORMS);
  const asked = [...crossings(asking, answering), ...[echoBetween(asking, answering)].filter((echo) => echo !== undefined)];
  const grants = asked.map(({ client, imported: { service } }) => grant(client, imported.find((one) => one.service === service) ?? noService(service), { proof: PROOFS[asking.plan.software], answerProof: PROOFS[answering.plan.software] }));
  return { from: asking.plan.country, to: answering.plan.country, sealing: 'jwe', evidence: 'escrow', endUser: 'pass', answerRetention: '10m', grants };
}

function grant(client: string, { service, operation, neutral }: ImportedService, proofs: { readonly proof: string; readonly answerProof: string }): object {
  const subject = neutral === 'passthrough' ? neutral : neutral.schema;
  const limits = { maxBytes: '1MiB', minBudget: '500ms', maxBudget: '20s', quota: subject === 'echo' ? 60 : 60_000 };
  return { client, service, operation, purpose: PURPOSES[subject] ?? subject, neutral, ...proofs, idempotent: true, ...limits };
}

function entityOf(country: CountryCode): string {
  return `https://gateway.${country.toLowerCase()}.example`;
}

function noService(service: string): never {
  throw new CausewayError('config-invalid', `services.yaml names ${service}, the mappings do not`);
}
