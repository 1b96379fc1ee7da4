/** The commands of docs/trail-format.md that verify a checkpoint by hand, run as they stand there. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkpointText } from '../../src/trail/checkpoint.ts';
import { cosigner } from '../../src/trail/cosignature.ts';
import { ed25519Signer, formatNote, signatureLine } from '../../src/trail/note.ts';
import { tool } from '../support/tool.ts';
import { NOW, testKey } from '../support/trail.ts';
import { blocksOf, readPage } from './pages.ts';

const ORIGIN = 'fi.example/trail/ee-fi/2026h1';
const log = testKey();

function commands(): string {
  const block = blocksOf(readPage('docs/trail-format.md')).find(({ text }) => text.includes('openssl pkeyutl'));
  assert.ok(block, 'the page verifies no checkpoint by hand');
  return block.text;
}

/** Runs the page's commands over a checkpoint that `change` alters after it was signed. */
async function verifies(change: (note: string) => string): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'causeway-by-hand-'));
  try {
    const text = checkpointText({ origin: ORIGIN, size: 614, root: Buffer.alloc(32, 1) });
    const note = formatNote(text, [await signatureLine(ed25519Signer(ORIGIN, log), text), await signatureLine(cosigner('ee.example/witness', testKey(), NOW), text)]);
    writeFileSync(join(folder, 'checkpoint'), change(note));
    writeFileSync(join(folder, 'pub.pem'), log.publicKey.export({ type: 'spki', format: 'pem' }));
    return spawnSync('sh', ['-c', commands()], { cwd: folder }).status === 0;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('a checkpoint verifies by hand as docs/trail-format.md says, and one that was changed does not', { skip: tool('openssl', 'version') }, async () => {
  assert.equal(await verifies((note) => note), true);
  assert.equal(await verifies((note) => note.replace('614', '615')), false);
});
