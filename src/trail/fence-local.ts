/** What a restore means for the local log, which nobody mirrors, and when a log was restored last. */
import { parseEntry } from './entry.ts';
import type { StatedHead } from './entry.ts';
import { breakOff } from './fence.ts';
import type { BreakOptions } from './fence.ts';
import type { HeadFile } from './head-file.ts';
import { rootOfPeaks } from './merkle.ts';
import type { Mirror } from './mirror.ts';
import { follows } from './shards.ts';

const LOCAL_LOG = 'local';

/** What the local log had, the head file says, and the checkpoints of it in entries that came back with a link's log: it goes on behind a break where it is shorter, or another, than that. */
export async function breakOffLocal(recovered: readonly StatedHead[], options: Pick<BreakOptions, 'store' | 'now' | 'clockState' | 'observe'> & { readonly mirror: Mirror; readonly heads: HeadFile }): Promise<void> {
  const { mirror, heads } = options;
  const known = heads.get(LOCAL_LOG);
  const gone: StatedHead[] = [];
  for (const head of [...recovered, ...(known === undefined ? [] : [known])]) if (!(await holds(mirror, head))) gone.push(head);
  const last = gone.toSorted(inOrder).at(-1);
  if (last !== undefined) await heads.set(LOCAL_LOG, await breakOff(LOCAL_LOG, { ...options, size: last.size, promises: 0, accepted: last }));
}

/** UTC milliseconds of the last `break` of a log; undefined where it never had one. */
export async function restoredAt(mirror: Mirror, log: string): Promise<number | undefined> {
  for (const { origin, size } of (await mirror.shards('ours', log)).toReversed()) {
    const [first] = size === 0 ? [] : await mirror.entries(origin, 0, 1);
    const entry = first === undefined ? undefined : parseEntry(first);
    if (entry?.step === 'break') return entry.t.ms;
  }
  return undefined;
}

async function holds(mirror: Mirror, head: StatedHead): Promise<boolean> {
  const shard = (await mirror.shards('ours', LOCAL_LOG)).find(({ origin }) => origin === head.origin);
  return shard !== undefined && shard.size >= head.size && Buffer.from(rootOfPeaks(await mirror.peaks(head.origin, head.size))).toString('base64') === head.root;
}

function inOrder(a: StatedHead, b: StatedHead): number {
  if (a.origin === b.origin) return a.size - b.size;
  return follows(a.origin, b.origin) ? 1 : -1;
}
