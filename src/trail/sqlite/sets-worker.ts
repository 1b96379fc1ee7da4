/** The thread of the sets: sets.db is its alone, trail.db and mirror.db it only reads. */
import { workerData } from 'node:worker_threads';
import type { Entities } from '../reconcile/set.ts';
import type { SetCalls } from './open-sets.ts';
import { openSetsFile } from './sets-file.ts';
import { serveCalls } from './worker-calls.ts';

interface Opening {
  readonly folder: string;
  readonly entities: Readonly<Record<string, Entities>>;
}

function open({ folder, entities }: Opening): { readonly calls: SetCalls; readonly close: () => void } {
  const { sets, close } = openSetsFile(folder, entities);
  const calls: SetCalls = {
    follow: (link) => sets.follow(link),
    summary: (link, side, range) => sets.summary(link, side, range),
    summaryAt: (link, side, range, at) => sets.summaryAt(link, side, range, at),
    isWhole: (link, side) => sets.isWhole(link, side),
    // Parts are views on larger buffers, which would all be carried to the other thread.
    answer: (link, side, question, maxBytes) => sets.answer(link, side, question, maxBytes).map((part) => new Uint8Array(part)),
    firstWindow: (link, side, from) => sets.firstWindow(link, side, from),
    recorded: (link, side, element) => sets.recorded(link, side, element),
  };
  return { calls, close };
}

serveCalls('sets.db', () => open(workerData as Opening));
