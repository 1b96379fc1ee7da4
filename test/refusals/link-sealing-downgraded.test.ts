import { test } from 'node:test';
import { sealResponse } from '../../src/federation/seal.ts';
import { PROMISE, assertTaken, authenticateAtEe, openAtFi, receiveAtEe, sealedRequest, sealedResponse } from '../support/exchange.ts';
import { handmadeRequest } from '../support/handmade.ts';
import { assertRefused } from '../support/refused.ts';
import { CONTEXT, NOW, PROOF, makePair, mappedNeutral } from '../support/sides.ts';

const pair = makePair({ sealing: 'jwe' });
const request = await sealedRequest(pair);

test('control: sealed as the leg says, request and answer are taken', async () => {
  await assertTaken(pair, request.fields);
  await openAtFi(pair, (await sealedResponse(pair, request)).fields);
});

test('a request left to TLS where the leg says jwe is refused', async () => {
  const open = { ...pair, grant: { ...pair.grant, sealing: 'tls' as const } };
  await assertRefused(receiveAtEe(pair, await handmadeRequest(open)), 'leg-mismatch');
});

test('an answer left to TLS where the leg says jwe is refused', async () => {
  const [version] = pair.ee.link.versions;
  const open = { ...version, in: { ...version.in, sealing: 'tls' as const } };
  const response = await sealResponse({ mapped: mappedNeutral(), context: CONTEXT, proof: PROOF, promise: PROMISE, grant: pair.grant }, await authenticateAtEe(pair, request.fields.statement), open, pair.ee.side, NOW);
  await assertRefused(openAtFi(pair, response.fields), 'leg-mismatch');
});

test('a plaintext manifest under a statement that says jwe is refused', async () => {
  await assertRefused(receiveAtEe(pair, await handmadeRequest(pair, { seal: async (plaintext) => plaintext })), 'seal-mismatch');
});

test('a part without a key, in plaintext, under a statement that says jwe is refused', async () => {
  const bytes = Buffer.from('{"hello":"world"}');
  const sealed = await handmadeRequest(pair, {
    manifest: (draft) => ({ ...draft, parts: draft.parts.map(({ name, type, length, sha256 }) => ({ name, type, length, sha256, sent: sha256 })) }),
    frames: ([manifest]) => [...(manifest === undefined ? [] : [manifest]), { kind: 2, bytes }],
  });
  await assertRefused(receiveAtEe(pair, sealed), 'seal-mismatch');
});
