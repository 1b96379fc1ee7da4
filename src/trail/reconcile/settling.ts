/**
 * What becomes of differences between the two logs of a link: what only the peer's log holds is fetched with its proof and recorded, two statements for one step of one exchange become a case
 * for a third party, and the rest stays until one side mends it. No statement is made about an exchange that its asker may still be asking for.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CausewayError, asCausewayError } from '../../errors.ts';
import type { Clock } from '../../platform/clock.ts';
import { writeDurably } from '../../platform/durable-file.ts';
import { parseEntry } from '../entry.ts';
import type { Entry } from '../entry.ts';
import type { TrailKeys } from '../keys.ts';
import { leafHash } from '../merkle.ts';
import type { Mirror } from '../mirror.ts';
import { isShardOf } from '../shards.ts';
import type { ObserveTrail } from '../steps.ts';
import { caseOf, judgeSide } from './case-file.ts';
import type { Held } from './case-file.ts';
import type { PeerSets } from './peer-sets.ts';
import type { Difference } from './reconcile.ts';
import { CLOSED_AFTER_MS, WINDOW_S, elementOf, recordedStep } from './set.ts';
import type { Entities } from './set.ts';
import type { Sets } from './sets.ts';
import type { AskedElement, ProvenElement } from './wire.ts';

/** Differences of one link that are looked into at one time. */
const AT_ONCE = 1000;
/** Milliseconds between two attempts to have one statement from the peer. */
const AGAIN_MS = 600_000;

/** One link, as its differences are judged. */
export interface SettledLink {
  readonly id: string;
  readonly entities: Entities;
  /** Origin of the first shard of the peer's log. */
  readonly peerOrigin: string;
  /** Of both logs and both witnesses. */
  readonly keys: TrailKeys;
  readonly peer: PeerSets;
  /** Milliseconds for which an asker may repeat a request (retryTime). */
  readonly patience: number;
}

/** An entry of the peer's log that ours lacks: under a checkpoint that the peer signed and we cosigned. */
export interface Missing {
  readonly link: string;
  readonly entry: Entry;
  readonly origin: string;
  readonly index: number;
  /** base64. */
  readonly leaf: string;
  /** The statement as the peer shows it, not verified; absent where it keeps none. */
  readonly statement?: string;
}

/** A difference with the entries of both logs. */
export interface Found extends Pick<Difference, 'kind' | 'window' | 'key'> {
  readonly ours: readonly Held[];
  readonly theirs: readonly Held[];
}

export interface SettlingOptions {
  readonly sets: Pick<Sets, 'recorded'>;
  readonly mirror: Pick<Mirror, 'openIncident'>;
  /** Where cases are written. */
  readonly cases: string;
  readonly clock: Clock;
  /** Whether the link's log may grow now (keeper.ts). */
  mayAppend(link: string): boolean;
  /** Records what only the peer's log holds; false where it is not ours to record, or not shown. */
  repair(missing: Missing): Promise<boolean>;
  report(link: string, error: CausewayError): void;
  readonly observe: ObserveTrail;
}

export class Settling {
  readonly #options: SettlingOptions;
  /** By key and value: when the peer may be asked for it again. */
  readonly #later = new Map<string, number>();

  constructor(options: SettlingOptions) {
    this.#options = options;
  }

