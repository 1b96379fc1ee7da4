/**
 * What was verified last, kept across restarts: a gateway comes up without the network, and nobody plays old documents back to one that was
 * restarted. Everything but the floors is verified again when it is read.
 */
import { existsSync, readFileSync } from 'node:fs';
import { writeDurably } from '../platform/durable-file.ts';
import type { ChainDocuments } from './chain.ts';
import { readConfiguration } from './entity-statement.ts';

/** Below the gateway's data folder. */
export const STATE_FILE = 'trust.json';

export interface TrustState {
  /** By subject. */
  readonly chains: Readonly<Record<string, ChainDocuments>>;
  /** The last list of each anchor, as received. */
  readonly notices: Readonly<Record<string, string>>;
  /** The highest number of a notice list that was seen, by anchor. */
  readonly numbers: Readonly<Record<string, number>>;
  /** The newest issue of an entity's configuration that was seen, in seconds. */
  readonly issued: Readonly<Record<string, number>>;
}

const NOTHING: TrustState = { chains: {}, notices: {}, numbers: {}, issued: {} };

/** Throws a SyntaxError for a file that somebody changed: started without its floors, a gateway could be played back to. */
export function readState(file: string): TrustState {
  return existsSync(file) ? { ...NOTHING, ...(JSON.parse(readFileSync(file, 'utf8')) as Partial<TrustState>) } : NOTHING;
}

/** Until when (UTC milliseconds) the kept configurations of anchors last: each is renewed by a person with an offline key. */
export function anchorsKept(file: string): readonly { readonly entity: string; readonly until: number }[] {
  const claims = Object.values(readState(file).chains).flatMap(({ configurations }) => configurations.slice(1).map((compact) => readConfiguration(compact).claims));
  return [...new Map(claims.map(({ sub, exp }) => [sub, exp * 1000]))].map(([entity, until]) => ({ entity, until }));
}

export function keepState(file: string, state: TrustState): Promise<void> {
  return writeDurably(file, `${JSON.stringify(state)}\n`);
}
