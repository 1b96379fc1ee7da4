/** Requests for erasure between two gateways, and their answers: only what the peer of the link signed just now, for us, on this link, is believed. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { signJws } from '../../../src/crypto/jws.ts';
import { openErasure, openErasureAnswer, signErasure, signErasureAnswer } from '../../../src/federation/erasure.ts';
import { canonicalJson } from '../../../src/platform/canonical-json.ts';
import { DIGEST, NOW, makePair } from '../../support/sides.ts';

const { fi, ee } = makePair();
const XID = '01890a5d-ac96-774b-bcce-b302099a8057';
const ASKED = { xid: XID, reason: 'file-17' };

test('what one side asks the other reads, and its answer is bound to the request', async () => {
  const request = await signErasure(fi, ASKED, NOW);
  const opened = openErasure(request, ee, NOW);
  assert.deepEqual([opened.iss, opened.xid, opened.reason], [fi.entity, XID, 'file-17']);
  const answer = await signErasureAnswer(ee, opened, { outcome: 'kept', reason: 'act-9' }, NOW);
  const { outcome, reason } = openErasureAnswer(answer, request, fi, NOW);
  assert.deepEqual([outcome, reason], ['kept', 'act-9']);
  const another = await signErasure(fi, ASKED, NOW);
  assert.throws(() => openErasureAnswer(answer, another, fi, NOW), { code: 'peer-answer-invalid' }, 'an answer to an earlier request');
  assert.throws(() => openErasureAnswer(request, request, fi, NOW), { code: 'statement-malformed' }, 'a request is no answer');
});

suite('refused is a request', () => {
  const claims = { iss: fi.entity, aud: ee.entity, iat: NOW / 1000, nonce: DIGEST, link: 'ee-fi', xid: XID, reason: 'file-17' };
  const forge = (change: object, typ = 'causeway-erasure+jwt') => signJws(typ, canonicalJson({ ...claims, ...change }), fi.side.statementKey);

  for (const [what, compact, code] of [
    ['of another link', forge({ link: 'ee-lv' }), 'wrong-audience'],
    ['for another gateway', forge({ aud: 'https://gateway.lv.example' }), 'wrong-audience'],
    ['in the name of another gateway', forge({ iss: 'https://gateway.lv.example' }), 'wrong-audience'],
    ['of an hour ago', forge({ iat: NOW / 1000 - 3600 }), 'clock-skew'],
    ['of an hour ahead', forge({ iat: NOW / 1000 + 3600 }), 'clock-skew'],
    ['with a reason of several words, which could name a person', forge({ reason: 'asked by Mari' }), 'statement-malformed'],
    ['with another member', forge({ all: true }), 'statement-malformed'],
    ['that is a statement of an exchange', forge({}, 'causeway-request+jwt'), 'statement-malformed'],
    ['of our own key', signErasure(ee, ASKED, NOW), 'statement-untrusted'],
    ['with another byte in its signature', forge({}).then((compact) => `${compact.slice(0, -10)}AAAAAAAAAA`), 'statement-'],
  ] as const) {
    test(what, async () => {
      const signed = await compact;
      assert.throws(() => openErasure(signed, ee, NOW), (error: { code: string }) => error.code.startsWith(code));
    });
  }
  test('as it is without a fault', async () => assert.equal(openErasure(await forge({}), ee, NOW).xid, XID));
});
