/** Request hashes as UXP servers write them: Trembita 1.x by GOST 34.311 (its messages say so), others as X-Road. */
import { gost34311 } from '../../crypto/gost34311.ts';
import { sha256 } from '../../crypto/digest.ts';
import { SHA512 } from '../soap/request-hash.ts';
import type { RequestHashes } from '../soap/request-hash.ts';

/** RFC 4051 names GOST R 34.11 this way; Trembita means by it the Ukrainian standard. */
export const GOST34311 = 'http://www.w3.org/2001/04/xmldsig-more#gost34311';

export const UXP_HASHES: RequestHashes = new Map([
  ...SHA512,
  ['http://www.w3.org/2001/04/xmlenc#sha256', { name: 'sha256', digest: sha256 }],
  [GOST34311, { name: 'gost34311', digest: gost34311 }],
]);
