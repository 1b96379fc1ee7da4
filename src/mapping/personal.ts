/**
 * Which neutral fields hold personal data: `mappings/neutral/<subject>/<version>/personal.yaml`. The marks stand beside the schemas, not in them, since a
 * schema is pinned by its hash in the links of two countries and a mark is each country's own care; and not in the rules, since then each of N mappings would have to repeat
 * them, and the one that forgot would print. What no file calls open is personal.
 */
import { readFields, type Fields } from './fields.ts';
import { itemsOf, schemaAt, type Kind, type NeutralForm, type Schema } from './neutral.ts';
import type { SourceFile } from './problems.ts';

/** Whether the field at a neutral path (`payments[2].amount.value`, with or without indexes) may not be printed. */
export type IsPersonal = (kind: Kind, path: string) => boolean;

/** Reads the marks of a neutral form; a form without the file is personal as a whole. Every field must stand in one of the two lists, which is reported. */
export function readPersonal(source: SourceFile | undefined, { ref, schemas }: NeutralForm): IsPersonal {
  const fields = source === undefined ? undefined : readFields(source, [], source.value, ['neutral', 'request', 'response']);
  if (fields === undefined) return () => true;
  if (fields.string('neutral') !== `${ref.schema}/${ref.version}`) fields.report(`the file must name its form "${ref.schema}/${ref.version}"`, undefined, 'neutral');
  const open = { request: readOpen(fields, 'request', schemas.request), response: readOpen(fields, 'response', schemas.response) };
  return (kind, path) => !covers(open[kind], path.replaceAll(/\[\d*\]/g, ''));
}

/** The paths under `open`; reports what is in neither list, in both, or in no schema. */
function readOpen(file: Fields, kind: Kind, schema: Schema): readonly string[] {
  const fields = file.map(kind, ['personal', 'open']);
  if (fields === undefined) return [];
  const [personal, open] = [fields.strings('personal') ?? [], fields.strings('open') ?? []];
  const leaves = leavesOf(schema, schema, '');
  for (const [key, paths, others] of [['personal', personal, open], ['open', open, personal]] as const) {
    for (const path of paths) {
      if (!leaves.some((leaf) => covers([path], leaf))) fields.report(`the neutral schema has no field "${path}"`, undefined, key);
      if (covers(others, path)) fields.report(`"${path}" is both personal and open`, undefined, key);
    }
  }
  for (const leaf of leaves) if (!covers([...personal, ...open], leaf)) fields.report(`"${leaf}" is neither personal nor open`, 'until it is, it is not printed');
  return open;
}

/** A path covers itself and what stands below it. */
function covers(paths: readonly string[], path: string): boolean {
  return paths.some((one) => path === one || path.startsWith(`${one}.`));
}

/** Paths of the fields that hold values, lists without brackets. */
function leavesOf(root: Schema, schema: Schema, path: string): string[] {
  const items = itemsOf(root, schema);
  if (items !== undefined) return leavesOf(root, items, path);
  const properties = Object.keys((schema['properties'] as object | undefined) ?? {});
  if (properties.length === 0) return [path];
  return properties.flatMap((name) => {
    const inner = schemaAt(root, [name], schema);
    return inner === undefined ? [] : leavesOf(root, inner, path === '' ? name : `${path}.${name}`);
  });
}
