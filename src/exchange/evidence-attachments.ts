/** Attachments as the evidence of a step keeps them: the files that they lie in outlive the exchange under further names, so nothing is written twice. */
import type { KeptAttachment } from '../evidence/keep.ts';
import type { Leg } from '../federation/link.ts';
import { isStored, joined, scan, slice } from '../platform/content.ts';
import { RangeFile } from '../platform/range-file.ts';
import type { WrittenRange } from '../platform/range-file.ts';
import type { Spool, SpoolScope } from '../platform/spool.ts';
import type { Attachment, Content } from '../stages.ts';
import type { Keep } from './commits.ts';

/**
 * `minimised`: the message that they came with says more than may cross, and lies in the same file: they are written apart. Of more than the leg's `evidenceMaxBytes`
 * together, and where the leg keeps digests, the digests alone. Throws `disk-full`.
 */
export async function keepAttachments(attachments: readonly Attachment[], { evidence, evidenceMaxBytes = Infinity }: Leg, minimised: boolean, keep: Keep, spool: Spool): Promise<readonly KeptAttachment[]> {
  const heads = attachments.map(({ content, ...head }) => ({ ...head, length: content.length }));
  if (evidence === 'digests' || heads.reduce((sum, { length }) => sum + length, 0) > evidenceMaxBytes) return heads;
  const all = joined(attachments.map(({ content }) => content));
  const kept = minimised && isStored(all) ? await apart(all, keep, spool) : await keep(all, 'evidence');
  let at = 0;
  return heads.map((head) => ({ ...head, content: slice(kept, at, (at += head.length)) }));
}

async function apart(content: Content, keep: Keep, spool: Spool): Promise<Content> {
  const scope = spool.scope();
  try {
    return await keep(await copied(content, scope), 'evidence');
  } finally {
    await scope.dispose();
  }
}

async function copied(content: Content, scope: SpoolScope): Promise<Content> {
  const file = new RangeFile(scope);
  const range: WrittenRange = await file.write((add) => scan(content, add));
  return (await file.finish())(range);
}
