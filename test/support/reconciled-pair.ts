/** A running pair whose logs differ: exchanges that were cut off by a kill, statements that one side made up, and clocks of both that are days ahead. */
import { openSqliteStore } from '../../src/trail/sqlite/store.ts';
import type { Entry } from '../../src/trail/entry.ts';
import { INCOME } from './questions.ts';
import { COUNTRIES, eventually } from './running-pair.ts';
import type { PairChanges, PairCountry, RunningPair } from './running-pair.ts';

export const HOUR = 3_600_000;
/** No request is repeated for long, and nobody minds that both clocks are days away from those of the authorities. */
export const CHANGES: PairChanges = { gateway: [[['clock', 'maxOffset'], '10000h'], [['clock', 'maxPeerOffset'], '10000h'], [['log', 'level'], 'debug']], link: [[['agreement', 'retryTime'], '5s']] };

export function later(hours: number): Readonly<Record<string, string>> {
  return { CAUSEWAY_CLOCK_OFFSET_MS: String(hours * HOUR) };
}

/** Both gateways stop, whatever they do. */
export async function cutPower(pair: RunningPair): Promise<void> {
  for (const country of COUNTRIES) pair.gateway(country).signal('SIGKILL');
  await Promise.all(COUNTRIES.map((country) => pair.gateway(country).ended));
}

/** Both gateways stop, whatever they do, and start again with clocks that are ahead. */
export async function restartLater(pair: RunningPair, hours: number, before: () => Promise<void> = async () => {}): Promise<void> {
  await cutPower(pair);
  await before();
  await Promise.all(COUNTRIES.map((country) => pair.restart(country, later(hours))));
}

/** Two exchanges that Finland asked and Estonia's end cut off, by their ids: it was down for longer than Finland asks again. */
export interface CutOff {
  /** Estonia recorded its answer, and died before that left. */
  readonly answer: string;
  /** Nothing of it ever reached Estonia. */
  readonly request: string;
}

/** Estonia's gateway is down afterwards. */
export async function cutOff(pair: RunningPair): Promise<CutOff> {
  const last = () => pair.entries('FI').findLast(({ step, log }) => step === 'request' && log === 'ee-fi')?.xid ?? '';
  await pair.gateway('EE').crashAt('inbound.response-recorded');
  await Promise.all([INCOME.ask(pair).catch(() => {}), pair.gateway('EE').ended]);
  const answer = last();
  await eventually('Finland gives up', () => pair.entries('FI', answer).some(({ step }) => step === 'outcome-unknown'), 60_000);
  await INCOME.ask(pair).catch(() => {});
  const request = last();
  await eventually('nothing left', () => pair.entries('FI', request).some(({ step }) => step === 'refusal'), 60_000);
  return { answer, request };
}

/** Adds an entry to the log of a gateway that is stopped, as a lying one would: it will be signed like any other. */
export async function lie(pair: RunningPair, country: PairCountry, entry: Entry): Promise<void> {
  const host = `gateway.${country.toLowerCase()}.example`;
  const store = await openSqliteStore({ folder: pair.store(country), logs: { 'ee-fi': `${host}/trail/ee-fi/2026h2`, 'local': `${host}/trail/local/2026h1` } });
  await store.commit({ entries: [{ log: 'ee-fi', entry }] });
  await store.close();
}
