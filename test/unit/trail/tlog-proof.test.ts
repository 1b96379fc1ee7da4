import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkpointText } from '../../../src/trail/checkpoint.ts';
import { leafHash } from '../../../src/trail/merkle.ts';
import { ed25519Signer, ed25519Verifier, formatNote, signatureLine } from '../../../src/trail/note.ts';
import { parseTlogProof, renderTlogProof, verifyTlogProof } from '../../../src/trail/tlog-proof.ts';
import { LINK, ORIGIN, append, testKey, testTrail } from '../../support/trail.ts';

const key = testKey();

test('a proof reads back as it was written and verifies its entry and no other; changed anywhere, it does not', async (t) => {
  const { store, mirror } = await testTrail(t);
  await append(store, 300);
  const head = await store.head(LINK);
  const text = checkpointText(head);
  const checkpoint = formatNote(text, [await signatureLine(ed25519Signer(ORIGIN, key), text)]);
  const hashes = await mirror.inclusionProof(ORIGIN, 77, head.size);
  const proof = renderTlogProof({ index: 77, hashes, checkpoint });
  const verifier = ed25519Verifier(ORIGIN, key.publicKey);
  const [entry, other] = await mirror.entries(ORIGIN, 77, 79);
  assert.equal(verifyTlogProof(parseTlogProof(proof), leafHash(entry!), verifier).head.size, 300);
  assert.equal(proof.split('\n').slice(0, 2).join('|'), 'c2sp.org/tlog-proof@v1|index 77');
  assert.equal(verifyTlogProof(parseTlogProof(proof.replace('\n', '\nextra YWJj\n')), leafHash(entry!), verifier).head.size, 300, 'extra data is allowed and means nothing');
  assert.throws(() => verifyTlogProof(parseTlogProof(proof), leafHash(other!), verifier));
  for (const changed of [proof.replace('index 77', 'index 78'), proof.replace('\n300\n', '\n301\n'), proof.replace('@v1', '@v2'), proof.replace('index 77', 'index 077'), proof.slice(0, 200)]) {
    assert.throws(() => verifyTlogProof(parseTlogProof(changed), leafHash(entry!), verifier), changed.slice(0, 60));
  }
});
