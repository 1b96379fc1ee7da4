/** Payloads as the mapping room hands them over. */
import { mintMapped } from '../../../src/stages.ts';
import type { Mapped, Payload } from '../../../src/stages.ts';

export function mapped(document: Payload): Mapped<'domestic'> {
  const sha256 = 'A'.repeat(43);
  return mintMapped({ to: 'domestic', document, neutral: { schema: 'test', version: 'v1', sha256 }, mapping: { id: 'test', revision: 1, sha256 }, loss: { dropped: [], defaulted: [], approximated: [], unknown: [] } });
}