  /** Those that remain of the ones which nobody asks for any more, with both sides' entries. What goes wrong with one of them is reported, never thrown. */
  async settle(link: SettledLink, differences: readonly Difference[]): Promise<Found[]> {
    const now = this.#options.clock.now();
    const ripe = differences.filter((difference) => isRipe(difference, link, now)).slice(0, AT_ONCE);
    const found = await Promise.all(ripe.map((difference) => this.#find(link, difference)));
    const { statements, proven } = await this.#fetch(link, found);
    const remaining: Found[] = [];
    for (const one of found.map((all) => ({ ...all, theirs: all.theirs.map((held) => proven.get(nameOf(held.value)) ?? held) }))) {
      if (!(await this.#isSettled(link, one, statements))) remaining.push(one);
    }
    return remaining;
  }

  /** A difference with the entries that our log and our mirror hold of it. */
  async #find({ id }: SettledLink, { kind, window, key, ours, theirs }: Difference): Promise<Found> {
    const held = (side: 'ours' | 'theirs', values: readonly Uint8Array[]) =>
      Promise.all(values.map(async (value): Promise<Held> => ({ value, ...((await this.#options.sets.recorded(id, side, { window, key, value })) ?? { origin: '', index: 0 }) })));
    return { kind, window, key, ours: await held('ours', ours), theirs: await held('theirs', theirs) };
  }

  /** What the peer shows of entries that we lack, or that our mirror cannot prove: verified, but for the statements. */
  async #fetch(link: SettledLink, found: readonly Found[]): Promise<{ readonly statements: ReadonlyMap<string, string>; readonly proven: ReadonlyMap<string, Held> }> {
    const { clock, observe, report } = this.#options;
    const now = clock.now();
    const asked = found.flatMap(({ kind, window, key, theirs }) => theirs.filter(({ proof, value }) => (kind === 'missing-here' || proof === undefined) && now >= (this.#later.get(nameOf(value)) ?? 0)).map(({ value }): AskedElement => ({ window, key, value })));
    const [statements, proven] = [new Map<string, string>(), new Map<string, Held>()];
    if (asked.length === 0) return { statements, proven };
    try {
      const answers = await link.peer.proofs(asked);
      observe('reconcile.fetched', { log: link.id, size: answers.length });
      asked.forEach((element, at) => {
        const name = nameOf(element.value);
        this.#later.set(name, now + AGAIN_MS);
        const shown = answers[at];
        if (shown === undefined) return;
        if (shown.statement !== undefined) statements.set(name, shown.statement);
        proven.set(name, openProven(shown, element, link));
      });
    } catch (thrown) {
      report(link.id, asCausewayError(thrown));
    }
    return { statements, proven };
  }

  async #isSettled(link: SettledLink, found: Found, statements: ReadonlyMap<string, string>): Promise<boolean> {
    if (found.kind === 'different') await this.#writeCase(link, found);
    return found.kind === 'missing-here' && this.#repair(link, found, statements);
  }

  async #repair(link: SettledLink, { theirs }: Found, statements: ReadonlyMap<string, string>): Promise<boolean> {
    const { mayAppend, repair, observe, report } = this.#options;
    if (!mayAppend(link.id)) return false;
    let repaired = true;
    for (const { origin, index, value, proof } of theirs) {
      if (proof === undefined) return false;
      const statement = statements.get(nameOf(value));
      try {
        const done = await repair({ link: link.id, entry: parseEntry(proof.entry), origin, index, leaf: leafHash(proof.entry).toString('base64'), ...(statement === undefined ? {} : { statement }) });
        if (done) observe('reconcile.repaired', { log: link.id, origin, size: index });
        repaired &&= done;
      } catch (thrown) {
        report(link.id, asCausewayError(thrown));
        return false;
      }
    }
    return repaired;
  }

  /** The incident first: after a crash in between, the file is what is still missing. */
  async #writeCase(link: SettledLink, { ours, theirs }: Found): Promise<void> {
    const { cases, mirror, clock, observe } = this.#options;
    const made = caseOf(ours, theirs);
    if (made === undefined) return;
    const entry = parseEntry(Buffer.from(made.sides[1].entry, 'base64'));
    const file = join(cases, `${link.id}-${entry.xid ?? ''}-${recordedStep(entry) ?? ''}.case.json`);
    if (existsSync(file)) return;
    const text = `${JSON.stringify(made, undefined, 2)}\n`;
    await mirror.openIncident({ link: link.id, origin: made.sides[1].origin, kind: 'equivocation', what: `the two logs hold different statements for the ${recordedStep(entry)} of exchange ${entry.xid}`, proof: text }, clock.now());
    await writeDurably(file, text);
    observe('reconcile.case-written', { log: link.id });
  }
}

/** Nobody asks for the exchange any more. */
export function isRipe({ window }: Pick<Found, 'window'>, { patience }: Pick<SettledLink, 'patience'>, now: number): boolean {
  return now >= (window + 1) * WINDOW_S * 1000 + CLOSED_AFTER_MS + patience;
}

/** An entry of the peer's log with its proof, verified. Throws `peer-answer-invalid` where it is not the peer's proof of this element. */
export function openProven({ origin, index, entry, proof, note }: ProvenElement, { window, key, value }: AskedElement, { peerOrigin, keys, entities }: Pick<SettledLink, 'peerOrigin' | 'keys' | 'entities'>): Held {
  try {
    if (!isShardOf(origin, peerOrigin)) throw new CausewayError('trail-broken', `${origin} is not the peer's log`);
    const element = elementOf(judgeSide({ origin, index, entry, proof, note }, keys).entry, entities);
    if (element === undefined || element.window !== window || Buffer.compare(element.key, key) !== 0 || Buffer.compare(element.value, value) !== 0) throw new CausewayError('trail-broken', 'an entry of another statement');
  } catch (cause) {
    throw new CausewayError('peer-answer-invalid', 'the peer sent no proof of the entry that it was asked for', { cause });
  }
  const bytes = (text: string) => Buffer.from(text, 'base64');
  return { value, origin, index, proof: { entry: bytes(entry), note, proof: proof.map(bytes) } };
}

function nameOf(value: Uint8Array): string {
  return Buffer.from(value).toString('base64');
}
