import { test } from 'node:test';
import { assertTaken, openAtFi, receiveAtEe, sealedRequest, sealedResponse } from '../support/exchange.ts';
import { encryptFor, handmadeRequest } from '../support/handmade.ts';
import { assertRefused, refuses } from '../support/refused.ts';
import { decodeFrames } from '../../src/platform/frames.ts';
import { bytesOf } from '../../src/platform/content.ts';
import { makePair } from '../support/sides.ts';

const pair = makePair();
const request = await sealedRequest(pair);
const other = await sealedRequest(pair);
const response = await sealedResponse(pair, request);
const manifestOf = (payload: Uint8Array) => decodeFrames(payload, 2)[0]?.bytes ?? new Uint8Array();

test('control: both requests and the answer are taken', async () => {
  await assertTaken(pair, request.fields);
  await assertTaken(pair, other.fields);
  await openAtFi(pair, response.fields);
});

test('the payload of another exchange beside a genuine statement is refused', () =>
  refuses(receiveAtEe(pair, { statement: request.fields.statement, payload: other.fields.payload }), 'digest-mismatch'));

test('the manifest of another exchange, under a new statement of the same sender, is refused', async () => {
  const sealed = await handmadeRequest(pair, { seal: async () => manifestOf(bytesOf(other.fields.payload)) });
  await assertRefused(receiveAtEe(pair, sealed), 'seal-mismatch');
});

test('a manifest that a third gateway sealed for us, under a statement of the peer, is refused', async () => {
  const sealed = await handmadeRequest(pair, { seal: (plaintext, honest) => encryptFor(pair, plaintext, { ...honest, iss: 'https://gateway.lv.example' }) });
  await assertRefused(receiveAtEe(pair, sealed), 'seal-mismatch');
});

test('a manifest that was sealed for another audience is refused', async () => {
  const sealed = await handmadeRequest(pair, { seal: (plaintext, honest) => encryptFor(pair, plaintext, { ...honest, aud: 'https://gateway.lv.example' }) });
  await assertRefused(receiveAtEe(pair, sealed), 'seal-mismatch');
});

test('a manifest that was sealed for the other direction is refused', async () => {
  const sealed = await handmadeRequest(pair, { seal: (plaintext, honest) => encryptFor(pair, plaintext, { ...honest, typ: 'causeway-response+jwt' }) });
  await assertRefused(receiveAtEe(pair, sealed), 'seal-mismatch');
});

test("the peer's own answer to us, sent back under a request, is refused", async () => {
  const sealed = await handmadeRequest(pair, { seal: async () => manifestOf(bytesOf(response.fields.payload)) });
  await assertRefused(receiveAtEe(pair, sealed), 'seal-mismatch');
});
