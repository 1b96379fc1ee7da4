/** One translation under way: where it stands, and what it loses. Made per message; the compiled rules are shared. */
import type { Checks, Note } from './codecs/codec.ts';
import type { JsonValue, LossReport } from '../stages.ts';

export type JsonObject = Record<string, JsonValue>;

/** Names beyond this number are not listed: a report must not outgrow the message. */
const MAX_ENTRIES = 100;

export class Run implements Note {
  /** Path of the field at hand, in the form that is read; `[]` stands for each index. */
  field = '';
  readonly indexes: number[] = [];
  /** The value of a list item that is not an object (neutral path `.`). */
  self: JsonValue | undefined = undefined;
  /** The domestic request that is answered, for echoes. */
  readonly request: unknown;
  readonly checks: Checks | undefined;
  readonly #lost = { dropped: new Set<string>(), defaulted: new Set<string>(), approximated: new Set<string>(), unknown: new Set<string>() };

  constructor(request: unknown, checks?: Checks) {
    this.request = request;
    this.checks = checks;
  }

  approximate(): void {
    this.lose('approximated', this.field);
  }

  lose(kind: keyof LossReport, path: string): void {
    const entries = this.#lost[kind];
    if (entries.size < MAX_ENTRIES) entries.add(path);
    else entries.add('…');
  }

  loss(): LossReport {
    const { dropped, defaulted, approximated, unknown } = this.#lost;
    return { dropped: [...dropped], defaulted: [...defaulted], approximated: [...approximated], unknown: [...unknown] };
  }

  /** A path (`field` where none is given) with the indexes of the items at hand, counted from `first` as the form counts. */
  place(first: number, path = this.field): string {
    let at = 0;
    return path.replaceAll('[]', () => `[${(this.indexes[at++] ?? 0) + first}]`);
  }
}

/** The value at a path of property names; undefined where something on the way is not an object. */
export function valueAt(source: JsonValue | undefined, names: readonly string[]): JsonValue | undefined {
  let value = source;
  for (const name of names) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    const object = value as Readonly<Record<string, JsonValue>>;
    value = Object.hasOwn(object, name) ? object[name] : undefined;
  }
  return value;
}

/** valueAt for one path. */
export function getter(names: readonly string[]): (source: JsonValue | undefined) => JsonValue | undefined {
  const [name, ...others] = names;
  if (name === undefined) return (source) => source;
  if (others.length > 0) return (source) => valueAt(source, names);
  // Most names are no object's by birth, and need not be asked for twice: a document of 500 fields is looked up in, not laid out.
  if (!(name in Object.prototype)) return (source) => (typeof source === 'object' && source !== null && !Array.isArray(source) ? (source as JsonObject)[name] : undefined);
  return (source) => (typeof source === 'object' && source !== null && !Array.isArray(source) && Object.hasOwn(source, name) ? (source as JsonObject)[name] : undefined);
}

/** setAt for one path. */
export function setter(names: readonly string[]): (target: JsonObject, value: JsonValue) => void {
  const [name, ...others] = names;
  if (name !== undefined && others.length === 0) return (target, value) => void (target[name] = value);
  return (target, value) => setAt(target, names, value);
}

/** Sets the value at a path, making objects on the way. */
export function setAt(target: JsonObject, names: readonly string[], value: JsonValue): void {
  let object = target;
  for (let at = 0; at < names.length - 1; at += 1) object = objectAt(object, names[at] ?? '');
  object[names.at(-1) ?? ''] = value;
}

/** A single value as text. */
export function scalarText(value: JsonValue): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function objectAt(target: JsonObject, name: string): JsonObject {
  const existing = target[name];
  if (isObject(existing)) return existing;
  const made: JsonObject = {};
  target[name] = made;
  return made;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
