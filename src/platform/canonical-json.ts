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
 * Parses text that must already be in canonical form, so that duplicate members and other spellings of one value cannot exist.
 * Throws `malformed`.
 */
export function parseCanonicalJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new CausewayError('malformed', 'not JSON', { cause });
  }
  if (canonicalJson(value) !== text) throw new CausewayError('malformed', 'the JSON is not in RFC 8785 form');
  return value;
}
