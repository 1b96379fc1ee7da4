/**
 * Which neutral fields hold personal data, and which name the person whom a message is about: `mappings/neutral/<subject>/<version>/personal.yaml`. The marks stand beside the schemas, not in them, since a
 * schema is pinned by its hash in the links of two countries and a mark is each country's own care; and not in the rules, since then each of N mappings would have to repeat
 * them, and the one that forgot would print. What no file calls open is personal.
 */
import { readFields, type Fields } from './fields.ts';
import { itemsOf, schemaAt, type Kind, type NeutralForm, type Schema } from './neutral.ts';
import type { SourceFile } from './problems.ts';
import { readSubjects, subjectsIn, type SubjectField, type Subjects } from './subjects.ts';

/** Whether the field at a neutral path (`payments[2].amount.value`, with or without indexes) may not be printed. */
export type IsPersonal = (kind: Kind, path: string) => boolean;

/** What is known of a neutral form's fields. */
export interface Marks {
  readonly isPersonal: IsPersonal;
  /** Whom a document is about, as far as fields of it say so. */
  readonly subjects: Subjects;
}

/** A form without the file is personal as a whole, and says of nobody that it is about him. */
export const UNMARKED: Marks = { isPersonal: () => true, subjects: () => [] };

/** Reads the marks of a neutral form. Every field must stand in one of the two lists, which is reported. */
export function readPersonal(source: SourceFile | undefined, { ref, schemas }: NeutralForm): Marks {
  const fields = source === undefined ? undefined : readFields(source, [], source.value, ['neutral', 'request', 'response']);
  if (fields === undefined) return UNMARKED;
  if (fields.string('neutral') !== `${ref.schema}/${ref.version}`) fields.report(`the file must name its form "${ref.schema}/${ref.version}"`, undefined, 'neutral');
  const [request, response] = (['request', 'response'] as const).map((kind) => readKind(fields, kind, schemas[kind]));
  const of = { request: request ?? NOTHING, response: response ?? NOTHING };
  return { isPersonal: (kind, path) => !covers(of[kind].open, path.replaceAll(/\[\d*\]/g, '')), subjects: (kind, document) => subjectsIn(of[kind].subjects, document) };
}

interface KindMarks {
  readonly open: readonly string[];
  readonly subjects: readonly SubjectField[];
}
const NOTHING: KindMarks = { open: [], subjects: [] };

function readKind(file: Fields, kind: Kind, schema: Schema): KindMarks {
  const fields = file.map(kind, ['personal', 'open', 'subjects']);
  return fields === undefined ? NOTHING : { open: readOpen(fields, schema), subjects: readSubjects(fields, leavesOf(schema, schema, '')) };
}

/** The paths under `open`; reports what is in neither list, in both, or in no schema. */
function readOpen(fields: Fields, schema: Schema): readonly string[] {
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
