/**
 * Exchanges that wait for the same work do it one after the other, so that its code and data are in the processor's caches for all but the first of them
 * (docs/performance.md). Source: J. R. Larus, M. Parkes, Using Cohort-Scheduling to Enhance Server Performance, USENIX 2002.
 */
export type Work = 'authenticate' | 'open' | 'prove' | 'render' | 'seal' | 'record';

interface Cohort {
  readonly work: Work;
  readonly begin: (() => void)[];
}

/** So many go together, and the rest stands behind who waits for other work: some are enough for the caches, and what the event loop brings must not wait for all. */
const AT_ONCE = 16;

const waiting: Cohort[] = [];

/** Resolves when it is the turn of this work, for all who wait for it together. Each work has a turn of the event loop of its own; where nobody waits for another, that is the next one. */
export function cohort(work: Work): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const others = waiting.find((one) => one.work === work);
  if (others !== undefined) others.begin.push(resolve);
  else if (waiting.push({ work, begin: [resolve] }) === 1) setImmediate(next);
  return promise;
}

function next(): void {
  const first = waiting.shift();
  first?.begin.splice(0, AT_ONCE).forEach((begin) => begin());
  if (first !== undefined && first.begin.length > 0) waiting.push(first);
  if (waiting.length > 0) setImmediate(next);
}
