/** The gateway process: read the configuration, build, listen, drain on a signal. Nothing else. */
import { flushCompileCache } from 'node:module';
import { checkConfig } from './config/check.ts';
import { loadConfig } from './config/config.ts';
import { throwIfAny } from './config/problems.ts';
import { asCausewayError } from './errors.ts';
import { openGateway } from './gateway.ts';
import { useSmallBlocks } from './platform/buffer-blocks.ts';
import { systemClock } from './platform/clock.ts';
import { makeLogger } from './platform/log.ts';
import { makeMetrics } from './platform/metrics.ts';
import { onHangup, stopRequested } from './platform/signals.ts';

/** Milliseconds that running exchanges get after a signal. */
const GRACE_MS = 15_000;

/** What the process tells its parent where there is one (`causeway demo`, tests, the benchmark). */
export type Report =
  | { readonly type: 'ready'; readonly country: string; readonly ports: Readonly<Record<string, number>> }
  | { readonly type: 'step'; readonly step: string; readonly facts: Readonly<Record<string, unknown>> }
  | { readonly type: 'armed'; readonly step: string };

/** What a parent may order: that the process kills itself when it comes to a step, as a power cut would. */
export interface CrashOrder {
  readonly crashAt: string;
}

/** Runs until a signal; resolves with the exit code. */
export async function run(folder: string): Promise<number> {
  useSmallBlocks();
  const config = loadConfig(folder);
  const { country } = config.gateway;
  const log = makeLogger({ level: config.log.level, country });
  const clock = systemClock(Number(process.env['CAUSEWAY_CLOCK_OFFSET_MS'] ?? 0));
  const stop = Promise.race([stopRequested({ hangupStops: false }), parentGone()]);
  try {
    // What the files name; what links and mappings say together is found when the mappings are opened.
    throwIfAny(checkConfig(folder, Date.now()));
    const onStep = stepHook(process.env);
    const gateway = await openGateway(config, { clock, log, metrics: makeMetrics(), onStep, onTrailStep: onStep, onKeyStep: onStep });
    onHangup(() => void gateway.reloadMappings());
    log.info({ ports: gateway.ports }, 'ready');
    tell({ type: 'ready', country, ports: gateway.ports });
    // Where NODE_COMPILE_CACHE names a folder: a process that is killed leaves its compiled modules to the one that is started in its place.
    flushCompileCache();
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

/** The demo wants to be told of each step, fault tests choose one to die at. Nobody but the process that started this one can order either. */
function stepHook({ CAUSEWAY_TELL_STEPS: tellSteps }: NodeJS.ProcessEnv): (step: string, facts: Readonly<Record<string, unknown>>) => void {
  let crashAt: string | undefined;
  process.on('message', (order: CrashOrder) => {
    ({ crashAt } = order);
    tell({ type: 'armed', step: crashAt });
  });
  // To listen for orders is no reason to go on living.
  process.channel?.unref();
  return (step, facts) => {
    if (step === crashAt) process.kill(process.pid, 'SIGKILL');
    if (tellSteps !== undefined) tell({ type: 'step', step, facts });
  };
}

function tell(report: Report): void {
  if (process.connected) process.send?.(report);
}
