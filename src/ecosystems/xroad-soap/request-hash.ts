/** The request hash that the service's security server writes into an answer (PR-MESS 4.0.25, section 2.3). */
import { createHash, timingSafeEqual } from 'node:crypto';
import { CausewayError } from '../../errors.ts';
import type { SoapHeaders } from '../soap/headers.ts';
import { SHA512 } from '../soap/names.ts';

/** The specification names the algorithm by URI; servers have also written Java's name for it. */
const ALGORITHMS = new Set([SHA512, 'SHA-512']);

/** Requires that the answer was made for exactly the bytes that we sent. Throws `service-answer-invalid`. */
export function checkRequestHash(headers: SoapHeaders, request: Uint8Array): void {
  const { requestHash } = headers;
  if (requestHash === undefined) throw invalid('no requestHash: the answer did not pass a security server');
  if (!ALGORITHMS.has(requestHash.algorithm)) throw invalid('requestHash by an algorithm other than SHA-512');
  const expected = sha512(request);
  const found = Buffer.from(requestHash.value, 'base64');
  if (found.length !== expected.length || !timingSafeEqual(found, expected)) throw invalid('requestHash of another request');
}

/** As the asker's own security server writes it. */
export function requestHash(request: Uint8Array): { readonly algorithm: string; readonly value: string } {
  return { algorithm: SHA512, value: sha512(request).toString('base64') };
}

function sha512(bytes: Uint8Array): Buffer {
  return createHash('sha512').update(bytes).digest();
}

function invalid(message: string): CausewayError {
  return new CausewayError('service-answer-invalid', message, { facts: { field: 'requestHash', delivered: 'yes' } });
}
