/** Proof of REST messages: the word of the security server on whose pinned connection they came. A REST message of X-Road carries no signature of its own. */
import { CausewayError } from '../../errors.ts';
import { mintVerified } from '../../stages.ts';
import type { DomesticMessage, DomesticRequest, DomesticResponse, Received, Verified } from '../../stages.ts';
import type { ProofPolicy } from '../proof-policy.ts';

/** See Dialect.verifyRequest. Throws `signature-missing` when the link asks for more than the security server's word. */
export async function verifyRequest(received: Received<DomesticRequest>, policy: ProofPolicy, now: number): Promise<Verified<DomesticRequest>> {
  return vouchedFor(received, policy, now);
}

/** See Dialect.verifyResponse. */
export async function verifyResponse(received: Received<DomesticResponse>, policy: ProofPolicy, now: number): Promise<Verified<DomesticResponse>> {
  try {
    return vouchedFor(received, policy, now);
  } catch (cause) {
    throw new CausewayError('service-answer-invalid', 'the answer carries no signature', { facts: { delivered: 'yes' }, cause });
  }
}

/** The server vouches for everything that it forwarded, so all of it is proven: `asserted`, never `verified`. */
function vouchedFor<M extends DomesticMessage>(received: Received<M>, policy: ProofPolicy, now: number): Verified<M> {
  if (policy.form !== 'security-server') throw new CausewayError('signature-missing', 'a REST message has no WS-Security signature');
  return mintVerified(received.message, received.bytes, { form: 'security-server', result: 'asserted', policy: policy.voucher ?? 'security-server', verifiedAt: now, issuer: policy.connection }, received.bytes);
}
