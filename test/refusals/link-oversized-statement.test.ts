import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertTaken, receiveAtEe, sealedRequest } from '../support/exchange.ts';
import { withHeader } from '../support/forge.ts';
import { assertRefused, refuses } from '../support/refused.ts';
import { makePair } from '../support/sides.ts';

const pair = makePair();
const sealed = (await sealedRequest(pair)).fields;

test('control: the request as sealed is taken', () => assertTaken(pair, sealed));

const { maxStatementBytes } = pair.ee.side;

test('a statement one byte over the limit is refused for its size, before anything of it is read', async () => {
  const { message } = await assertRefused(receiveAtEe(pair, { ...sealed, statement: '.'.repeat(maxStatementBytes + 1) }), 'statement-malformed');
  assert.match(message, /4097 bytes/);
});

test('a statement of exactly the limit is read, and refused for what it is', async () => {
  const { message } = await assertRefused(receiveAtEe(pair, { ...sealed, statement: '.'.repeat(maxStatementBytes) }), 'statement-malformed');
  assert.match(message, /compact/);
});

test('a genuine signature over a header of 4 KiB is refused', () => {
  const statement = withHeader(sealed.statement, JSON.stringify({ alg: 'ES256', typ: 'causeway-request+jwt', kid: 'x'.repeat(maxStatementBytes) }), pair.fi);
  return refuses(receiveAtEe(pair, { ...sealed, statement }), 'statement-malformed');
});
