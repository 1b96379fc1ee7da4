/** Fingerprints that people read to each other. */
import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical-json.ts';

/** Hex SHA-256 of the RFC 8785 form in groups of four: it does not change with spaces, and can be read over the telephone. */
export function fingerprintOf(document: unknown): string {
  return createHash('sha256').update(canonicalJson(document)).digest('hex').replaceAll(/(.{4})(?=.)/g, '$1 ');
}

/** As people type it: spaces and capitals do not count. */
export function sameFingerprint(typed: string, found: string): boolean {
  return plain(typed) === plain(found);
}

function plain(fingerprint: string): string {
  return fingerprint.toLowerCase().replaceAll(/[^0-9a-f]/g, '');
}
