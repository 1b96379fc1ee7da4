/** An object with the same members is no stage: the brand is private. */
import type { Sealed, SealedFields } from '../../src/stages.ts';

export function attack(fields: SealedFields): Sealed {
  // expect: TS2741 Property '#brand' is missing
  return { fields, stage: 'sealed' };
}
