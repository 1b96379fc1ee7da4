/** The neutral form is not written home untranslated. */
import type { Dialect, DomesticCall } from '../../src/ecosystems/ecosystem.ts';
import type { ProofPolicy } from '../../src/ecosystems/proof-policy.ts';
import type { HttpMessage } from '../../src/platform/http-client.ts';
import type { Mapped } from '../../src/stages.ts';

export function attack(dialect: Dialect, mapped: Mapped<'neutral'>, call: DomesticCall, policy: ProofPolicy): Promise<HttpMessage> {
  // expect: TS2345 Argument of type 'Mapped<"neutral">' is not assignable to parameter of type 'Mapped<"domestic">'
  return dialect.renderRequest(mapped, call, policy, 0);
}
