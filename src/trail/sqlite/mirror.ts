/** The embedded mirror: the main thread's side. The work is done in a thread of its own, so that it holds up no exchange. */
import { Worker } from 'node:worker_threads';
import type { Mirror } from '../mirror.ts';
import { WorkerCalls } from './worker-calls.ts';

type Settled<F> = F extends (...args: infer A) => Promise<infer R> ? (...args: A) => R : never;
/** The mirror's methods as its thread runs them. */
export type MirrorCalls = { readonly [M in Exclude<keyof Mirror, 'close'>]: Settled<Mirror[M]> };

/** Opens (or makes) mirror.db in the data folder of a store that is open. Rejects with `config-invalid` for another layout. */
export async function openSqliteMirror(folder: string): Promise<Mirror> {
  const calls = new WorkerCalls<MirrorCalls>(new Worker(new URL('./mirror-worker.ts', import.meta.url), { workerData: { folder }, name: 'causeway-mirror' }));
  await calls.opened();
  return {
    shards: (whose, log) => calls.call('shards', whose, log),
    entries: (origin, from, to) => calls.call('entries', origin, from, to),
    tile: (origin, level, n, width) => calls.call('tile', origin, level, n, width),
    peaks: (origin, size) => calls.call('peaks', origin, size),
    consistencyProof: (origin, from, to) => calls.call('consistencyProof', origin, from, to),
    inclusionProof: (origin, index, size) => calls.call('inclusionProof', origin, index, size),
    latestWitnessed: (link) => calls.call('latestWitnessed', link),
    witnessed: (origin) => calls.call('witnessed', origin),
    grow: (terms, growth) => calls.call('grow', terms, growth),
    breaches: () => calls.call('breaches'),
    promisesBeyond: (link, origin, index) => calls.call('promisesBeyond', link, origin, index),
    openIncident: (incident, now) => calls.call('openIncident', incident, now),
    incidents: (which) => calls.call('incidents', which),
    closeIncident: (id, because, now) => calls.call('closeIncident', id, because, now),
    redact: (origin, index) => calls.call('redact', origin, index),
    close: () => calls.close(),
  };
}
