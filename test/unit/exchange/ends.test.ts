import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CausewayError } from '../../../src/errors.ts';
import type { Delivered, ErrorCode } from '../../../src/errors.ts';
import { endWithoutAnswer, inboundMemory, inboundRetention, stepOf } from '../../../src/exchange/ends.ts';
import { peerRefusal } from '../../../src/exchange/refusals.ts';
import type { Authentic } from '../../../src/federation/statement.ts';
import { makePair } from '../../support/sides.ts';

const ours = (code: ErrorCode, delivered: Delivered) => new CausewayError(code, 'private', { facts: { delivered } });
const signed = (code: ErrorCode, delivered: Delivered) => peerRefusal({ claims: { code, delivered } } as Authentic<'causeway-refusal+jwt'>, 'EE', undefined);

const ENDS = [
  ['the peer could not be reached', ours('peer-unreachable', 'no'), 'refusal', 'RelayRejection', 'undelivered'],
  ['the peer could not authenticate us', ours('peer-refused', 'no'), 'refusal', 'RelayRejection', 'refused'],
  ['an unsigned refusal after copies', ours('peer-refused', 'unknown'), 'outcome-unknown', 'RelayFailure', 'unknown'],
  ['an answer that does not verify', ours('peer-answer-invalid', 'unknown'), 'outcome-unknown', 'RelayFailure', 'unknown'],
  ['a signed answer that does not open', ours('peer-answer-invalid', 'yes'), 'refusal', 'RelayFailure', 'refused'],
  ['no answer within the retry time', ours('outcome-unknown', 'unknown'), 'outcome-unknown', 'RelayFailure', 'unknown'],
  ['a failure of ours', ours('internal', 'unknown'), 'outcome-unknown', 'RelayFailure', 'unknown'],
  ['a signed refusal before hand-over, to be repeated later', signed('quota-exceeded', 'no'), 'refusal', 'RelayRejection', 'undelivered'],
  ['a signed refusal before hand-over, not to be repeated', signed('not-allowed', 'no'), 'refusal', 'RelayRejection', 'refused'],
  ['a signed fault of the service', signed('service-fault', 'yes'), 'refusal', 'RelayFailure', 'refused'],
  // The other side's entry for the same statement is a refusal too: both trails must name a statement alike.
  ['a signed refusal of a service that was slow', signed('service-slow', 'unknown'), 'refusal', 'RelayFailure', 'refused'],
  ['a signed refusal between gateways that may come after hand-over', signed('clock-skew', 'unknown'), 'refusal', 'RelayFailure', 'refused'],
  ['a signed unknown outcome', signed('outcome-unknown', 'unknown'), 'outcome-unknown', 'RelayFailure', 'unknown'],
] as const;

for (const [what, error, step, event, state] of ENDS) {
  test(`${what} ends a question as ${state}`, () => assert.deepEqual(endWithoutAnswer(error), { step, event, state }));
}

test('the side that signed a refusal names its entry by the code alone', () => {
  assert.deepEqual((['outcome-unknown', 'service-slow', 'not-allowed'] as const).map(stepOf), ['outcome-unknown', 'refusal', 'refusal']);
});

test('an outcome is kept for as long as the peer may ask, an exchange is remembered beyond that', () => {
  const { link } = makePair({ agreement: { retryTime: 600_000, duplicateTime: 1_000_000 }, leg: { answerRetention: 60_000 } }).ee;
  assert.deepEqual([inboundRetention(link), inboundMemory(link)], [600_000, 1_600_000]);
  const { link: long } = makePair({ agreement: { retryTime: 600_000 }, leg: { answerRetention: 700_000 } }).ee;
  assert.equal(inboundRetention(long), 700_000);
});
