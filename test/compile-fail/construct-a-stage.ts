/** A stage comes from its mint function alone. */
import { Verified, type DomesticMessage, type DomesticProof } from '../../src/stages.ts';

export function attack(message: DomesticMessage, bytes: Uint8Array, proof: DomesticProof): Verified {
  // expect: TS2673 Constructor of class 'Verified<M>' is private
  return new Verified(message, bytes, proof);
}
