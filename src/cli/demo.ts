/** `causeway demo` (npm start): the pair with both sandbox countries on loopback, the three scenarios, and what to try next. */
import { resolve } from 'node:path';
import { systemClock } from '../platform/clock.ts';
import { stopRequested } from '../platform/signals.ts';
import { startPair } from '../sandbox/pair.ts';
import type { Pair, PairOptions, ToldStep } from '../sandbox/pair.ts';
import type { NamedPair } from '../sandbox/pair-names.ts';
import { DEFAULT_PAIR, choosePair } from '../sandbox/pairs.ts';
import type { PairChoice } from '../sandbox/pairs.ts';
import type { CountryCode } from '../sandbox/plan.ts';
import type { Scenario } from '../sandbox/scenarios.ts';
import { narrate } from './demo-narration.ts';
import { whatNext } from './demo-next.ts';
import { trailVerify } from './trail-verify.ts';

export interface DemoOptions {
  /** Absent: Estonia and Finland. */
  readonly pair?: NamedPair;
  readonly data: string;
  readonly once: boolean;
  readonly json: boolean;
  /** First of eight ports in a row; absent: any free ones. */
  readonly basePort?: number;
}

/** One scenario as `--json` prints it. */
interface Played {
  readonly name: string;
  readonly ok: boolean;
  readonly from: CountryCode;
  readonly to: CountryCode;
  readonly dialects: readonly [string, string];
  readonly ms: number;
  readonly exchange: string;
  readonly trail: Readonly<Record<string, { readonly origin: string; readonly index: number }>>;
}

const ROOT = resolve(import.meta.dirname, '../..');
/** How long a cosignature of the last exchanges may take: the keeper publishes every second. */
const COSIGN_MS = 10_000;
/** Ten minutes are longer than most demos run. */
const STAMPING: NonNullable<PairOptions['changes']> = { gateway: [[['timestamps', 'every'], '10s']] };
const print = (text: string) => process.stderr.write(`${text}\n`);

/** Resolves with the exit code: 0, or 1 with the reason printed. */
export async function demo(options: DemoOptions): Promise<number> {
  const stop = stopRequested();
  const data = resolve(options.data);
  const steps: ToldStep[] = [];
  const started = performance.now();
  print('Starting two countries and their gateways …');
  const { kits, scenarios, signatures, command }: PairChoice = options.pair === undefined ? DEFAULT_PAIR : await choosePair(ROOT, options.pair);
  const pair = await startPair({ kits, signatures, trust: 'federation', root: ROOT, data, clock: systemClock(), changes: STAMPING, told: (step) => void steps.push(step), ...(options.basePort === undefined ? {} : { basePort: options.basePort }) });
  print(`Ready after ${((performance.now() - started) / 1000).toFixed(1)} s. Everything is on loopback; state is in ${data}, which can be deleted.`);
  try {
    const played = [];
    for (const scenario of scenarios) played.push(await play(scenario, pair, steps));
    const trails = await cosignedTrails(pair);
    const ok = played.every((scenario) => scenario.ok) && Object.values(trails).every((trail) => trail.cosigned);
    print(`\nTrails: ${Object.entries(trails).map(([country, { size, root, cosigned }]) => `${country} has ${size} entries, root ${root}, ${cosigned ? 'cosigned by the peer' : 'NOT cosigned'}`).join('; ')}.`);
    if (!options.once) {
      print(whatNext(pair, data, command(pair.countries), new Date().toISOString().slice(0, 10)));
      await stop;
      print('\nDraining …');
    }
    if (options.json) process.stdout.write(`${JSON.stringify({ scenarios: played, trail: trails })}\n`);
    return ok ? 0 : 1;
  } finally {
    await pair.close();
  }
}

async function play(scenario: Scenario, pair: Pair, steps: ToldStep[]): Promise<Played> {
  const { name, from, to, dialects } = scenario;
  const first = steps.length;
  const started = performance.now();
  const result = await scenario.run(pair.countries).catch((error: unknown) => ({ ok: false, details: String(error) }));
  const ms = Math.round(performance.now() - started);
  const own = steps.slice(first);
  const exchange = String(own.find(({ step }) => step === 'outbound.request-recorded')?.facts['xid'] ?? '');
  print(narrate(scenario, result, own.filter(({ facts }) => facts['xid'] === exchange), ms));
  return { name, ok: result.ok, from, to, dialects, ms, exchange, trail: trailPlaces(own, exchange, scenario) };
}

/** Where each side recorded the request. */
function trailPlaces(steps: readonly ToldStep[], exchange: string, { from, to }: Scenario): Played['trail'] {
  const recorded = [[from, 'outbound.request-recorded'], [to, 'inbound.request-recorded']] as const;
  return Object.fromEntries(
    recorded.flatMap(([country, name]) => {
      const facts = steps.find((told) => told.step === name && told.facts['xid'] === exchange)?.facts;
      return facts === undefined ? [] : [[country, { origin: String(facts['origin']), index: Number(facts['index']) }]];
    }),
  );
}

type Trails = Record<string, { size: number; root: string; cosigned: boolean }>;

/** Recomputes both trails until the peers have cosigned all of them. */
async function cosignedTrails(pair: Pair): Promise<Trails> {
  const deadline = performance.now() + COSIGN_MS;
  for (;;) {
    const trails = await readTrails(pair);
    if (Object.values(trails).every(({ cosigned }) => cosigned) || performance.now() > deadline) return trails;
    await new Promise((wake) => setTimeout(wake, 250));
  }
}

async function readTrails({ gateways }: Pair): Promise<Trails> {
  const trails: Trails = {};
  for (const [country, { folder }] of Object.entries(gateways)) {
    const { trails: found } = await trailVerify(folder);
    const link = found.flatMap(({ logs }) => logs).find(({ log }) => log !== 'local');
    if (link === undefined) continue;
    const cosigned = found.every(({ ok }) => ok) && link.checkpoint?.size === link.size && link.checkpoint.cosigned.length > 0;
    trails[country] = { size: link.size, root: link.root, cosigned };
  }
  return trails;
}
