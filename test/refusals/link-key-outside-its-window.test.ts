import { test } from 'node:test';
import { assertTaken, receiveAtEe, sealedRequest } from '../support/exchange.ts';
import { withClaims } from '../support/forge.ts';
import { assertRefused, refuses } from '../support/refused.ts';
import { makePair } from '../support/sides.ts';

/** The keys of makePair are valid in 2026 alone. */
const FIRST = Date.parse('2026-01-01T00:00:00Z');
const AFTER = Date.parse('2027-01-01T00:00:00Z');
const pair = makePair();
const askedAt = async (now: number) => (await sealedRequest(pair, { now })).fields;
const encryptedBefore = await askedAt(AFTER - 1000);

test('control: in the first second of the window, and in the last, a statement is taken', async () => {
  await assertTaken(pair, await askedAt(FIRST), { now: FIRST });
  await assertTaken(pair, encryptedBefore, { now: AFTER - 1 });
});

test('signed within the window and received after it, a statement is refused', () =>
  refuses(receiveAtEe(pair, encryptedBefore, { now: AFTER }), 'statement-untrusted'));

test('signed before the window and received within it, a statement is refused', async () => {
  const early = withClaims(encryptedBefore.statement, { iat: FIRST / 1000 - 1, exp: FIRST / 1000 + 59 }, pair.fi);
  await assertRefused(receiveAtEe(pair, { ...encryptedBefore, statement: early }, { now: FIRST + 1000 }), 'statement-untrusted');
});
