/** What links grant against what our mappings can do: judged by `causeway config check`, by every start, and for every change of the mappings of a running gateway. */
import { linkSchema } from '../config/link-file.ts';
import type { LinkFile } from '../config/config.ts';
import { problemAt } from '../config/problems.ts';
import type { Located, Problem } from '../config/problems.ts';
import { readConfigFile } from '../config/read.ts';
import { sameOperation } from '../federation/link.ts';
import type { Grant, Leg } from '../federation/link.ts';
import { parseFederated } from '../mapping/federated.ts';
import { checkFieldList, fieldList, isHeldBack } from '../mapping/field-list.ts';
import type { FieldProblem } from '../mapping/field-list.ts';
import type { MappingSet, Translation } from '../mapping/mappings.ts';

/** Every grant of both legs, of the version in force and of the next one. The files are read again, for places alone. */
export function checkGrants(links: readonly LinkFile[], country: string, set: MappingSet): Problem[] {
  return links.flatMap(({ file, agreements }) => {
    const at = readConfigFile(file, linkSchema());
    return agreements.flatMap(({ legs }, index) => legs.flatMap((leg, legIndex) => checkLeg(leg, [index === 0 ? 'agreement' : 'next', 'legs', legIndex], country, set, at)));
  });
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
