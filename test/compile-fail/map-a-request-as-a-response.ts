/** A verified request does not pass as the answer to one. */
import type { Translation } from '../../src/mapping/mappings.ts';
import type { DomesticRequest, Mapped, Verified } from '../../src/stages.ts';

export function attack(translation: Translation, request: Verified<DomesticRequest>): Mapped<'neutral'> {
  // expect: TS2345 Argument of type 'Verified<DomesticRequest>' is not assignable to parameter of type 'Verified<DomesticResponse>'
  return translation.responseToNeutral(request);
}
