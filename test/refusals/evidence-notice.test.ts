/** What a peer, or somebody between, could make of the notices that a message is not proven. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openEvidenceNotice, signEvidenceNotice } from '../../src/federation/domestic-evidence.ts';
import { signJws } from '../../src/crypto/jws.ts';
import { canonicalJson } from '../../src/platform/canonical-json.ts';
import { refuses } from '../support/refused.ts';
import { NOW, makePair } from '../support/sides.ts';

const { fi, ee } = makePair();
const notice = { xid: '01a1ff99-9043-7150-9cae-ce5e7c5b77f0', step: 'request', code: 'container-differs' } as const;
const compact = await signEvidenceNotice(fi, notice, NOW);

/** The honest claims, bent, and signed by the peer itself. */
function forged(changes: Record<string, unknown>, typ = 'causeway-domestic-evidence+jwt'): Promise<string> {
  const claims = JSON.parse(Buffer.from(compact.split('.')[1] ?? '', 'base64url').toString()) as object;
  return signJws(typ, canonicalJson({ ...claims, ...changes }), fi.side.statementKey);
}

test('control: the notice as signed is taken', () => {
  const { xid, step, code } = openEvidenceNotice(compact, ee, NOW);
  assert.deepEqual({ xid, step, code }, notice);
});

test('a notice is no statement of an exchange, and a statement is no notice', () => refuses(async () => openEvidenceNotice(await forged({}, 'causeway-request+jwt'), ee, NOW), 'statement-malformed'));
test('a notice that came back to its sender is refused', () => refuses(() => openEvidenceNotice(compact, fi, NOW), 'statement-untrusted'));
test('a notice for another gateway is refused', () => refuses(async () => openEvidenceNotice(await forged({ aud: 'https://gateway.xx.example' }), ee, NOW), 'wrong-audience'));
test('a notice on another link is refused', () => refuses(async () => openEvidenceNotice(await forged({ link: 'ee-xx' }), ee, NOW), 'wrong-audience'));
test('an old notice, sent again, is refused', () => refuses(() => openEvidenceNotice(compact, ee, NOW + 61_000), 'clock-skew'));
test('a notice of the future is refused', () => refuses(() => openEvidenceNotice(compact, ee, NOW - 61_000), 'clock-skew'));
test('a notice whose claims were changed after it was signed is refused', async () => {
  const [header, , signature] = compact.split('.');
  const [, claims] = (await forged({ code: 'container-missing' })).split('.');
  return refuses(() => openEvidenceNotice(`${header}.${claims}.${signature}`, ee, NOW), 'statement-invalid');
});
test('a claim that the schema does not know, or a code with words in it, is refused', async () => {
  await refuses(async () => openEvidenceNotice(await forged({ more: 1 }), ee, NOW), 'statement-malformed');
  await refuses(async () => openEvidenceNotice(await forged({ code: 'signed by Mari Maasikas' }), ee, NOW), 'statement-malformed');
});
