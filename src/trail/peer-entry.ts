/** Which entries a peer's log may hold (trail.md, "Entry"): of this link, between its two countries, none out of place. Pure. */
import type { Entry } from './entry.ts';
import type { PeerTerms } from './mirror.ts';

/** Entries with which a shard begins, and which stand nowhere else. */
const FIRST = new Set(['previous-checkpoint', 'break']);
/** Acts that concern one side only belong into its local log. */
const LOCAL = new Set(['evidence-access', 'redaction']);

/** Why `entry` at `index` does not fit, without quoting its values; undefined where it fits. */
export function misfit(entry: Entry, index: number, terms: PeerTerms): string | undefined {
  if (LOCAL.has(entry.step)) return `a step ${entry.step}, which belongs into a local log`;
  if (FIRST.has(entry.step) && index > 0) return `a step ${entry.step}, which only begins a shard`;
  if (entry.link !== undefined && entry.link.id !== terms.link) return 'another link';
  if (entry.link !== undefined && !terms.versions.includes(entry.link.version)) return `version ${entry.link.version} of the link, which is not known here`;
  if (!isBetween(terms, entry.from, entry.to)) return 'a statement that is not between the two countries of the link';
  const [client, service] = [entry.client?.slice(0, 2), entry.service?.slice(0, 2)];
  if (!isBetween(terms, client, service)) return 'identifiers that are not one of each country';
  if (entry.step === 'request' && client !== undefined && client !== entry.from) return 'a request of a client that is not of its country';
  return undefined;
}

/** Whether two countries are the link's, one each; what an entry does not say does not matter. */
function isBetween({ us, peer }: PeerTerms, a: string | undefined, b: string | undefined): boolean {
  const ours = (country: string | undefined) => country === undefined || country === us || country === peer;
  return ours(a) && ours(b) && (a === undefined || a !== b);
}

/** Counts entries by the minute that they state: whoever floods a log fills the mirror too. */
export class EntryRate {
  #minute = -1;
  #count = 0;

  /** Goes on from `before`, which stays as it is: a growth that is refused has not been counted. */
  constructor(before?: EntryRate) {
    if (before === undefined) return;
    this.#minute = before.#minute;
    this.#count = before.#count;
  }

  /** False once `entry` is one too many for its minute. */
  take({ t }: Entry, perMinute: number): boolean {
    const minute = Math.floor(t.ms / 60_000);
    this.#count = minute === this.#minute ? this.#count + 1 : 1;
    this.#minute = minute;
    return this.#count <= perMinute;
  }
}
