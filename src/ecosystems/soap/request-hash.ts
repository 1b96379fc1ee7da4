/** The request hash that the service's security server writes into an answer (PR-MESS 4.0.25, section 2.3). */
import { hash, timingSafeEqual } from 'node:crypto';
import { CausewayError } from '../../errors.ts';
import type { SoapHeaders } from './headers.ts';

export type HashName = 'sha512' | 'sha256' | 'gost34311';

/** Hash functions by the name that `algorithmId` gives them. */
export type RequestHashes = ReadonlyMap<string, { readonly name: HashName; readonly digest: (request: Uint8Array) => Uint8Array }>;

const SHA512_URI = 'http://www.w3.org/2001/04/xmlenc#sha512';
const sha512 = (request: Uint8Array): Buffer => hash('sha512', request, 'buffer');

/** The specification names the algorithm by URI; servers have also written Java's name for it. */
export const SHA512: RequestHashes = new Map([SHA512_URI, 'SHA-512'].map((name) => [name, { name: 'sha512', digest: sha512 }]));

/** Requires that the answer was made for exactly the bytes that we sent. `only`: the algorithms of the platform, where they are known. Throws `service-answer-invalid`. */
export function checkRequestHash({ requestHash: carried }: SoapHeaders, request: Uint8Array, hashes: RequestHashes, only?: readonly HashName[]): void {
  if (carried === undefined) throw invalid('no requestHash: the answer did not pass a security server');
  const algorithm = hashes.get(carried.algorithm);
  if (algorithm === undefined || only?.includes(algorithm.name) === false) throw invalid('requestHash by an algorithm that is not taken here');
  const expected = algorithm.digest(request);
  const found = Buffer.from(carried.value, 'base64');
  if (found.length !== expected.length || !timingSafeEqual(found, expected)) throw invalid('requestHash of another request');
}

/** As the asker's own security server writes it. */
export function requestHash(request: Uint8Array): { readonly algorithm: string; readonly value: string } {
  return { algorithm: SHA512_URI, value: sha512(request).toString('base64') };
}

function invalid(message: string): CausewayError {
  return new CausewayError('service-answer-invalid', message, { facts: { field: 'requestHash', delivered: 'yes' } });
}
