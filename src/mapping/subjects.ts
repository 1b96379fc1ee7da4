/** Fields of a neutral form that name the person whom a message is about (personal.yaml, `subjects`): what the citizen's view finds exchanges by. */
import type { JsonValue } from '../stages.ts';
import type { Fields } from './fields.ts';
import type { Kind } from './neutral.ts';

/** Kinds of numbers that lead to one person. */
export const SUBJECT_TYPES = ['person', 'driving-licence'] as const;
export type SubjectType = (typeof SUBJECT_TYPES)[number];

/** A data subject by a number that a country gave. */
export interface Subject {
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  readonly type: SubjectType;
  /** As the country writes it, without the country. */
  readonly identifier: string;
}

/** Subjects that a document of a neutral form names, each once. */
export type Subjects = (kind: Kind, document: JsonValue) => readonly Subject[];

export interface SubjectField {
  readonly names: readonly string[];
  readonly type: SubjectType;
}

/** Reports fields that the schema does not have, and types that nobody asks by. `leaves`: paths of the schema's fields. */
export function readSubjects(fields: Fields, leaves: readonly string[]): SubjectField[] {
  return fields.scalars('subjects').flatMap(([path, value]) => {
    const type = SUBJECT_TYPES.find((known) => known === value);
    if (!leaves.includes(path)) fields.report(`the neutral schema has no field "${path}"`, undefined, 'subjects');
    if (type === undefined) fields.report(`"${value}" is no type of subject`, `known: ${SUBJECT_TYPES.join(', ')}`, 'subjects');
    return type === undefined ? [] : [{ names: path.split('.'), type }];
  });
}

export function subjectsIn(fields: readonly SubjectField[], document: JsonValue): Subject[] {
  const found = fields.flatMap(({ names, type }) => valuesAt(document, names).flatMap((value) => subjectOf(value, type) ?? []));
  return [...new Map(found.map((subject) => [Object.values(subject).join('\n'), subject])).values()];
}

/** Numbers cross with the country that gave them: `EE:36805280109`. */
function subjectOf(value: JsonValue, type: SubjectType): Subject | undefined {
  const [, country, identifier] = (typeof value === 'string' ? /^([A-Z]{2}):(.+)$/s.exec(value) : undefined) ?? [];
  return country === undefined || identifier === undefined ? undefined : { country, type, identifier };
}

/** Values at a path, in every item of a list. */
function valuesAt(value: JsonValue | undefined, names: readonly string[]): JsonValue[] {
  if (Array.isArray(value)) return value.flatMap((item: JsonValue) => valuesAt(item, names));
  const [name, ...rest] = names;
  if (name === undefined) return value === undefined ? [] : [value];
  const inner = typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? (value as Readonly<Record<string, JsonValue>>)[name] : undefined;
  return valuesAt(inner, rest);
}
