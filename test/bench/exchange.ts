/**
 * The scenarios, closed-loop, against both gateways in their own processes, with everything on: jwe sealing, durable trail, evidence in
 * escrow, mutual TLS. The load and both countries run in this process, on the same cores: exchanges a second are of the whole machine,
 * CPU a exchange is of each gateway.
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { systemClock } from '../../src/platform/clock.ts';
import { EE_FI } from '../../src/sandbox/kits.ts';
import type { EeFi } from '../../src/sandbox/kits.ts';
import { startPair } from '../../src/sandbox/pair.ts';
import type { Pair, PairOptions } from '../../src/sandbox/pair.ts';
import { EXAMPLES } from '../../src/sandbox/scenarios.ts';
import { measureCryptoBound } from './crypto-bound.ts';
import type { CryptoBound } from './crypto-bound.ts';
import { cpuMs, peakMiB } from './processes.ts';

export interface ExchangeBenchOptions {
  readonly seconds: number;
  readonly callers: number;
}

interface Run {
  readonly proof: 'security-server' | 'wss';
  readonly exchangesPerSecond: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  /** Milliseconds of CPU an exchange. */
  readonly cpu: { readonly EE: number; readonly FI: number; readonly sandbox: number };
  /** Of one core that both gateways share. */
  readonly exchangesPerCoreSecond: number;
  readonly cryptoBound: CryptoBound;
  readonly peakMiB: { readonly EE: number; readonly FI: number };
}

export interface ExchangeBench {
  readonly runs: readonly Run[];
  /** Of the `wss` run. */
  readonly cryptoBound: CryptoBound;
  /** Exchanges of the `wss` run per second of gateway CPU, to the crypto-only bound. */
  readonly ratio: number;
}

type Ask = (pair: Pair<EeFi>) => Promise<boolean>;

const person = () => ({ personCode: EXAMPLES.person });

const ASKS: Readonly<Record<Run['proof'], readonly Ask[]>> = {
  'security-server': [
    async ({ countries: { FI } }) => (await FI.agencies.tax.ask({ personId: EXAMPLES.person, from: '2025-01', to: '2025-12' })).incomes !== undefined,
    async ({ countries: { EE } }) => (await EE.agencies.bank.ask({ registryCode: EXAMPLES.company })).found === 1,
    async ({ countries: { FI } }) => {
      const id = randomUUID();
      const { municipality } = FI.agencies;
      return (await municipality.send(id, municipality.prepareUnsigned(person(), { id }))).record?.code === '0000';
    },
  ],
  wss: [async ({ countries: { FI } }) => (await FI.agencies.municipality.ask(person())).record?.code === '0000'],
};

/** The link as it is, but the population grant takes the security server's word. */
const WITHOUT_WSS: Pick<PairOptions, 'changes' | 'signatures'> = { changes: { link: [[['agreement', 'legs', 0, 'grants', 1, 'proof'], 'security-server']] }, signatures: 'accepted' };

export async function benchExchanges({ seconds, callers }: ExchangeBenchOptions, say: (text: string) => void): Promise<ExchangeBench> {
  const runs: Run[] = [];
  for (const proof of ['security-server', 'wss'] as const) {
    say(`${proof}: starting the pair`);
    runs.push(await withPair(proof === 'wss' ? {} : WITHOUT_WSS, (pair) => drive(proof, pair, seconds, callers, say)));
  }
  const { cryptoBound, exchangesPerCoreSecond } = runs[1]!;
  return { runs, cryptoBound, ratio: exchangesPerCoreSecond / cryptoBound.perSecond };
}

async function withPair<T>(options: Pick<PairOptions, 'changes' | 'signatures'>, work: (pair: Pair<EeFi>) => Promise<T>): Promise<T> {
  const data = mkdtempSync(join(tmpdir(), 'causeway-bench-'));
  const pair = await startPair({ kits: EE_FI, root: resolve(import.meta.dirname, '../..'), data, clock: systemClock(), ...options });
  try {
    return await work(pair);
  } finally {
    await pair.close();
    rmSync(data, { recursive: true });
  }
}

/**
 * A gateway runs for months: what its compiler does in the first thousands of exchanges is not what an exchange costs. Where the machine is busy
 * with other things, so many take too long.
 */
const WARM_UP = { exchanges: 4000, ms: 10_000, atMostMs: 90_000 };

async function drive(proof: Run['proof'], pair: Pair<EeFi>, seconds: number, callers: number, say: (text: string) => void): Promise<Run> {
  say(`${proof}: warming up`);
  await load(proof, pair, callers, (done, ms) => ms < WARM_UP.ms || (done < WARM_UP.exchanges && ms < WARM_UP.atMostMs));
  say(`${proof}: ${seconds} s with ${callers} callers`);
  const pids = { EE: pair.gateways.EE.pid, FI: pair.gateways.FI.pid, sandbox: process.pid };
  const before = { EE: cpuMs(pids.EE), FI: cpuMs(pids.FI), sandbox: cpuMs(pids.sandbox) };
  const bound = measureCryptoBound();
  const started = performance.now();
  const times = await load(proof, pair, callers, (_, ms) => ms < seconds * 1000);
  const elapsed = performance.now() - started;
  const each = (name: keyof typeof pids) => (cpuMs(pids[name]) - before[name]) / times.length;
  const cpu = { EE: each('EE'), FI: each('FI'), sandbox: each('sandbox') };
  const cryptoBound = await bound.end();
  // Its thread is one of this process.
  cpu.sandbox -= cryptoBound.cpuMs / times.length;
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? 0;
  return { proof, exchangesPerSecond: (times.length * 1000) / elapsed, p50: at(0.5), p95: at(0.95), p99: at(0.99), cpu, exchangesPerCoreSecond: 1000 / (cpu.EE + cpu.FI), cryptoBound, peakMiB: { EE: peakMiB(pids.EE), FI: peakMiB(pids.FI) } };
}

/** Milliseconds of each exchange; a caller goes on while `more` says so. Rejects on the first answer that is not the one asked for. */
async function load(proof: Run['proof'], pair: Pair<EeFi>, callers: number, more: (done: number, ms: number) => boolean): Promise<number[]> {
  const begun = performance.now();
  const times: number[] = [];
  const caller = async (first: number) => {
    for (let n = first; more(times.length, performance.now() - begun); n += 1) {
      const asks = ASKS[proof];
      const started = performance.now();
      if (!(await asks[n % asks.length]?.(pair))) throw new Error(`${proof}: an exchange did not bring the answer`);
      times.push(performance.now() - started);
    }
  };
  await Promise.all(Array.from({ length: callers }, (_, n) => caller(n)));
  return times;
}
