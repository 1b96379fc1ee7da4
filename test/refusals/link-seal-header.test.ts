import { test } from 'node:test';
import { CompactEncrypt } from 'jose';
import type { CompactJWEHeaderParameters } from 'jose';
import { assertTaken, receiveAtEe } from '../support/exchange.ts';
import { handmadeRequest, publicKeyOfEe } from '../support/handmade.ts';
import { assertRefused, refuses } from '../support/refused.ts';
import { makePair } from '../support/sides.ts';

const pair = makePair();
const withMembers = (members: object, crit?: Record<string, boolean>) =>
  handmadeRequest(pair, { seal: (plaintext, honest) => new CompactEncrypt(plaintext).setProtectedHeader({ ...honest, ...members } as CompactJWEHeaderParameters).encrypt(publicKeyOfEe(pair), crit === undefined ? {} : { crit }) });

test('control: the members of the binding, in another order, are taken', async () => assertTaken(pair, await handmadeRequest(pair, {
  seal: (plaintext, honest) => new CompactEncrypt(plaintext).setProtectedHeader({ alg: '', enc: '', ...Object.fromEntries(Object.entries(honest).toReversed()) }).encrypt(publicKeyOfEe(pair)),
})));

test('a seal with an unknown member is refused', async () => refuses(receiveAtEe(pair, await withMembers({ note: 'x' })), 'seal-mismatch'));

test('a seal with crit is refused', async () => refuses(receiveAtEe(pair, await withMembers({ crit: ['note'], note: 'x' }, { note: true })), 'seal-mismatch'));

test('a seal with apu, which changes how the key is derived, is refused', async () => refuses(receiveAtEe(pair, await withMembers({ apu: 'AAAA' })), 'seal-mismatch'));

for (const member of ['iss', 'aud', 'jti', 'typ']) {
  test(`a seal without ${member} is refused`, async () => refuses(receiveAtEe(pair, await withMembers({ [member]: undefined })), 'seal-mismatch'));
}

test('a seal whose header holds a member twice is refused', async () => {
  const sealed = await handmadeRequest(pair, {
    async seal(plaintext, honest) {
      const [header = '', ...rest] = (await new CompactEncrypt(plaintext).setProtectedHeader({ alg: '', enc: '', ...honest }).encrypt(publicKeyOfEe(pair))).split('.');
      const doubled = Buffer.from(header, 'base64url').toString().replace('{', '{"iss":"https://gateway.lv.example",');
      return [Buffer.from(doubled).toString('base64url'), ...rest].join('.');
    },
  });
  await assertRefused(receiveAtEe(pair, sealed), 'seal-mismatch');
});
