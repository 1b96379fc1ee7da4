/** Text in HTTP headers: bytes above ASCII have no agreed meaning there (RFC 9110, section 5.5). */
import { CausewayError } from '../../errors.ts';
import { malformed } from '../malformed.ts';

/** A header value that was received. Throws `malformed`. */
export function ascii(text: string, field: string): string {
  if (!isAscii(text)) throw malformed(field, 'It must be of printable ASCII characters.');
  return text;
}

/** A value that is to be sent as a header. Throws `mapping-failed`. */
export function writable(text: string, field: string): string {
  if (!isAscii(text)) throw new CausewayError('mapping-failed', `${field} does not fit an HTTP header`, { facts: { field, hint: 'An HTTP header carries ASCII alone.', delivered: 'no' } });
  return text;
}

export function isAscii(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text);
}
