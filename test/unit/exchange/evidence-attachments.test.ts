import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { keepAttachments } from '../../../src/exchange/evidence-attachments.ts';
import type { Leg } from '../../../src/federation/link.ts';
import { chunksOf, keepContent, sha256Of } from '../../../src/platform/content.ts';
import type { Attachment, Content } from '../../../src/stages.ts';
import { filesOf, makeSpool, readAll, spooled } from '../../support/spool.ts';

async function attachment(content: Content): Promise<Attachment> {
  return { headers: Buffer.from('Content-ID: <a>\r\n'), type: 'image/jpeg', content, sha256: await sha256Of(content) };
}

/** A message in a file: something in front, and two attachments. */
async function keeping(t: TestContext, leg: Pick<Leg, 'evidence' | 'evidenceMaxBytes'>, minimised: boolean) {
  const spool = makeSpool(t);
  const scope = spool.scope();
  const bytes = randomBytes(5000);
  const message = await spooled(scope, bytes);
  const names: string[] = [];
  const keep = async (content: Content) => {
    const { content: kept, files } = await keepContent(content, spool);
    names.push(...files);
    return kept;
  };
  const attachments = [await attachment(message.slice(1000, 3000)), await attachment(Buffer.from('in memory')), await attachment(message.slice(3000, 5000))];
  const kept = await keepAttachments(attachments, leg as Leg, minimised, keep, spool);
  await scope.dispose();
  return { kept, names, bytes, files: filesOf(spool) };
}

test('Attachments are kept as ranges of the file that they came in, which is not written again', async (t) => {
  const { kept, names, bytes, files } = await keeping(t, { evidence: 'escrow' }, false);
  assert.deepEqual(files, names);
  assert.equal(names.length, 1);
  const read = await Promise.all(kept.map(({ content }) => readAll({ chunks: () => chunksOf(content!) })));
  assert.deepEqual(read, [bytes.subarray(1000, 3000), Buffer.from('in memory'), bytes.subarray(3000)]);
  assert.deepEqual(kept.map(({ length }) => length), [2000, 9, 2000]);
});

test('Where the message says more than may cross, its file is not kept: the attachments are written apart', async (t) => {
  const { kept, names, bytes, files } = await keeping(t, { evidence: 'escrow' }, true);
  assert.deepEqual(files, names);
  assert.equal(names.length, 1);
  const { file } = kept[0]!.content as unknown as { file: { length: number } };
  assert.equal(file.length, 4009, 'nothing but the attachments');
  assert.deepEqual(await readAll({ chunks: () => chunksOf(kept[2]!.content!) }), bytes.subarray(3000));
});

test('Of digests, and of more bytes than the leg says, the digests alone are kept, and no file', async (t) => {
  for (const leg of [{ evidence: 'digests' }, { evidence: 'escrow', evidenceMaxBytes: 4008 }] as const) {
    const { kept, files } = await keeping(t, leg, false);
    assert.deepEqual(files, []);
    assert.deepEqual(kept.map(({ content, length }) => [content, length]), [[undefined, 2000], [undefined, 9], [undefined, 2000]]);
  }
  const { names } = await keeping(t, { evidence: 'escrow', evidenceMaxBytes: 4009 }, false);
  assert.equal(names.length, 1);
});
