/** Only what was opened and translated can be written as a domestic message. */
import type { Dialect, DomesticCall } from '../../src/ecosystems/ecosystem.ts';
import type { ProofPolicy } from '../../src/ecosystems/proof-policy.ts';
import type { HttpMessage } from '../../src/platform/http-client.ts';
import type { Sealed } from '../../src/stages.ts';

export function attack(dialect: Dialect, sealed: Sealed, call: DomesticCall, policy: ProofPolicy): Promise<HttpMessage> {
  // expect: TS2345 Argument of type 'Sealed' is not assignable to parameter of type 'Mapped<"domestic">'
  return dialect.renderRequest(sealed, call, policy, 0);
}
