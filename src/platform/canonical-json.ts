/** RFC 8785 (JCS): the one byte form of a JSON value that is hashed or signed. */
import canonicalize from 'canonicalize';
import { CausewayError } from '../errors.ts';

/**
 * Members that are undefined are left out. Throws TypeError for what JSON cannot say (NaN, a cycle, undefined itself).
 * ECMAScript's own serialisation is the canonical one once members are in code-unit order (RFC 8785, 3.2.2): that is faster
 * than the library, which takes over where an object cannot hold its members in that order, and where a string is not Unicode.
 */
export function canonicalJson(value: unknown): string {
  const ordered = inOrder(value);
  const text = ordered === NO_ORDER ? undefined : JSON.stringify(ordered);
  if (text !== undefined && !text.includes('\\ud')) return text;
  const canonical = canonicalize(value);
  if (canonical === undefined) throw new TypeError('undefined has no JSON form');
  return canonical;
}

const NO_ORDER = Symbol('an object that puts its members in another order');

/** `value` itself where all its objects hold their members in code-unit order, as what was written in this form does; else a copy whose objects do. */
function inOrder(value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) return NO_ORDER;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return listInOrder(value);
  const object = value as Readonly<Record<string, unknown>>;
  if (typeof object['toJSON'] === 'function') return NO_ORDER;
  const names = Object.keys(object);
  // Each is looked at once: twice at every level would be beyond any time for what is nested deeply.
  const members = names.map((name) => inOrder(object[name]));
  if (members.includes(NO_ORDER)) return NO_ORDER;
  if (areSorted(names) && members.every((member, at) => member === object[names[at]!])) return object;
  return names.every(keepsItsPlace) ? Object.fromEntries(names.map((name, at) => [name, members[at]] as const).sort(([one], [other]) => (one < other ? -1 : 1))) : NO_ORDER;
}

function areSorted(names: readonly string[]): boolean {
  return names.every((name, at) => at === 0 || names[at - 1]! < name);
}

/** An object that is made anew holds names such as "10" before all others, and "__proto__" not at all. */
function keepsItsPlace(name: string): boolean {
  const first = name.charCodeAt(0);
  return !(first >= DIGIT_0 && first <= DIGIT_9) && name !== '__proto__';
}
const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;

function listInOrder(list: readonly unknown[]): unknown {
  const copy = list.map(inOrder);
  if (copy.includes(NO_ORDER)) return NO_ORDER;
  return copy.every((item, at) => item === list[at]) ? list : copy;
}

/**
 * Parses bytes that must already be in canonical form, so that duplicate members and other spellings of one value cannot exist.
 * Compares bytes, not text: what is not UTF-8 would read as replacement characters. Throws `malformed`.
 */
export function parseCanonicalJson(bytes: Uint8Array): unknown {
  let value: unknown;
  let canonical: string;
  try {
    value = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString());
    canonical = canonicalJson(value);
  } catch {
    // The engine's own message quotes the text, and the text may hold anything.
    throw new CausewayError('malformed', 'not JSON that has an RFC 8785 form');
  }
  if (!Buffer.from(canonical).equals(bytes)) throw new CausewayError('malformed', 'the JSON is not in RFC 8785 form');
  return value;
}
