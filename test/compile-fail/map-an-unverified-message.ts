/** A message whose proof was not checked cannot be translated. */
import type { Translation } from '../../src/mapping/mappings.ts';
import type { DomesticRequest, Mapped, Received } from '../../src/stages.ts';

export function attack(translation: Translation, received: Received<DomesticRequest>): Mapped<'neutral'> {
  // expect: TS2345 Argument of type 'Received<DomesticRequest>' is not assignable to parameter of type 'Verified<DomesticRequest>'
  return translation.requestToNeutral(received);
}
