/**
 * Field-level minimisation: a grant of the link lists the fields of the neutral form that may cross for its purpose; the rest is left out at the source and refused by the receiver
 * (docs/federation-protocol.md, "Fields that cross"). A path is a JSON Pointer (RFC 6901) in which `*` stands for each item of a list; it stands for itself and all below it.
 */
import { createHash } from 'node:crypto';
import { closest } from '../config/closest.ts';
import { canonicalJson } from '../platform/canonical-json.ts';
import type { JsonValue } from '../stages.ts';
import { itemsOf, schemaAt, type Schema } from './neutral.ts';

/** What may cross of a node: all of it, or what is named of its children. */
type Part = 'whole' | Map<string, Part>;

export interface FieldList {
  /** base64url SHA-256 of the RFC 8785 form of the list, as the agreement holds it (claim `minimised`). */
  readonly sha256: string;
  readonly root: Part;
}

/** A path in a list that is wrong, by its place there; -1 for what the list lacks. */
export interface FieldProblem {
  readonly index: number;
  readonly text: string;
  readonly hint?: string;
}

const EACH = '*';
const lists = new WeakMap<readonly string[], FieldList>();

/** A list made ready, once for each list of an agreement. */
export function fieldList(paths: readonly string[]): FieldList {
  const made = lists.get(paths) ?? { sha256: createHash('sha256').update(canonicalJson(paths)).digest('base64url'), root: tree(paths) };
  lists.set(paths, made);
  return made;
}

/** A copy with the listed fields only. An object that is left empty is left out; an item of a list stays, so that the others keep their places. */
export function keepOnly(document: JsonValue, { root }: FieldList): JsonValue {
  return kept(document, root) ?? {};
}

/** Path of the first field that the list does not let cross; undefined when there is none. */
export function strayField(document: JsonValue, { root }: FieldList): string | undefined {
  return stray(document, root, '');
}

/** Paths of a schema that never cross under the list, whatever a document holds: what is left out of one document would tell what was in it. */
export function heldBack(schema: Schema, { root }: FieldList): string[] {
  return held(schema, schema, root, '');
}

/** Whether a field never crosses; `path` as mappings name it, with dots and without a word about lists. */
export function isHeldBack(path: string, { root }: FieldList): boolean {
  let part: Part | undefined = root;
  for (const name of path.split('.')) {
    if (part !== 'whole' && part?.has(EACH) === true) part = part.get(EACH);
    if (part === undefined || part === 'whole') return part === undefined;
    part = part.get(name);
  }
  return part === undefined;
}

/** Paths that the schema does not have, that say nothing more than another one, and fields that the schema requires and the list leaves out. */
export function checkFieldList(schema: Schema, paths: readonly string[]): FieldProblem[] {
  const problems = paths.flatMap((path, index): FieldProblem[] => {
    const wider = paths.find((other, at) => at !== index && (path.startsWith(`${other}/`) || (path === other && at < index)));
    if (wider !== undefined) return [{ index, text: `"${path}" crosses with "${wider}" already` }];
    return unknownStep(schema, path, index);
  });
  const lacking = missing(schema, schema, fieldList(paths).root, '').map((path): FieldProblem => ({ index: -1, text: `the neutral form requires "${path}", which is not listed`, hint: `add "${path}"` }));
  return [...lacking, ...problems];
}

function segments(path: string): string[] {
  return path.split('/').slice(1).map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function joined(path: string, name: string): string {
  return `${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

function tree(paths: readonly string[]): Part {
  const root = new Map<string, Part>();
  for (const path of paths) {
    const names = segments(path);
    const last = names.pop() ?? '';
    const parent = names.reduce<Part>((at, name) => (at === 'whole' ? at : childOf(at, name)), root);
    if (parent !== 'whole') parent.set(last, 'whole');
  }
  return root;
}

function childOf(parent: Map<string, Part>, name: string): Part {
  const child = parent.get(name) ?? new Map<string, Part>();
  parent.set(name, child);
  return child;
}

function kept(value: JsonValue, part: Part | undefined): JsonValue | undefined {
  if (part === undefined || part === 'whole') return part && value;
  if (typeof value !== 'object' || value === null) return undefined;
  if (Array.isArray(value)) return part.has(EACH) ? value.flatMap((item: JsonValue) => kept(item, part.get(EACH)) ?? []) : undefined;
  const fields = Object.entries(value).flatMap(([name, inner]): [string, JsonValue][] => {
    const child = kept(inner, part.get(name));
    return child === undefined || (part.get(name) !== 'whole' && isEmpty(child)) ? [] : [[name, child]];
  });
  return Object.fromEntries(fields);
}

function isEmpty(value: JsonValue): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length === 0;
}

function stray(value: JsonValue, part: Part | undefined, path: string): string | undefined {
  if (part === 'whole') return undefined;
  if (part === undefined || typeof value !== 'object' || value === null) return path;
  const children: readonly (readonly [string, JsonValue])[] = Array.isArray(value) ? value.map((item: JsonValue) => [EACH, item] as const) : Object.entries(value);
  for (const [name, child] of children) {
    const found = stray(child, part.get(name), joined(path, name));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Names below a node of the schema, each with its schema. */
function childrenOf(root: Schema, schema: Schema): readonly (readonly [string, Schema])[] {
  const items = itemsOf(root, schema);
  if (items !== undefined) return [[EACH, items]];
  return Object.keys((schema['properties'] as object | undefined) ?? {}).flatMap((name) => {
    const child = schemaAt(root, [name], schema);
    return child === undefined ? [] : [[name, child] as const];
  });
}

function held(root: Schema, schema: Schema, part: Part, path: string): string[] {
  if (part === 'whole') return [];
  return childrenOf(root, schema).flatMap(([name, child]) => {
    const inner = part.get(name);
    return inner === undefined ? [joined(path, name)] : held(root, child, inner, joined(path, name));
  });
}

function unknownStep(root: Schema, path: string, index: number): FieldProblem[] {
  let schema = root;
  let here = '';
  for (const name of segments(path)) {
    const children = childrenOf(root, schema);
    const child = children.find(([known]) => known === name)?.[1];
    if (child === undefined) return [{ index, text: `the neutral form has no field "${joined(here, name)}"`, ...hintFor(name, here, children.map(([known]) => known)) }];
    schema = child;
    here = joined(here, name);
  }
  return [];
}

function hintFor(name: string, here: string, known: readonly string[]): { readonly hint?: string } {
  if (known.length === 0) return {};
  const near = known.length === 1 ? known[0] : closest(name, known);
  return { hint: near === undefined ? `known there: ${known.join(', ')}` : `did you mean "${joined(here, near)}"?` };
}

/** Fields that are required where their surroundings cross in part, with those that an outcome requires. */
function missing(root: Schema, schema: Schema, part: Part, path: string): string[] {
  if (part === 'whole') return [];
  return childrenOf(root, schema).flatMap(([name, child]) => {
    const inner = part.get(name);
    if (inner !== undefined) return missing(root, child, inner, joined(path, name));
    return requiredOf(schema).includes(name) ? [joined(path, name)] : [];
  });
}

function requiredOf(schema: Schema): readonly string[] {
  const { required = [], allOf = [], then, else: otherwise } = schema as { required?: readonly string[]; allOf?: readonly Schema[]; then?: Schema; else?: Schema };
  return [...required, ...[then, otherwise, ...allOf].flatMap((one) => (one === undefined ? [] : requiredOf(one)))];
}
