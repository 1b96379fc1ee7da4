/** `causeway config check`: the files by themselves and together (config/check.ts), and what only the rooms above can judge: links and mappings. */
import { resolve } from 'node:path';
import { checkConfig } from '../config/check.ts';
import { loadConfig, readConfig } from '../config/config.ts';
import type { GatewayConfig } from '../config/config.ts';
import { problemAt, renderProblem } from '../config/problems.ts';
import type { Located, Problem } from '../config/problems.ts';
import { DIALECT_FORMS } from '../ecosystems/dialects.ts';
import { contradictions } from '../ecosystems/profile.ts';
import { asCausewayError } from '../errors.ts';
import { echoProblems } from '../exchange/echo-settings.ts';
import { checkGrants } from '../exchange/grants.ts';
import { RUNS, judgeUnlessProven, proofFile } from '../exchange/mappings/proof.ts';
import { signatureProblems } from '../federation/link-history.ts';
import { makeLink } from '../federation/link.ts';
import { compileMappings } from '../mapping/load.ts';
import type { MappingSet } from '../mapping/mappings.ts';
import type { LinkHash } from './link-hash.ts';

export interface ConfigReport {
  /** No errors; there may be warnings. */
  readonly ok: boolean;
  readonly folder: string;
  readonly problems: readonly Problem[];
  /** What the mappings' own checker says, as it says it, or what they have that the platform has not. */
  readonly mappings: readonly string[];
  readonly links: readonly (LinkHash & { readonly peer: string })[];
}

/** All that a start refuses, by the same functions. `now`: UTC milliseconds. Never throws for what an operator wrote. */
export async function configCheck(folder: string, now: number): Promise<ConfigReport> {
  const problems = checkConfig(folder, now);
  if (hasErrors(problems)) return { ok: false, folder, problems, mappings: [], links: [] };
  const config = loadConfig(folder);
  const links = config.links.flatMap(({ agreements, settings }) => {
    const { peer, versions } = makeLink(agreements, config.gateway.entity, settings);
    return versions.map(({ agreement: { id, version, effective }, sha256 }) => ({ peer, id, version, effective, sha256 }));
  });
  const mappings = await mappingsOf(config);
  const { set, problems: unproven } = mappings;
  const lines = [...unproven, ...(set === undefined ? [] : [...contradictions(set, config.ecosystem, config.home.member), ...echoProblems(config, set)])];
  const { gateway, links: located } = readConfig(folder);
  const grants = set === undefined ? [] : checkGrants(config.links, config.gateway.country, set);
  // A text that is wrong is not worth a signature.
  const unsigned = grants.length > 0 ? [] : config.links.flatMap((link) => {
    const at = located.find(({ file }) => file === link.file);
    const severity = link.settings.unsafeAgreementWithoutSignatures === true ? 'warning' : 'error';
    return at === undefined ? [] : signatureProblems(link).map((text) => problemAt(at, ['agreement'], text, { severity }));
  });
  const all = [...problems, ...unsigned, ...(set === undefined ? [] : nowhere(config, set, gateway)), ...grants];
  return { ok: !hasErrors(all) && lines.length === 0, folder, problems: all, mappings: lines, links };
}

/** At an edge, a service that a link grants must be somewhere. */
function nowhere({ gateway, home, links }: GatewayConfig, { exported }: MappingSet, at: Located): Problem[] {
  if (gateway.home !== 'edge') return [];
  const granted = new Set(links.flatMap(({ agreements }) => agreements.flatMap(({ legs }) => legs.flatMap(({ grants }) => grants.map(({ service }) => service)))));
  const missing = exported.filter(({ service }) => granted.has(service) && !home.services.some((one) => one.service === service));
  return missing.map(({ service }) => problemAt(at, ['home', 'services'], `no entry says where ${service} is`));
}

function hasErrors(problems: readonly Problem[]): boolean {
  return problems.some(({ severity }) => severity === 'error');
}

/** Proven in full, unless they are those that the gateway proved last. The set is there if it can be compiled, proven or not. */
async function mappingsOf({ mappings: folder, gateway: { country }, data }: GatewayConfig): Promise<{ readonly problems: readonly string[]; readonly set?: MappingSet }> {
  const { files, problems } = await judgeUnlessProven({ folder, country, forms: DIALECT_FORMS, runs: RUNS }, proofFile(data), new AbortController().signal);
  try {
    return { problems, set: await compileMappings(files, country, DIALECT_FORMS) };
  } catch (thrown) {
    if (asCausewayError(thrown).code !== 'config-invalid') throw thrown;
    return { problems };
  }
}

/** As lines for an operator. */
export function renderConfigReport({ ok, folder, problems, mappings, links }: ConfigReport): string {
  const hashes = links.map(({ id, version, effective, sha256, peer }) => `link ${id} version ${version} with ${peer}, in force from ${effective}: ${sha256}`);
  return [...problems.map(renderProblem), ...mappings, ...hashes, `${resolve(folder)}: ${ok ? 'the configuration is valid' : 'not valid'}`].join('\n');
}
