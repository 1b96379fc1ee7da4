/** What was mapped for handing over at home cannot be sealed for the peer. */
import { sealRequest, type RequestFacts, type Side } from '../../src/federation/seal.ts';
import type { LinkVersion } from '../../src/federation/link.ts';
import type { Mapped, Sealed } from '../../src/stages.ts';

export function attack(mapped: Mapped<'domestic'>, rest: Omit<RequestFacts, 'mapped'>, version: LinkVersion, side: Side): Promise<Sealed> {
  // expect: TS2322 Type 'Mapped<"domestic">' is not assignable to type 'Mapped<"neutral">'
  return sealRequest({ ...rest, mapped }, version, side, 0);
}
