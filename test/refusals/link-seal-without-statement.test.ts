import { test } from 'node:test';
import { decodeFrames } from '../../src/platform/frames.ts';
import { assertTaken, receiveAtEe, sealedRequest } from '../support/exchange.ts';
import { claimsOf } from '../support/forge.ts';
import { encode, handmadeRequest } from '../support/handmade.ts';
import { assertRefused } from '../support/refused.ts';
import { makePair } from '../support/sides.ts';

const pair = makePair();
const sealed = (await sealedRequest(pair)).fields;

test('control: the request as sealed is taken', () => assertTaken(pair, sealed));

test("a manifest made anew by somebody who knows our public key and the exchange's id, beside the peer's statement, is refused", async () => {
  const forged = await handmadeRequest(pair, { xid: String(claimsOf(sealed.statement)['jti']) });
  const payload = encode(decodeFrames(forged.payload, 2));
  await assertRefused(receiveAtEe(pair, { statement: sealed.statement, payload: payload.subarray(0, sealed.payload.length) }), 'digest-mismatch');
  await assertRefused(receiveAtEe(pair, { statement: sealed.statement, payload }), 'digest-mismatch');
});
