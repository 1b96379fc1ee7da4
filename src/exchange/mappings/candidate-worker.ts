/** The thread of candidate.ts. */
import { parentPort, workerData } from 'node:worker_threads';
import { checkCountry } from '../../mapping/check/country.ts';
import { readFiles, rootsOf } from '../../mapping/folder.ts';
import { renderProblem } from '../../mapping/problems.ts';
import type { Candidate, CandidateOrder, Progress } from './candidate.ts';

const { folder, country, forms, runs } = workerData as CandidateOrder;
const files = await readFiles(folder, rootsOf(country));
const read = (path: string): Uint8Array | undefined => {
  const content = files.get(path);
  return content instanceof Uint8Array ? content : undefined;
};
const progress = (done: number, of: number): void => parentPort?.postMessage({ done, of } satisfies Progress);
const { problems } = await checkCountry(files, country, { forms, runs, read, requireSchemas: false, progress });
parentPort?.postMessage({ files, problems: problems.filter(({ severity }) => severity === 'error').map(renderProblem) } satisfies Candidate);
