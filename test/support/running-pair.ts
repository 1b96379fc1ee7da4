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
import { EE_FI } from '../../src/sandbox/kits.ts';
import type { AgenciesOf, Countries, EeFi, Kits } from '../../src/sandbox/kits.ts';
import { gatewayFolder } from '../../src/sandbox/gateways.ts';
import { signLinkFile } from '../../src/sandbox/link-signing.ts';
import { startPair } from '../../src/sandbox/pair.ts';
import type { GatewayProcess, Pair, PairOptions, ToldStep } from '../../src/sandbox/pair.ts';
import { change } from './gateway-folders.ts';
import { assertTrailsAgree, trailEntries } from './pair-trail.ts';
import type { Logged } from './pair-trail.ts';
import { proveBefore } from './proven.ts';

export const COUNTRIES = ['EE', 'FI'] as const;
/** Of the pair that most tests run. */
export type PairCountry = keyof EeFi;
const ROOT = join(import.meta.dirname, '../..');

export type PairChanges = NonNullable<PairOptions['changes']>;

/** What gateway.yaml says where services are given up soon: a register is said to be given up sooner still, as the chain of time-outs demands. */
export const IMPATIENT: NonNullable<PairChanges['gateway']> = [[['home', 'timeout'], '1500ms'], [['home', 'waits', 'register'], '400ms']];

type Options<K extends Kits> = Pick<PairOptions<K>, 'changes' | 'environment' | 'releases' | 'signatures' | 'trust'> & Partial<Pick<PairOptions<K>, 'root'>>;
type Together<U> = (U extends unknown ? (one: U) => void : never) extends (all: infer I) => void ? I : never;

/** Registers the start and the end of the pair of Estonia and Finland for the whole test file. */
export function runningPair(options: Options<EeFi> = {}): RunningPair {
  return runningPairOf(EE_FI, options);
}

/** The same for any two countries. */
export function runningPairOf<K extends Kits>(kits: K, options: Options<K> = {}): RunningPair<K> {
  const running = new RunningPair(kits);
  before(() => running.start(options));
  after(() => running.end());
  return running;
}

export class RunningPair<K extends Kits = EeFi> {
  readonly codes: readonly (keyof K & string)[];
  readonly data: string;
  /** Every step that a gateway told of, in the order in which it was heard. */
  readonly told: ToldStep[] = [];
  readonly #kits: K;
  #pair: Pair<K> | undefined;

  /** `data`: of a pair that ran before. */
  constructor(kits: K, data = mkdtempSync(join(tmpdir(), 'causeway-pair-'))) {
    this.#kits = kits;
    this.data = data;
    this.codes = Object.keys(kits);
  }

  async start(options: Options<K>): Promise<void> {
    await Promise.all(this.codes.map((country) => proveBefore(country, join(gatewayFolder(this.data, country), 'data'))));
    this.#pair = await startPair({ kits: this.#kits, root: ROOT, data: this.data, clock: systemClock(), told: (step) => void this.told.push(step), ...options });
  }

  /** All of it; what was recorded stays. */
  async stop(): Promise<void> {
    await this.#running().close();
    const ends = await Promise.all(this.codes.map((country) => this.gateway(country).ended));
    assert.deepEqual(ends, [0, 0], 'a gateway did not end as it should');
  }

  async end(): Promise<void> {
    if (this.#pair === undefined) return;
    await this.stop();
    await assertTrailsAgree(this);
    // CAUSEWAY_TEST_KEEP=1 leaves logs and stores for a look.
    if (process.env['CAUSEWAY_TEST_KEEP'] === undefined) rmSync(this.data, { recursive: true });
  }

  get countries(): Countries<K> {
    return this.#running().countries;
  }

  /** The systems that ask. */
  get agencies(): Together<AgenciesOf<K[keyof K]>> {
    return Object.assign({}, ...this.codes.map((country) => this.countries[country].agencies)) as Together<AgenciesOf<K[keyof K]>>;
  }

  peerOf(country: keyof K & string): keyof K & string {
    return this.codes.find((code) => code !== country) ?? country;
  }

  gateway(country: keyof K & string): GatewayProcess {
    return this.#running().gateways[country];
  }

  /** Data folder of a gateway's store. */
  store(country: keyof K & string): string {
    return join(this.gateway(country).folder, 'data');
  }

  /** Ends one gateway if it runs, as an operator would, and starts it again. */
  async restart(country: keyof K & string, environment: Readonly<Record<string, string>> = {}): Promise<void> {
    this.gateway(country).signal('SIGTERM');
    await this.gateway(country).ended;
    await this.#running().restart(country, environment);
  }

  /** Starts a gateway that has ended, or is killed now, so that it dies at `step` however early it comes to it; resolves with how it ended. */
  async crashOnTheWay(country: keyof K & string, step: string, environment: Readonly<Record<string, string>> = {}): Promise<number | NodeJS.Signals> {
    this.gateway(country).signal('SIGKILL');
    await this.gateway(country).ended;
    // It may die before it is ready.
    this.#running().restart(country, environment).catch(() => {});
    await this.gateway(country).crashAt(step);
    return this.gateway(country).ended;
  }

  /** Ends gateways, writes changes into their files, and starts them again. A changed agreement is changed on both sides. */
  async reconfigure({ gateway = [], link = [] }: PairChanges, countries: readonly (keyof K & string)[] = this.codes): Promise<void> {
    await Promise.all(
      countries.map(async (country) => {
        const { folder, ended, signal } = this.gateway(country);
        signal('SIGTERM');
        await ended;
        change(join(folder, 'gateway.yaml'), gateway);
        const file = join(folder, 'links', `${this.peerOf(country).toLowerCase()}.yaml`);
        change(file, link);
        if (link.some(([[group]]) => group !== 'settings')) signLinkFile(file, this.data, this.codes, Date.now());
      }),
    );
    await Promise.all(countries.map((country) => this.#running().restart(country)));
  }

  /** Entries of an exchange in both logs of a gateway, oldest first; without an id, all entries. */
  entries(country: keyof K & string, xid?: string): Logged[] {
    const all = trailEntries(this.store(country));
    return xid === undefined ? all : all.filter((entry) => entry.xid === xid);
  }

  /** `<log>: <step> <event>[ <code>]` of an exchange's entries. */
  trail(country: keyof K & string, xid: string): string[] {
    return this.entries(country, xid).map(({ log, step, event, code }) => `${log}: ${step} ${event}${code === undefined ? '' : ` ${code}`}`);
  }

  /** Facts with which a gateway told of a step; with an id, of that exchange. */
  facts(country: keyof K & string, step: string, xid?: string): Readonly<Record<string, unknown>>[] {
    return this.told.filter((told) => told.country === country && told.step === step && (xid === undefined || told.facts['xid'] === xid)).map(({ facts }) => facts);
  }

  /** The exchange of the last request that `country` asked abroad. */
  lastAsked(country: keyof K & string): string {
    return String(this.facts(country, 'outbound.request-recorded').at(-1)?.['xid']);
  }

  #running(): Pair<K> {
    assert.ok(this.#pair, 'the pair has not started');
    return this.#pair;
  }
}

export { eventually } from './eventually.ts';
