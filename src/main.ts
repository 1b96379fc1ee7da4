/** The gateway process: read the configuration, build, listen, drain on a signal. Nothing else. */
import { loadConfig } from './config/config.ts';
import { asCausewayError } from './errors.ts';
import type { Observe } from './exchange/flow.ts';
import { openGateway } from './gateway.ts';
import { systemClock } from './platform/clock.ts';
import { makeLogger } from './platform/log.ts';
import { makeMetrics } from './platform/metrics.ts';
import { stopRequested } from './platform/signals.ts';

/** Milliseconds that running exchanges get after a signal. */
const GRACE_MS = 15_000;

/** What the process tells its parent where there is one (`causeway demo`, tests, the benchmark). */
export type Report = { readonly type: 'ready'; readonly country: string; readonly ports: Readonly<Record<string, number>> } | { readonly type: 'step'; readonly step: string; readonly facts: Readonly<Record<string, unknown>> };

/** Runs until a signal; resolves with the exit code. */
export async function run(folder: string): Promise<number> {
  const config = loadConfig(folder);
  const { country } = config.gateway;
  const log = makeLogger({ level: config.log.level, country });
  const clock = systemClock(Number(process.env['CAUSEWAY_CLOCK_OFFSET_MS'] ?? 0));
  const stop = Promise.race([stopRequested(), parentGone()]);
  try {
    const gateway = await openGateway(config, { clock, log, metrics: makeMetrics(), onStep: stepHook(process.env) });
    log.info({ ports: gateway.ports }, 'ready');
    tell({ type: 'ready', country, ports: gateway.ports });
    log.info({ signal: await stop }, 'draining');
    await gateway.close(GRACE_MS);
    log.info({}, 'stopped');
    return 0;
  } catch (thrown) {
    log.error({ err: asCausewayError(thrown) }, 'the gateway cannot run');
    return 1;
  }
}

/** A gateway that another process of ours started ends with it. */
function parentGone(): Promise<string> {
  return new Promise((resolve) => process.once('disconnect', () => resolve('disconnect')));
}

/** Fault tests name a step at which the process kills itself, as a power cut would; the demo wants to be told of each step. */
function stepHook({ CAUSEWAY_CRASH_AT: crashAt, CAUSEWAY_TELL_STEPS: tellSteps }: NodeJS.ProcessEnv): Observe {
  return (step, facts) => {
    if (step === crashAt) process.kill(process.pid, 'SIGKILL');
    if (tellSteps !== undefined) tell({ type: 'step', step, facts });
  };
}

function tell(report: Report): void {
  if (process.connected) process.send?.(report);
}
