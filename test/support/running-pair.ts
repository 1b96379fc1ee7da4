/**
 * One running pair for a test file: two real gateway processes and two sandbox countries in a folder of their own. When the file's tests
 * are done both gateways must end with 0, both trails must verify, and each side must hold what the other says it sent.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { systemClock } from '../../src/platform/clock.ts';
import { startPair } from '../../src/sandbox/pair.ts';
import type { GatewayProcess, Pair, PairOptions, ToldStep } from '../../src/sandbox/pair.ts';
import type { Agencies, Countries } from '../../src/sandbox/country.ts';
import type { CountryCode } from '../../src/sandbox/plan.ts';
import { change } from './gateway-folders.ts';
import { assertTrailsAgree, trailEntries } from './pair-trail.ts';
import type { Logged } from './pair-trail.ts';

export const COUNTRIES = ['EE', 'FI'] as const;
const ROOT = join(import.meta.dirname, '../..');

export type PairChanges = NonNullable<PairOptions['changes']>;

/** Registers the start and the end of a pair for the whole test file. */
export function runningPair(options: Pick<PairOptions, 'changes' | 'environment'> = {}): RunningPair {
  const running = new RunningPair();
  before(() => running.start(options));
  after(() => running.end());
  return running;
}

export class RunningPair {
  readonly data = mkdtempSync(join(tmpdir(), 'causeway-pair-'));
  /** Every step that a gateway told of, in the order in which it was heard. */
  readonly told: ToldStep[] = [];
  #pair: Pair | undefined;

  async start(options: Pick<PairOptions, 'changes' | 'environment'>): Promise<void> {
    this.#pair = await startPair({ root: ROOT, data: this.data, clock: systemClock(), told: (step) => void this.told.push(step), ...options });
  }

  async end(): Promise<void> {
    if (this.#pair === undefined) return;
    await this.#pair.close();
    const ends = await Promise.all(COUNTRIES.map((country) => this.gateway(country).ended));
    assert.deepEqual(ends, [0, 0], 'a gateway did not end as it should');
    await assertTrailsAgree(this);
    // CAUSEWAY_TEST_KEEP=1 leaves logs and stores for a look.
    if (process.env['CAUSEWAY_TEST_KEEP'] === undefined) rmSync(this.data, { recursive: true });
  }

  get countries(): Countries {
    return this.#running().countries;
  }

  /** The systems that ask. */
  get agencies(): Agencies['EE'] & Agencies['FI'] {
    return { ...this.countries.EE.agencies, ...this.countries.FI.agencies };
  }

  gateway(country: CountryCode): GatewayProcess {
    return this.#running().gateways[country];
  }

  /** Data folder of a gateway's store. */
  store(country: CountryCode): string {
    return join(this.gateway(country).folder, 'data');
  }

  /** Ends one gateway if it runs, as an operator would, and starts it again. */
  async restart(country: CountryCode, environment: Readonly<Record<string, string>> = {}): Promise<void> {
    this.gateway(country).signal('SIGTERM');
    await this.gateway(country).ended;
    await this.#running().restart(country, environment);
  }

  /** Ends gateways, writes changes into their files, and starts them again. A changed agreement is changed on both sides. */
  async reconfigure({ gateway = [], link = [] }: PairChanges, countries: readonly CountryCode[] = COUNTRIES): Promise<void> {
    await Promise.all(
      countries.map(async (country) => {
        const { folder, ended, signal } = this.gateway(country);
        signal('SIGTERM');
        await ended;
        change(join(folder, 'gateway.yaml'), gateway);
        change(join(folder, 'links', country === 'EE' ? 'fi.yaml' : 'ee.yaml'), link);
      }),
    );
    await Promise.all(countries.map((country) => this.#running().restart(country)));
  }

  /** Entries of an exchange in both logs of a gateway, oldest first; without an id, all entries. */
  entries(country: CountryCode, xid?: string): Logged[] {
    const all = trailEntries(this.store(country));
    return xid === undefined ? all : all.filter((entry) => entry.xid === xid);
  }

  /** `<log>: <step> <event>[ <code>]` of an exchange's entries. */
  trail(country: CountryCode, xid: string): string[] {
    return this.entries(country, xid).map(({ log, step, event, code }) => `${log}: ${step} ${event}${code === undefined ? '' : ` ${code}`}`);
  }

  /** Facts with which a gateway told of a step; with an id, of that exchange. */
  facts(country: CountryCode, step: string, xid?: string): Readonly<Record<string, unknown>>[] {
    return this.told.filter((told) => told.country === country && told.step === step && (xid === undefined || told.facts['xid'] === xid)).map(({ facts }) => facts);
  }

  /** The exchange of the last request that `country` asked abroad. */
  lastAsked(country: CountryCode): string {
    return String(this.facts(country, 'outbound.request-recorded').at(-1)?.['xid']);
  }

  #running(): Pair {
    assert.ok(this.#pair, 'the pair has not started');
    return this.#pair;
  }
}

export { eventually } from './eventually.ts';
