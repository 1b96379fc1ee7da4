/** A mappings folder, read and proven in a thread of its own: the proof takes seconds of computing, and exchanges go on meanwhile. */
import { Worker } from 'node:worker_threads';
import type { MappingFiles } from '../../mapping/folder.ts';
import type { DialectForms } from '../../mapping/mappings.ts';

/** What is judged. */
export interface CandidateOrder {
  readonly folder: string;
  readonly country: string;
  readonly forms: DialectForms;
  /** Documents made up for each law, outcome and direction. */
  readonly runs: number;
}

export interface Candidate {
  /** The bytes that were judged: these are compiled, not what the disk holds by then. */
  readonly files: MappingFiles;
  /** Errors as lines `file:line: problem (hint)`; none when the folder may be taken. */
  readonly problems: readonly string[];
}

/** Mappings of the set that are proven by now. */
export interface Progress {
  readonly done: number;
  readonly of: number;
}

/** A proof that takes longer has gone wrong; a machine that is busy with other things makes it wait. */
const PATIENCE_MS = 600_000;

/** Does what `causeway mappings check` does, but for descriptions outside the folder. Rejects when the thread fails, takes longer than ten minutes, or `stop` is aborted. */
export async function judge({ folder, country, forms, runs }: CandidateOrder, stop: AbortSignal, told: (progress: Progress) => void = () => {}): Promise<Candidate> {
  const worker = new Worker(new URL('candidate-worker.ts', import.meta.url), { workerData: { folder, country, forms, runs } satisfies CandidateOrder, resourceLimits: { maxOldGenerationSizeMb: 512 } });
  const ended = Promise.withResolvers<Candidate>();
  const end = (why: string) => ended.reject(new Error(why));
  const timer = setTimeout(end, PATIENCE_MS, 'the check took too long');
  const stopped = () => end('the process stops');
  stop.addEventListener('abort', stopped);
  worker.on('message', (message: Candidate | Progress) => ('files' in message ? ended.resolve(message) : told(message)));
  worker.once('error', ended.reject);
  worker.once('exit', () => end('the check ended without a result'));
  try {
    return await ended.promise;
  } finally {
    clearTimeout(timer);
    stop.removeEventListener('abort', stopped);
    await worker.terminate();
  }
}
