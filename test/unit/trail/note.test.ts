import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CausewayError } from '../../../src/errors.ts';
import { checkpointText, openCheckpoint, parseCheckpointText } from '../../../src/trail/checkpoint.ts';
import { cosignatureTime, cosignatureVerifier, cosigner } from '../../../src/trail/cosignature.ts';
import { ed25519FromBase64, ed25519Signer, ed25519Verifier, formatNote, noteKeyId, parseNote, parseSignatureLine, signatureLine, verifyNote } from '../../../src/trail/note.ts';
import { NOW, ORIGIN, testKey } from '../../support/trail.ts';

const code = (wanted: string) => (error: unknown) => error instanceof CausewayError && error.code === wanted;
const log = testKey();
const witness = testKey();
const stranger = testKey();
const signer = ed25519Signer(ORIGIN, log);
const verifier = ed25519Verifier(ORIGIN, log.publicKey);
const head = { origin: ORIGIN, size: 70_000, root: Buffer.alloc(32, 7) };
const text = checkpointText(head);
const note = formatNote(text, [await signatureLine(signer, text)]);

test('the example checkpoint of C2SP tlog-cosignature reads as its parts', async () => {
  const example = [
    'example.com/behind-the-sofa', '20852163', 'CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=', '',
    '— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=',
    '— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==', '',
  ].join('\n');
  const { text: body, signatures } = parseNote(example);
  assert.deepEqual({ ...parseCheckpointText(body), root: undefined }, { origin: 'example.com/behind-the-sofa', size: 20_852_163, root: undefined });
  assert.equal(Buffer.from(signatures[0]!.keyId).toString('hex'), '033de0ae');
  assert.equal(cosignatureTime(signatures[1]!.signature), 1_679_315_147_000);
});

test('a key id is the start of SHA-256(name, newline, type, key)', async () => {
  // The key of golang.org/x/mod/sumdb/note's documentation: PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW
  const key = Buffer.from('ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW', 'base64');
  assert.equal(Buffer.from(noteKeyId('PeterNeumann', key[0]!, key.subarray(1))).toString('hex'), 'c74f20a3');
  const opened = parseNote('If you think cryptography is the answer to your problem,\nthen you don\'t know what your problem is.\n\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n');
  assert.equal(verifyNote(opened, [ed25519Verifier('PeterNeumann', ed25519FromBase64(key.subarray(1).toString('base64')))]).length, 1);
});

test('a note opens with the key that signed it, and signatures of strangers are ignored', async () => {
  const other = await signatureLine(ed25519Signer(ORIGIN, stranger), text);
  const opened = openCheckpoint(formatNote(text, [other, await signatureLine(signer, text)]), verifier);
  assert.equal(opened.head.size, 70_000);
  assert.deepEqual(opened.cosigned, []);
});

test('a note that no known key signed is refused', async () => {
  assert.throws(() => openCheckpoint(note, ed25519Verifier(ORIGIN, stranger.publicKey)), code('statement-untrusted'));
  assert.throws(() => openCheckpoint(note, ed25519Verifier('other.example', log.publicKey)), code('statement-untrusted'));
});

test('one bad signature of a known key rejects the note, whatever else signed it', async () => {
  const forged = await signatureLine({ ...signer, sign: () => Buffer.alloc(64) }, text);
  const honest = await signatureLine(signer, text);
  assert.throws(() => openCheckpoint(formatNote(text, [honest, forged]), verifier), code('statement-invalid'));
  assert.throws(() => openCheckpoint(note.replace('70000', '70001'), verifier), code('statement-invalid'));
});

test('a cosignature binds the text and its time, and a bad one rejects the note', async () => {
  const line = await signatureLine(cosigner('w.example', witness, NOW), text);
  const ours = await signatureLine(signer, text);
  const cosigned = formatNote(text, [ours, line]);
  const witnesses = [cosignatureVerifier('w.example', witness.publicKey)];
  assert.deepEqual(openCheckpoint(cosigned, verifier, witnesses).cosigned, ['w.example']);
  assert.equal(cosignatureTime(parseSignatureLine(line).signature), NOW);
  const { keyId, signature } = parseSignatureLine(line);
  const later = Buffer.from(signature);
  later[7]! ^= 1;
  const moved = `— w.example ${Buffer.concat([keyId, later]).toString('base64')}`;
  assert.throws(() => openCheckpoint(formatNote(text, [ours, moved]), verifier, witnesses), code('statement-invalid'));
});

test('a note that two keys of a log signed is good for whoever knows either, and bad if one of them that is known did not sign so', async () => {
  const next = testKey();
  const nextSigner = ed25519Signer(ORIGIN, next);
  const nextVerifier = ed25519Verifier(ORIGIN, next.publicKey);
  const [first, second] = [await signatureLine(signer, text), await signatureLine(nextSigner, text)];
  for (const known of [verifier, nextVerifier, [verifier, nextVerifier]]) assert.equal(openCheckpoint(formatNote(text, [first, second]), known).head.size, 70_000);
  assert.equal(openCheckpoint(formatNote(text, [second]), [verifier, nextVerifier]).head.size, 70_000);
  assert.throws(() => openCheckpoint(formatNote(text, [second]), verifier), code('statement-untrusted'));
  const forged = await signatureLine({ ...nextSigner, sign: () => Buffer.alloc(64) }, text);
  assert.throws(() => openCheckpoint(formatNote(text, [first, forged]), [verifier, nextVerifier]), code('statement-invalid'));
});

test('a witness cannot stand in for the log', async () => {
  const only = formatNote(text, [await signatureLine(cosigner('w.example', witness, NOW), text)]);
  assert.throws(() => openCheckpoint(only, verifier, [cosignatureVerifier('w.example', witness.publicKey)]), code('statement-untrusted'));
});

const malformed: Record<string, string> = {
  'without a blank line': note.replace('\n\n', '\n'),
  'without its last newline': note.slice(0, -1),
  'with a control character': note.replace('70000', '70\t000'),
  'with base64 that is not canonical': note.replace(/=\n$/, 'x=\n'),
  'with a signature line that is none': note.replace('— ', '- '),
  'with a size with a leading zero': note.replace('70000', '070000'),
  'with a size that no number holds': note.replace('70000', '99999999999999999'),
  'with a root of another length': note.replace(/BwcH/, ''),
  'with two lines of text': formatNote(`${ORIGIN}\n70000\n`, [await signatureLine(signer, text)]),
  'with 33 signatures': formatNote(text, Array(33).fill(await signatureLine(signer, text))),
};

for (const [what, content] of Object.entries(malformed)) {
  test(`a checkpoint ${what} is malformed`, () => {
    assert.throws(() => openCheckpoint(content, verifier), code('malformed'));
  });
}

test('extension lines are allowed and signed', async () => {
  const extended = `${text}ext 1\n`;
  assert.equal(openCheckpoint(formatNote(extended, [await signatureLine(signer, extended)]), verifier).head.size, 70_000);
});
