/** An exchange of a running pair whose entries both countries' time-stamp authorities have stamped. */
import assert from 'node:assert/strict';
import { eventually } from './eventually.ts';
import { trailEntries } from './pair-trail.ts';
import { INCOME } from './questions.ts';
import { COUNTRIES } from './running-pair.ts';
import type { PairChanges, PairCountry, RunningPair } from './running-pair.ts';

export const STAMPING_OFTEN: PairChanges = { gateway: [[['timestamps', 'every'], '1s']] };

/** Asks once from Finland, and waits until its entries in both logs are under tokens of both authorities. Answers its id. */
export async function stampedExchange(pair: RunningPair): Promise<string> {
  const before = new Set(trailEntries(pair.store('EE')).map(({ xid }) => xid));
  await INCOME.ask(pair);
  const xid = trailEntries(pair.store('EE')).find((entry) => entry.step === 'request' && !before.has(entry.xid))?.xid;
  assert.ok(xid);
  for (const country of COUNTRIES) await eventually(`both authorities stamp the exchange for ${country}`, () => stampsAfter(pair, country, xid) === 2);
  return xid;
}

function stampsAfter(pair: RunningPair, country: PairCountry, xid: string): number {
  const entries = trailEntries(pair.store(country)).filter(({ log }) => log !== 'local');
  const last = entries.findLastIndex((entry) => entry.xid === xid);
  const stamps = entries.filter(({ step, checkpoint }) => step === 'timestamp' && (checkpoint?.size ?? 0) > last);
  return new Set(stamps.map(({ authority }) => authority)).size;
}
