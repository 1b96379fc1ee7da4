/** Where the named steps of the flows are told. */
import type { CausewayError } from '../errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { Observe } from './flow.ts';
import { Progress } from './progress.ts';

export interface Observers {
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly onStep?: Observe;
  /** Federated identifiers of services whose exchanges are echoes. */
  readonly echoes: ReadonlySet<string>;
}

/** Each step goes to metrics and log, and to whoever asked for it. */
export function observing({ clock, log, metrics, onStep, echoes }: Observers): Observe {
  const progress = new Progress(clock, echoes);
  return (step, told, error) => {
    const facts = progress.with(told);
    metrics.step(step, facts);
    logStep(log, step, facts, error);
    onStep?.(step, facts, error);
  };
}

function logStep(log: Logger, step: string, facts: object, error: CausewayError | undefined): void {
  if (error === undefined) log.debug({ step, ...facts }, 'step');
  else if (error.fault === 'us') log.error({ step, ...facts, err: error }, 'refused');
  else log.info({ step, ...facts, err: error }, 'refused');
}
