import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { CompactEncrypt } from 'jose';
import { openerOf } from '../../src/crypto/keys.ts';
import { assertTaken, receiveAtEe } from '../support/exchange.ts';
import { encryptFor, handmadeRequest } from '../support/handmade.ts';
import { assertRefused, refuses } from '../support/refused.ts';
import { makePair } from '../support/sides.ts';

const pair = makePair();

test("control: a seal for the receiver's encryption key is taken", async () => assertTaken(pair, await handmadeRequest(pair)));

for (const kid of ['EE-encryption-2', 'EE-statement', 'FI-encryption', '']) {
  test(`a seal under kid "${kid}" is refused`, async () =>
    refuses(receiveAtEe(pair, await handmadeRequest(pair, { seal: (plaintext, honest) => encryptFor(pair, plaintext, { ...honest, kid }) })), 'seal-mismatch'));
}

test("a seal under the receiver's kid that was made for another key is refused", async () => {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const sealed = await handmadeRequest(pair, { seal: (plaintext, honest) => new CompactEncrypt(plaintext).setProtectedHeader({ alg: '', enc: '', ...honest }).encrypt(publicKey) });
  await assertRefused(receiveAtEe(pair, sealed), 'seal-mismatch');
});

test('control: after a change of key a seal for the older one is taken', async () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const side = { ...pair.ee.side, encryptionKeys: [openerOf('EE-encryption-2', privateKey), ...pair.ee.side.encryptionKeys] };
  await assertTaken({ ...pair, ee: { ...pair.ee, side } }, await handmadeRequest(pair));
});
