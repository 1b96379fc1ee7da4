import { test } from 'node:test';
import { assertTaken, receiveAtEe } from '../support/exchange.ts';
import { withClaims, claimsOf } from '../support/forge.ts';
import type { Claims } from '../support/forge.ts';
import { frameHeader, handmadeRequest } from '../support/handmade.ts';
import { refuses } from '../support/refused.ts';
import { makePair } from '../support/sides.ts';

const pair = makePair();
const sealed = await handmadeRequest(pair);
const manifestLength = Buffer.from(sealed.payload).readBigUInt64BE(1);

test('control: the request as sealed is taken', () => assertTaken(pair, sealed));

/** The payload with other bytes, under a statement that counts them right. */
function bent(payload: Uint8Array) {
  const claim = { ...(claimsOf(sealed.statement)['payload'] as Claims), bytes: payload.length };
  return { payload, statement: withClaims(sealed.statement, { payload: claim }, pair.fi) };
}

for (const length of [2n ** 64n - 1n, 2n ** 63n, 2n ** 53n, 2n ** 32n, manifestLength + 1n, manifestLength - 1n, 0n]) {
  test(`a first frame that says it has ${length} bytes is refused`, () => {
    const payload = Buffer.from(sealed.payload);
    frameHeader(1, length).copy(payload);
    return refuses(receiveAtEe(pair, bent(payload)), 'digest-mismatch');
  });
}

test('a payload that ends within a frame header is refused', () => refuses(receiveAtEe(pair, bent(Buffer.concat([sealed.payload, frameHeader(2, 0n).subarray(0, 5)]))), 'digest-mismatch'));

test('ten thousand empty frames are refused', () =>
  refuses(receiveAtEe(pair, bent(Buffer.concat(Array.from({ length: 10_000 }, () => frameHeader(2, 0n))))), 'digest-mismatch'));

test('an honest payload under a statement that counts one byte more, or fewer, is refused', async () => {
  for (const bytes of [sealed.payload.length + 1, sealed.payload.length - 1]) {
    const statement = withClaims(sealed.statement, { payload: { ...(claimsOf(sealed.statement)['payload'] as Claims), bytes } }, pair.fi);
    await refuses(receiveAtEe(pair, { ...sealed, statement }), 'digest-mismatch');
  }
});

test('a payload one byte longer, or shorter, than the statement says is refused', async () => {
  await refuses(receiveAtEe(pair, { ...sealed, payload: Buffer.concat([sealed.payload, Buffer.of(0)]) }), 'digest-mismatch');
  await refuses(receiveAtEe(pair, { ...sealed, payload: sealed.payload.subarray(0, -1) }), 'digest-mismatch');
});
