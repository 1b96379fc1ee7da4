/** What the peer sent cannot be translated before it was opened. */
import type { Translation } from '../../src/mapping/mappings.ts';
import type { Mapped, Sealed } from '../../src/stages.ts';

export function attack(translation: Translation, sealed: Sealed): Mapped<'domestic'> {
  // expect: TS2345 Argument of type 'Sealed' is not assignable to parameter of type 'Opened'
  return translation.requestToDomestic(sealed);
}
