/** RFC 8785 (JCS): the one byte form of a JSON value that is hashed or signed. */
import canonicalize from 'canonicalize';
import { CausewayError } from '../errors.ts';

/**
 * Members that are undefined are left out. Throws TypeError for what JSON cannot say (NaN, a cycle, undefined itself).
 * ECMAScript's own serialisation is the canonical one once members are in code-unit order (RFC 8785, 3.2.2): that is faster
 * than the library, which takes over where an object cannot hold its members in that order, and where a string is not Unicode.
 */
export function canonicalJson(value: unknown): string {
  const ordered = isInOrder(value) ? value : inOrder(value);
  const text = ordered === NO_ORDER ? undefined : JSON.stringify(ordered);
  if (text !== undefined && !text.includes('\\ud')) return text;
  const canonical = canonicalize(value);
  if (canonical === undefined) throw new TypeError('undefined has no JSON form');
  return canonical;
}

/** Whether all objects of `value` hold their members in code-unit order already, as those do that were written in this form: then nothing is copied. */
function isInOrder(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return typeof value !== 'number' || Number.isFinite(value);
  if (Array.isArray(value)) return value.every(isInOrder);
  if ('toJSON' in value) return false;
  let before = '';
  for (const name of Object.keys(value)) {
    if (name < before || !isInOrder((value as Readonly<Record<string, unknown>>)[name])) return false;
    before = name;
  }
  return true;
}

const NO_ORDER = Symbol('an object that puts its members in another order');

/** A copy of `value` whose objects hold their members in code-unit order. */
function inOrder(value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) return NO_ORDER;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return listInOrder(value);
  if ('toJSON' in value) return NO_ORDER;
  const copy: Record<string, unknown> = {};
  // Without a function, sort goes by code units.
  for (const name of Object.keys(value).sort()) {
    const member = inOrder((value as Readonly<Record<string, unknown>>)[name]);
    if (member === NO_ORDER || !keepsItsPlace(name)) return NO_ORDER;
    copy[name] = member;
  }
  return copy;
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
  return copy.includes(NO_ORDER) ? NO_ORDER : copy;
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
