/** RFC 8785 (JCS): the one byte form of a JSON value that is hashed or signed. */
import canonicalize from 'canonicalize';
import { CausewayError } from '../errors.ts';

/** Members that are undefined are left out. Throws TypeError for what JSON cannot say (NaN, a cycle, undefined itself). */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('undefined has no JSON form');
  return text;
}

/**
 * Parses bytes that must already be in canonical form, so that duplicate members and other spellings of one value cannot exist.
 * Compares bytes, not text: what is not UTF-8 would read as replacement characters. Throws `malformed`.
 */
export function parseCanonicalJson(bytes: Uint8Array): unknown {
  let value: unknown;
  let canonical: string;
  try {
    value = JSON.parse(Buffer.from(bytes).toString());
    canonical = canonicalJson(value);
  } catch {
    // The engine's own message quotes the text, and the text may hold anything.
    throw new CausewayError('malformed', 'not JSON that has an RFC 8785 form');
  }
  if (!Buffer.from(canonical).equals(bytes)) throw new CausewayError('malformed', 'the JSON is not in RFC 8785 form');
  return value;
}
