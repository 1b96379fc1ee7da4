/** The sets of a running gateway: the main thread's side. The work is done in a thread of its own, so that it holds up no exchange and no cosignature. */
import { Worker } from 'node:worker_threads';
import type { Entities } from '../reconcile/set.ts';
import type { Sets } from '../reconcile/sets.ts';
import { WorkerCalls } from './worker-calls.ts';

type Settled<F> = F extends (...args: infer A) => Promise<infer R> ? (...args: A) => R : never;
/** The methods as the thread runs them. */
export type SetCalls = { readonly [M in Exclude<keyof Sets, 'close'>]: Settled<Sets[M]> };

/** Opens (or makes) sets.db in the data folder of a store and a mirror that are open. Rejects with `config-invalid` for another layout of theirs. */
export async function openSqliteSets(folder: string, entities: Readonly<Record<string, Entities>>): Promise<Sets> {
  const calls = new WorkerCalls<SetCalls>(new Worker(new URL('./sets-worker.ts', import.meta.url), { workerData: { folder, entities }, name: 'causeway-sets' }));
  await calls.opened();
  return {
    follow: (link) => calls.call('follow', link),
    summary: (link, side, range) => calls.call('summary', link, side, range),
    summaryAt: (link, side, range, at) => calls.call('summaryAt', link, side, range, at),
    isWhole: (link, side) => calls.call('isWhole', link, side),
    answer: (link, side, question, maxBytes) => calls.call('answer', link, side, question, maxBytes),
    firstWindow: (link, side, from) => calls.call('firstWindow', link, side, from),
    recorded: (link, side, element) => calls.call('recorded', link, side, element),
    close: () => calls.close(),
  };
}
