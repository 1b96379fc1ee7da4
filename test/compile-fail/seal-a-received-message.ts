/** A message that was only parsed cannot be sealed. */
import { sealRequest, type RequestFacts, type Side } from '../../src/federation/seal.ts';
import type { LinkVersion } from '../../src/federation/link.ts';
import type { Received, Sealed } from '../../src/stages.ts';

export function attack(received: Received, rest: Omit<RequestFacts, 'mapped'>, version: LinkVersion, side: Side): Promise<Sealed> {
  // expect: TS2322 Type 'Received<DomesticMessage>' is not assignable to type 'Mapped<"neutral">'
  return sealRequest({ ...rest, mapped: received }, version, side, 0);
}
