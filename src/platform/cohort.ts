/**
 * Exchanges that wait for the same work do it one after the other, so that its code and data are in the processor's caches for all but the first of them
 * (docs/performance.md). Source: J. R. Larus, M. Parkes, Using Cohort-Scheduling to Enhance Server Performance, USENIX 2002.
 */
export type Work = 'authenticate' | 'open' | 'prove' | 'render' | 'seal' | 'record';

interface Cohort {
  readonly work: Work;
  readonly begin: (() => void)[];
}

/** The one whose first has waited longest stands first. */
const waiting: Cohort[] = [];

/**
 * Resolves when it is the turn of this work, for all who wait for it together: in the next turn of the event loop where nobody waits for other work, else
 * after that, each in a turn of its own.
 */
export function cohort(work: Work): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const others = waiting.find((one) => one.work === work);
  if (others !== undefined) others.begin.push(resolve);
  else if (waiting.push({ work, begin: [resolve] }) === 1) setImmediate(next);
  return promise;
}

function next(): void {
  waiting.shift()?.begin.forEach((begin) => begin());
  if (waiting.length > 0) setImmediate(next);
}
