/** What changes from one set of mappings to the next: for the trail, for the exchanges on their way, and what may not change so. */
import type { ExportedService, ImportedService, MappingSet, Revision } from '../../mapping/mappings.ts';
import { canonicalJson } from '../../platform/canonical-json.ts';
import type { Entry } from '../../trail/entry.ts';

export interface MappingChange {
  readonly mapping: NonNullable<Entry['mapping']>;
  /** Federated identifiers of the services that it translates; none for names and lists of services. */
  readonly services: readonly string[];
}

type Service = ImportedService | ExportedService;

/** Revisions that `then` has and `before` had not, by content; and the country's names and lists of services, where they are others. */
export function changesBetween(before: MappingSet, then: MappingSet): MappingChange[] {
  const known = new Set(revisionsOf(before).map(({ sha256 }) => sha256));
  const revised = revisionsOf(then).filter(({ sha256 }) => !known.has(sha256)).map(({ id, revision, sha256, from, services }) => ({ mapping: { id, revision, sha256, ...(from === 0 ? {} : { from }) }, services }));
  const named = then.sources.filter(({ path, sha256, mapping }) => mapping === undefined && before.sources.find((old) => old.path === path)?.sha256 !== sha256);
  return [...revised, ...named.map(({ path, sha256 }) => ({ mapping: { id: path.replace(/\.yaml$/, ''), sha256 }, services: [] }))];
}

/** A revision is what statements say that it is: another content is another revision. Lines for an operator. */
export function sameRevisionOtherContent(before: MappingSet, then: MappingSet): string[] {
  return then.sources.flatMap(({ path, sha256, mapping }) => {
    const old = mapping === undefined ? undefined : before.sources.find((one) => one.mapping?.id === mapping.id && one.mapping.revision === mapping.revision);
    return old === undefined || old.sha256 === sha256 ? [] : [`${path}:1: changed, and still revision ${mapping?.revision} (count "revision" up: statements name it)`];
  });
}

/**
 * `then` with the revisions that it replaces: exchanges on their way ask for them, and so do messages within the overlap. Those that ended before `since` (UTC milliseconds) are let go.
 */
export function withReplaced(before: MappingSet, then: MappingSet, now: number, since: number): MappingSet {
  const merged = <S extends Service>(services: readonly S[], old: readonly S[]): S[] => services.map((service) => ({ ...service, revisions: [...replaced(old.find((one) => isSame(one, service)), service, now, since), ...service.revisions] }));
  return { ...then, imported: merged(then.imported, before.imported), exported: merged(then.exported, before.exported) };
}

function replaced(old: Service | undefined, { revisions }: Service, now: number, since: number): Revision[] {
  const stays = new Set(revisions.map(({ translation }) => translation.ref.sha256));
  return (old?.revisions ?? []).flatMap((revision) => {
    const to = Math.min(revision.to, now);
    return revision.from > now || to <= since || stays.has(revision.translation.ref.sha256) ? [] : [{ ...revision, to }];
  });
}

/** Each revision once, with the services that it translates. */
export function revisionsOf({ imported, exported }: Pick<MappingSet, 'imported' | 'exported'>): { readonly id: string; readonly revision: number; readonly sha256: string; readonly from: number; readonly to: number; readonly services: readonly string[] }[] {
  const all = [...imported, ...exported].flatMap(({ service, revisions }) => revisions.map((revision) => ({ service, ...revision })));
  return [...Map.groupBy(all, ({ translation }) => translation.ref.sha256).values()].flatMap((same) => {
    const [first] = same;
    return first === undefined ? [] : [{ ...first.translation.ref, from: first.from, to: first.to, services: [...new Set(same.map(({ service }) => service))] }];
  });
}

function isSame(a: Service, b: Service): boolean {
  return a.service === b.service && canonicalJson(a.operation) === canonicalJson(b.operation);
}
