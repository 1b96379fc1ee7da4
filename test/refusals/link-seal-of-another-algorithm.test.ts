import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { CompactEncrypt } from 'jose';
import { assertTaken, receiveAtEe } from '../support/exchange.ts';
import { handmadeRequest, publicKeyOfEe } from '../support/handmade.ts';
import type { Bends } from '../support/handmade.ts';
import { assertRefused, refuses } from '../support/refused.ts';
import { makePair } from '../support/sides.ts';

const pair = makePair();
const ee = publicKeyOfEe(pair);
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey;
const other = generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey;
/** Secrets that a careless receiver could take for its own key: the public key, as bytes. */
const publicBytes = ee.export({ type: 'spki', format: 'der' }).subarray(-32);

test('control: ECDH-ES+A256KW with A256GCM is taken', async () => assertTaken(pair, await handmadeRequest(pair)));

const SEALS: Record<string, { alg: string; enc?: string; key: Parameters<CompactEncrypt['encrypt']>[0] }> = {
  'dir under bytes of the public key': { alg: 'dir', key: publicBytes },
  'A256KW under bytes of the public key': { alg: 'A256KW', key: publicBytes },
  'RSA-OAEP': { alg: 'RSA-OAEP', key: rsa },
  'PBES2 with bytes of the public key as its password': { alg: 'PBES2-HS256+A128KW', key: publicBytes },
  'ECDH-ES without key wrapping': { alg: 'ECDH-ES', key: ee },
  'ECDH-ES+A128KW': { alg: 'ECDH-ES+A128KW', key: ee },
  'A128GCM': { alg: 'ECDH-ES+A256KW', enc: 'A128GCM', key: ee },
  'A256CBC-HS512': { alg: 'ECDH-ES+A256KW', enc: 'A256CBC-HS512', key: ee },
  'a key of another curve': { alg: 'ECDH-ES+A256KW', key: other },
};

for (const [what, { alg, enc = 'A256GCM', key }] of Object.entries(SEALS)) {
  test(`a seal of ${what} is refused`, async () => {
    const seal: Bends['seal'] = (plaintext, honest) => new CompactEncrypt(plaintext).setProtectedHeader({ ...honest, alg, enc }).encrypt(key);
    await assertRefused(receiveAtEe(pair, await handmadeRequest(pair, { seal })), 'seal-mismatch');
  });
}

test('a seal whose ephemeral key is not on the curve is refused', async () => {
  const seal: Bends['seal'] = async (plaintext, honest) => {
    const good = await new CompactEncrypt(plaintext).setProtectedHeader({ alg: '', enc: '', ...honest }).encrypt(ee);
    const [header = '', ...rest] = good.split('.');
    const members = JSON.parse(Buffer.from(header, 'base64url').toString()) as { epk: { x: string; y: string } };
    members.epk.y = members.epk.x;
    return [Buffer.from(JSON.stringify(members)).toString('base64url'), ...rest].join('.');
  };
  await assertRefused(receiveAtEe(pair, await handmadeRequest(pair, { seal })), 'seal-mismatch');
});

for (const junk of ['', 'a.b.c', 'a.b.c.d.e', '....', 'x'.repeat(1000)]) {
  test(`"${junk.slice(0, 9)}" in place of a seal is refused`, async () => refuses(receiveAtEe(pair, await handmadeRequest(pair, { seal: async () => junk })), 'seal-mismatch'));
}
