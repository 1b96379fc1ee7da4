/** The Content-Digest field (RFC 9530): what binds a body to a signature over headers. */
import { hash } from 'node:crypto';
import { CausewayError } from '../errors.ts';
import { bytesOf, readDictionary, writeDictionary } from './structured-fields.ts';

const FIELD = 'content-digest';

/** RFC 9530, section 5: those with status `Active`. Whatever else stands beside one of them is not looked at. */
const ALGORITHMS: ReadonlyMap<string, string> = new Map([['sha-256', 'sha256'], ['sha-512', 'sha512']]);

export function contentDigest(body: Uint8Array): string {
  return writeDictionary('sha-256', hash('sha256', body, 'buffer'));
}

/**
 * Throws unless the field is that of `body`: `signature-weak` when it has no algorithm that is accepted, `signature-invalid` when one of the
 * accepted differs, or when the field is malformed.
 */
export function checkContentDigest(field: string, body: Uint8Array): void {
  const accepted = [...readDictionary(FIELD, field)].flatMap(([name, member]) => {
    const algorithm = ALGORITHMS.get(name);
    return algorithm === undefined ? [] : [{ algorithm, member }];
  });
  if (accepted.length === 0) throw new CausewayError('signature-weak', 'no digest algorithm that is accepted', { facts: { field: FIELD, hint: 'Use sha-256 or sha-512.' } });
  for (const { algorithm, member } of accepted) {
    const value = bytesOf(member);
    if (value === undefined || !hash(algorithm, body, 'buffer').equals(value)) throw new CausewayError('signature-invalid', `the ${algorithm} digest is not that of the body`, { facts: { field: FIELD, hint: 'The digest is not that of the body.' } });
  }
}
