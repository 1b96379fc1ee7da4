/** What a peer, or somebody between, could make of the notices about suspensions. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openSuspension, signSuspension } from '../../src/federation/suspension.ts';
import { signJws } from '../../src/crypto/jws.ts';
import { canonicalJson } from '../../src/platform/canonical-json.ts';
import { refuses } from '../support/refused.ts';
import { NOW, makePair } from '../support/sides.ts';

const { fi, ee } = makePair();
const notice = { id: '00000000-0000-4000-8000-000000000000', state: 'suspended', reason: 'incident-7' } as const;
const compact = await signSuspension(fi, notice, NOW);

/** The honest claims, bent, and signed by the peer itself. */
function forged(changes: Record<string, unknown>, typ = 'causeway-suspension+jwt'): Promise<string> {
  const claims = JSON.parse(Buffer.from(compact.split('.')[1] ?? '', 'base64url').toString()) as object;
  return signJws(typ, canonicalJson({ ...claims, ...changes }), fi.side.statementKey);
}

test('control: the notice as signed is taken', () => {
  const { id, state, reason } = openSuspension(compact, ee, NOW);
  assert.deepEqual({ id, state, reason }, notice);
});

test('a notice is no statement of an exchange, and a statement is no notice', () => refuses(async () => openSuspension(await forged({}, 'causeway-request+jwt'), ee, NOW), 'statement-malformed'));
test('a notice that came back to its sender is refused', () => refuses(() => openSuspension(compact, fi, NOW), 'statement-untrusted'));
test('a notice for another gateway is refused', () => refuses(async () => openSuspension(await forged({ aud: 'https://gateway.xx.example' }), ee, NOW), 'wrong-audience'));
test('a notice on another link is refused', () => refuses(async () => openSuspension(await forged({ link: 'ee-xx' }), ee, NOW), 'wrong-audience'));
test('an old notice, sent again when all is well, is refused', () => refuses(() => openSuspension(compact, ee, NOW + 61_000), 'clock-skew'));
test('a notice of the future is refused', () => refuses(() => openSuspension(compact, ee, NOW - 61_000), 'clock-skew'));
test('a notice whose claims were changed after it was signed is refused', async () => {
  const [header, , signature] = compact.split('.');
  const [, claims] = (await forged({ state: 'resumed' })).split('.');
  return refuses(() => openSuspension(`${header}.${claims}.${signature}`, ee, NOW), 'statement-invalid');
});
test('a claim that the schema does not know, or a reason with a person in it, is refused', async () => {
  await refuses(async () => openSuspension(await forged({ more: 1 }), ee, NOW), 'statement-malformed');
  await refuses(async () => openSuspension(await forged({ reason: 'asked by Mari Maasikas' }), ee, NOW), 'statement-malformed');
});
