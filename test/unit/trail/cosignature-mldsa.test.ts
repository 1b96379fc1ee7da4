/** The second cosignature line (ML-DSA-44): made and verified as C2SP tlog-cosignature has it, ignored by who does not know the key. */
import assert from 'node:assert/strict';
import { createHash, createPublicKey, verify } from 'node:crypto';
import { test } from 'node:test';
import { makeMldsa44, mldsa44FromBase64, rawMldsa44 } from '../../../src/crypto/mldsa.ts';
import { checkpointText, openCheckpoint } from '../../../src/trail/checkpoint.ts';
import { cosignatureVerifier, cosigner } from '../../../src/trail/cosignature.ts';
import { mldsaCosignatureVerifier, mldsaCosigner } from '../../../src/trail/cosignature-mldsa.ts';
import { ed25519Signer, ed25519Verifier, formatNote, parseNote, signatureLine } from '../../../src/trail/note.ts';
import { NOW, ORIGIN, testKey } from '../../support/trail.ts';

const second = makeMldsa44();
const skip = second === undefined ? 'skipped: this Node knows no ML-DSA-44' : false;
const NAME = 'ee.example/witness';
const [log, first] = [testKey(), testKey()];
const text = checkpointText({ origin: ORIGIN, size: 614, root: Buffer.alloc(32, 9) });
const note = async () => formatNote(text, await Promise.all([ed25519Signer(ORIGIN, log), cosigner(NAME, first, NOW), mldsaCosigner(NAME, second!, NOW)].map((signer) => signatureLine(signer, text))));
const verifier = ed25519Verifier(ORIGIN, log.publicKey);
const known = () => mldsaCosignatureVerifier(NAME, createPublicKey(second!));

test('both lines of one witness verify, and either is ignored by who does not know its key', { skip }, async () => {
  const firstOnly = cosignatureVerifier(NAME, first.publicKey);
  for (const witnesses of [[firstOnly, known()], [firstOnly], [known()]]) assert.deepEqual(openCheckpoint(await note(), verifier, witnesses).cosigned, [NAME]);
  assert.deepEqual(openCheckpoint(await note(), verifier).cosigned, []);
});

test('what is signed is the structure of the specification, and the key id its hash with type 06', { skip }, async () => {
  const { keyId, signature } = parseNote(await note()).signatures[2]!;
  const key = createPublicKey(second!);
  assert.deepEqual(Buffer.from(keyId), createHash('sha256').update(`${NAME}\n`).update(Buffer.of(6)).update(rawMldsa44(key)).digest().subarray(0, 4));
  const time = Buffer.from(signature.subarray(0, 8));
  assert.equal(Number(time.readBigUInt64BE()), Math.floor(NOW / 1000));
  const size = Buffer.alloc(8);
  size.writeBigUInt64BE(614n);
  const message = Buffer.concat([Buffer.from('subtree/v1\n'), Buffer.of(0, NAME.length), Buffer.from(NAME), time, Buffer.of(ORIGIN.length), Buffer.from(ORIGIN), Buffer.alloc(8), size, Buffer.alloc(32, 9)]);
  assert.equal(verify(null, message, key, signature.subarray(8)), true);
});

test('a second line that was changed, or is about another tree, rejects the note', { skip }, async () => {
  const lines = (await note()).split('\n');
  const line = lines.findLastIndex((one) => one.startsWith('— '));
  const changed = lines.with(line, lines[line]!.replace(/....==$|....$/, (end) => (end.startsWith('AAAA') ? `BBBB${end.slice(4)}` : `AAAA${end.slice(4)}`))).join('\n');
  assert.throws(() => openCheckpoint(changed, verifier, [known()]), { code: 'statement-invalid' });
  const other = text.replace('614', '615');
  const moved = formatNote(other, [await signatureLine(ed25519Signer(ORIGIN, log), other), parseNote(await note()).signatures[2]!.line]);
  assert.throws(() => openCheckpoint(moved, verifier, [known()]), { code: 'statement-invalid' });
});

test('a key reads back from the base64 of a link; other lengths are refused', { skip }, async () => {
  const base64 = Buffer.from(rawMldsa44(second!)).toString('base64');
  assert.equal(mldsa44FromBase64(base64)?.equals(createPublicKey(second!)), true);
  assert.throws(() => mldsa44FromBase64(first.base64), { code: 'config-invalid' });
});
