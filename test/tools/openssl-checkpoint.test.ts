/** openssl verifies a checkpoint's and a cosignature's Ed25519 signatures, as docs/trail-format.md shows. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkpointText } from '../../src/trail/checkpoint.ts';
import { cosignatureTime, cosigner } from '../../src/trail/cosignature.ts';
import { ed25519Signer, formatNote, parseNote, signatureLine } from '../../src/trail/note.ts';
import { tool } from '../support/tool.ts';
import { NOW, ORIGIN, testFolder, testKey } from '../support/trail.ts';

const log = testKey();
const witness = testKey();

const skip = tool('openssl', 'version');

function opensslVerifies(folder: string, key: ReturnType<typeof testKey>, signed: string, signature: Uint8Array): boolean {
  const file = (name: string, content: string | Uint8Array): string => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const pem = file('key.pem', key.publicKey.export({ type: 'spki', format: 'pem' }));
  return spawnSync('openssl', ['pkeyutl', '-verify', '-rawin', '-pubin', '-inkey', pem, '-in', file('signed', signed), '-sigfile', file('sig', signature)]).status === 0;
}

async function cosignedNote(): Promise<string> {
  const text = checkpointText({ origin: ORIGIN, size: 42, root: Buffer.alloc(32, 1) });
  return formatNote(text, [await signatureLine(ed25519Signer(ORIGIN, log), text), await signatureLine(cosigner('ee.example/witness', witness, NOW), text)]);
}

test('openssl verifies the log\'s signature over the text of a checkpoint', { skip }, async (t) => {
  const { text, signatures } = parseNote(await cosignedNote());
  const folder = testFolder(t);
  assert.equal(opensslVerifies(folder, log, text, signatures[0]!.signature), true);
  assert.equal(opensslVerifies(folder, log, text.replace('42', '43'), signatures[0]!.signature), false);
});

test('openssl verifies a cosignature over its two header lines and the text', { skip }, async (t) => {
  const { text, signatures } = parseNote(await cosignedNote());
  const { signature } = signatures[1]!;
  const signed = `cosignature/v1\ntime ${cosignatureTime(signature) / 1000}\n${text}`;
  assert.equal(opensslVerifies(testFolder(t), witness, signed, signature.subarray(8)), true);
});
