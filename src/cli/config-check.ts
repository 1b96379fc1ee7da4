/** `causeway config check`: the files by themselves and together (config/check.ts), and what only the rooms above can judge: links and mappings. */
import { resolve } from 'node:path';
import { checkConfig } from '../config/check.ts';
import { loadConfig, readConfig } from '../config/config.ts';
import type { GatewayConfig } from '../config/config.ts';
import { problemAt, renderProblem } from '../config/problems.ts';
import type { Located, Problem } from '../config/problems.ts';
import { DIALECT_FORMS } from '../ecosystems/dialects.ts';
import { contradictions } from '../ecosystems/profile.ts';
import { CausewayError } from '../errors.ts';
import { signatureProblems } from '../federation/link-history.ts';
import { makeLink, sameOperation } from '../federation/link.ts';
import type { Grant, Leg } from '../federation/link.ts';
import { parseFederated } from '../mapping/federated.ts';
import { checkFieldList, fieldList, isHeldBack } from '../mapping/field-list.ts';
import type { FieldProblem } from '../mapping/field-list.ts';
import { loadMappings } from '../mapping/load.ts';
import type { MappingSet, Translation } from '../mapping/mappings.ts';
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

/** `now`: UTC milliseconds. Never throws for what an operator wrote. */
export async function configCheck(folder: string, now: number): Promise<ConfigReport> {
  const problems = checkConfig(folder, now);
  if (hasErrors(problems)) return { ok: false, folder, problems, mappings: [], links: [] };
  const config = loadConfig(folder);
  const links = config.links.flatMap(({ agreements, settings }) => {
    const { peer, versions } = makeLink(agreements, config.gateway.entity, settings);
    return versions.map(({ agreement: { id, version, effective }, sha256 }) => ({ peer, id, version, effective, sha256 }));
  });
  const mappings = await mappingsOf(config);
  if (!('set' in mappings)) return { ok: false, folder, problems, mappings: mappings.lines, links };
  const lines = contradictions(mappings.set, config.ecosystem, config.home.member);
  const { gateway, links: located } = readConfig(folder);
  const grants = config.links.flatMap(({ file, agreements }) => {
    const at = located.find((link) => link.file === file);
    return at === undefined ? [] : agreements.flatMap(({ legs }, index) => legs.flatMap((leg, legIndex) => checkLeg(leg, [index === 0 ? 'agreement' : 'next', 'legs', legIndex], config.gateway.country, mappings.set, at)));
  });
  // A text that is wrong is not worth a signature.
  const unsigned = grants.length > 0 ? [] : config.links.flatMap((link) => {
    const at = located.find(({ file }) => file === link.file);
    const severity = link.settings.unsafeAgreementWithoutSignatures === true ? 'warning' : 'error';
    return at === undefined ? [] : signatureProblems(link).map((text) => problemAt(at, ['agreement'], text, { severity }));
  });
  const all = [...problems, ...unsigned, ...nowhere(config, mappings.set, gateway), ...grants];
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

async function mappingsOf({ mappings, gateway }: GatewayConfig): Promise<{ set: MappingSet } | { lines: readonly string[] }> {
  try {
    return { set: await loadMappings(mappings, gateway.country, DIALECT_FORMS) };
  } catch (error) {
    if (error instanceof CausewayError && error.code === 'config-invalid') return { lines: error.message.split('\n') };
    throw error;
  }
}

/** Each grant names identifiers that exist, a service that our mappings translate, and the very neutral form that they translate to. */
function checkLeg(leg: Leg, path: readonly (string | number)[], country: string, set: MappingSet, at: Located): Problem[] {
  const known = leg.from === country ? set.imported : set.exported;
  return leg.grants.flatMap((grant, index) => {
    const here = [...path, 'grants', index];
    const spelling = (['client', 'service'] as const).filter((key) => parseFederated(grant[key]) === undefined).map((key) => problemAt(at, [...here, key], 'is not a federated identifier in its one spelling'));
    const service = known.find((candidate) => candidate.service === grant.service && sameOperation(candidate.operation, grant.operation));
    if (service === undefined) return [...spelling, problemAt(at, [...here, 'service'], `services.yaml of ${country} has no such service and operation`)];
    const differs = checkNeutral(grant, service.neutral, here, at);
    const revisions = service.revisions.map(({ translation }) => translation);
    // Answers are written by whoever asked, requests by whoever is asked.
    const written = leg.from === country ? 'response' : 'request';
    return [...spelling, ...differs, ...(differs.length > 0 ? [] : checkFields(grant, revisions, written, here, at))];
  });
}

function checkNeutral({ neutral }: Grant, ours: Grant['neutral'], here: readonly (string | number)[], at: Located): Problem[] {
  if (neutral === 'passthrough' || ours === 'passthrough') {
    if (neutral === ours) return [];
    return [problemAt(at, [...here, 'neutral'], ours === 'passthrough' ? 'services.yaml says passthrough' : 'services.yaml names a mapping', { hint: 'both must say passthrough, or neither' })];
  }
  const differing = (['schema', 'version', 'sha256'] as const).find((key) => neutral[key] !== ours[key]);
  return differing === undefined ? [] : [problemAt(at, [...here, 'neutral', differing], 'is not the neutral form of our mapping', { hint: `ours is ${ours.schema}/${ours.version} ${ours.sha256}` })];
}

/** The fields that may cross are of the neutral form, enough to make a valid document, and enough for us to write our own form. */
function checkFields({ fields }: Grant, revisions: readonly Translation[], written: 'request' | 'response', here: readonly (string | number)[], at: Located): Problem[] {
  const [first] = revisions;
  return (['request', 'response'] as const).flatMap((kind) => {
    const paths = fields?.[kind];
    if (paths === undefined || first === undefined) return [];
    const wrong = checkFieldList(first.schemas[kind], paths);
    const lacking = wrong.length > 0 || kind !== written ? [] : revisions.flatMap((revision) => fieldsLacking(revision, kind, paths));
    return [...wrong, ...lacking].map(({ index, text, hint }) => problemAt(at, [...here, 'fields', kind, ...(index < 0 ? [] : [index])], text, hint === undefined ? {} : { hint }));
  });
}

/** Found when the first message came, it would be found after the service acted. */
function fieldsLacking({ ref, needed }: Translation, kind: 'request' | 'response', paths: readonly string[]): FieldProblem[] {
  const list = fieldList(paths);
  const missing = needed(kind).filter(({ path, within }) => isHeldBack(path, list) && (within === undefined || !isHeldBack(within, list)));
  return missing.map(({ path }) => ({ index: -1, text: `our mapping ${ref.id} (revision ${ref.revision}) cannot write its form without "${path}", which is not listed`, hint: 'list it, or let the mapping do without' }));
}

/** As lines for an operator. */
export function renderConfigReport({ ok, folder, problems, mappings, links }: ConfigReport): string {
  const hashes = links.map(({ id, version, effective, sha256, peer }) => `link ${id} version ${version} with ${peer}, in force from ${effective}: ${sha256}`);
  return [...problems.map(renderProblem), ...mappings, ...hashes, `${resolve(folder)}: ${ok ? 'the configuration is valid' : 'not valid'}`].join('\n');
}
