/** An object with the same members is no stage: the brand is private. */
import type { DomesticMessage, DomesticProof, Verified } from '../../src/stages.ts';

export function attack(message: DomesticMessage, bytes: Uint8Array, proof: DomesticProof): Verified {
  // expect: TS2741 Property '#brand' is missing
  return { message, bytes, proof, stage: 'verified' };
}
