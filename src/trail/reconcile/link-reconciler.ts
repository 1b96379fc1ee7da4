/**
 * Continuous reconciliation of one link (trail.md, "Reconciliation"). Minute by minute our log is held against our mirror of the peer's, which costs no message; once a day each side signs what its own log says of it,
 * and has the other's note. Where the two differ, what differs is looked for at the peer.
 */
import { CausewayError } from '../../errors.ts';
import type { Mirror } from '../mirror.ts';
import type { NoteSigner, NoteVerifier } from '../note.ts';
import type { AnsweringOptions } from './answering.ts';
import { caseOf } from './case-file.ts';
import { MAX_NOTE_WINDOWS, sameInterval, signInterval } from './note.ts';
import type { Interval } from './note.ts';
import { PeerNotes } from './peer-notes.ts';
import { compareSets } from './reconcile.ts';
import type { Ask, Difference, Question, Range } from './reconcile.ts';
import { CLOSED_AFTER_MS, WINDOW_S, closedWindows } from './set.ts';
import { caughtUp } from './sets.ts';
import type { SideName } from './sets.ts';
import type { Found, SettledLink, Settling, SettlingOptions } from './settling.ts';
import type { AgreedNotes } from './agreed-notes.ts';
import { Answered, inPieces } from './asking.ts';
import { WINDOWS_AN_HOUR, sameHash } from './tree.ts';

const WINDOW_MS = WINDOW_S * 1000;
const WINDOWS_A_DAY = 1440;
/** Milliseconds after a day, beside the asker's patience, in which its differences are mended before its notes are signed. */
const SETTLE_MS = 300_000;
/** So much later the second party of the link signs, if the first one did not. */
const SECOND_MS = 300_000;
/** A mirror that shows nothing for so long is behind: notes are exchanged by the hour. A difference that lasts so long is an incident. */
const BEHIND_MS = 600_000;
/** Between two notes of a range that does not agree, while nothing changes here; and after an attempt that failed. */
const AGAIN_MS = 600_000;
const FAILED_MS = 30_000;

export interface ReconciledLink extends SettledLink {
  /** Absent where the agreement names no interval keys: then no notes are exchanged. */
  readonly notes?: { readonly signer: NoteSigner; readonly verifier: NoteVerifier };
  /** The first party of the link signs first. */
  readonly first: boolean;
}

export interface ReconcilerOptions extends Omit<SettlingOptions, 'mirror' | 'sets' | 'cases'>, Omit<AnsweringOptions, 'note'> {
  readonly links: readonly ReconciledLink[];
  readonly mirror: Pick<Mirror, 'latestWitnessed' | 'openIncident' | 'incidents' | 'closeIncident'>;
  /** Data folder: cases and agreed notes are kept in it. */
  readonly folder: string;
  /** A difference that was not there before. */
  found(link: string, found: Found): void;
}

/** How far one link is reconciled. */
export interface LinkState {
  readonly link: string;
  /** UTC milliseconds up to which both sides' notes agree; absent before the first. */
  readonly agreedUntil?: number;
  /** UTC milliseconds up to which our log was compared with the mirror. */
  readonly comparedUntil: number;
  /** Statements that remain in one log alone, or differ, once nobody asks for their exchange any more. */
  readonly differences: number;
  /** The mirror shows nothing of late. */
  readonly behind: boolean;
  readonly withoutNotes: boolean;
}

/** A difference that nobody has mended yet. */
interface Remaining {
  readonly found: Found;
  /** UTC milliseconds of when it was seen first. */
  readonly since: number;
}

export class LinkReconciler {
  readonly #link: ReconciledLink;
  readonly #options: ReconcilerOptions;
  readonly #settling: Settling;
  readonly #agreed: AgreedNotes;
  readonly #notes: PeerNotes | undefined;
  #comparedUntil = 0;
  #behind = false;
  /** What remains, by window and key: of the mirror, and of the last comparison with the peer itself. */
  #byMirror: ReadonlyMap<string, Remaining> = new Map();
  #byPeer: ReadonlyMap<string, Remaining> = new Map();
  /** Of the comparison with the peer that is under way. */
  readonly #answered = new Answered();
  /** The last note that did not agree, and when the next one of the same may follow. */
  #tried: { readonly root: Uint8Array; readonly to: number; readonly again: number } | undefined;
  #alarmed = false;
  /** Some minutes were left behind without an agreement. */
  #leftBehind = false;

  constructor(link: ReconciledLink, options: ReconcilerOptions, parts: { readonly settling: Settling; readonly agreed: AgreedNotes }) {
    this.#link = link;
    this.#options = options;
    this.#settling = parts.settling;
    this.#agreed = parts.agreed;
    this.#notes = link.notes && new PeerNotes({ ...options, link: link.id, verifier: link.notes.verifier });
  }

  get id(): string {
    return this.#link.id;
  }

  state(): LinkState {
    const agreed = this.#agreed.until(this.id);
    return { link: this.id, ...(agreed === undefined ? {} : { agreedUntil: agreed * WINDOW_MS }), comparedUntil: this.#comparedUntil * WINDOW_MS, differences: new Set([...this.#byMirror.keys(), ...this.#byPeer.keys()]).size, behind: this.#behind, withoutNotes: this.#notes === undefined };
  }

  /** `now`: UTC milliseconds. Rejects with what kept it from comparing; the next tick tries again. */
  async tick(now: number): Promise<void> {
    await caughtUp(this.#options.sets, this.id);
    await this.#notes?.look();
    await this.#compareWithMirror(now);
    try {
      await this.#exchangeNotes(now);
    } finally {
      // A peer that is not there must not keep the alarm from being raised.
      await this.#alarm(now);
    }
  }

  /** Our note for the peer's; where both say the same, the range is agreed. Throws as openFreshInterval, and `link-mismatch` where the agreement names no interval keys. */
  async answerNote(theirs: string): Promise<string> {
    if (this.#notes === undefined) throw new CausewayError('link-mismatch', `the agreement of link "${this.id}" names no interval keys`);
    await caughtUp(this.#options.sets, this.id);
    const interval = await this.#notes.open(theirs);
    const ours = await this.#interval(interval);
    const note = await this.#sign(ours);
    // Only what leads on from the last agreement is one more.
    const begin = await this.#begin();
    if (sameInterval(ours, interval) && interval.from <= begin && begin < interval.to) await this.#agree(interval, note, theirs);
    return note;
  }

  /** A window is compared once we cosigned a checkpoint of the peer that was made after it was closed. */
  async #compareWithMirror(now: number): Promise<void> {
    const { mirror, sets } = this.#options;
    const shownAt = (await mirror.latestWitnessed(this.id))?.at ?? 0;
    const { to } = closedWindows(0, now, Math.min(now, shownAt));
    this.#behind = now - shownAt > BEHIND_MS && (await sets.firstWindow(this.id, 'ours', to)) !== undefined;
    // A day more than is open: an entry may come late to what was agreed.
    const begin = (await this.#begin()) - WINDOWS_A_DAY;
    const found = await this.#differences({ from: Math.max(0, Math.min(to, begin), to - MAX_NOTE_WINDOWS), to }, this.#asking('theirs'));
    this.#byMirror = await this.#settled(found);
    this.#comparedUntil = to;
  }

  #differences(range: Range, theirs: Ask): Promise<Difference[]> {
    return compareSets(range, inPieces(this.#asking('ours')), inPieces(theirs));
  }

  #asking(side: SideName): Ask {
    return (question: Question) => this.#options.sets.answer(this.id, side, question, this.#options.maxAnswerBytes);
  }

  /** Those that remain; told of where they are new. */
  async #settled(differences: readonly Difference[]): Promise<ReadonlyMap<string, Remaining>> {
    if (differences.length === 0) return new Map();
    const remaining = await this.#settling.settle(this.#link, differences);
    const now = this.#options.clock.now();
    return new Map(
      remaining.map((found) => {
        const name = `${found.window} ${Buffer.from(found.key).toString('hex')}`;
        const known = this.#byMirror.get(name) ?? this.#byPeer.get(name);
        if (known === undefined) this.#options.found(this.id, found);
        return [name, { found, since: known?.since ?? now }];
      }),
    );
  }

  /** First window that is not agreed yet: where the last agreed range ended, or on the first day that has anything. */
  async #begin(): Promise<number> {
    return this.#agreed.until(this.id) ?? Math.floor((await this.#firstWindow(0)) / WINDOWS_A_DAY) * WINDOWS_A_DAY;
  }

  /** Infinity where neither side has anything. */
  async #firstWindow(from: number): Promise<number> {
    const firsts = await Promise.all((['ours', 'theirs'] as const).map((side) => this.#options.sets.firstWindow(this.id, side, from)));
    return Math.min(...firsts.map((window) => window ?? Infinity));
  }

  /** The range that both sides have to sign for, if one is: whole days, or hours while the mirror is behind. Days in which nothing was exchanged are not signed for alone. */
  async #due(now: number): Promise<Range | undefined> {
    const { patience, first } = this.#link;
    const unit = this.#behind ? WINDOWS_AN_HOUR : WINDOWS_A_DAY;
    const to = Math.floor((now - CLOSED_AFTER_MS - patience - SETTLE_MS - (first ? 0 : SECOND_MS)) / WINDOW_MS / unit) * unit;
    const begin = await this.#begin();
    if (begin >= to || (await this.#firstWindow(begin)) >= to) return undefined;
    return { from: Math.max(begin, to - MAX_NOTE_WINDOWS), to };
  }

  async #exchangeNotes(now: number): Promise<void> {
    const { observe } = this.#options;
    const range = this.#notes && (await this.#due(now));
    if (range === undefined) return;
    const ours = await this.#interval(range);
    if (this.#tried?.to === range.to && sameHash(this.#tried.root, ours.root) && now < this.#tried.again) return;
    this.#tried = { root: ours.root, to: range.to, again: now + FAILED_MS };
    const note = await this.#sign(ours);
    const answer = await this.#link.peer.note(note);
    const theirs = await this.#notes!.open(answer);
    if (theirs.from !== range.from || theirs.to !== range.to) throw new CausewayError('peer-answer-invalid', 'the note of the peer is about another range');
    observe('reconcile.noted', { log: this.id });
    if (sameInterval(ours, theirs)) return this.#agree(range, note, answer);
    observe('reconcile.differs', { log: this.id });
    const found = await this.#differences(range, this.#answered.on(nameOf(ours, theirs), (question) => this.#link.peer.ask(question)));
    this.#answered.forget();
    this.#tried = { root: ours.root, to: range.to, again: now + AGAIN_MS };
    this.#byPeer = await this.#settled(found);
  }

  async #interval({ from, to }: Range): Promise<Interval> {
    const summary = await this.#options.sets.summary(this.id, 'ours', { from, to });
    if (summary === undefined) throw new CausewayError('trail-unconfirmed', `nothing of the log of link "${this.id}" was read yet`);
    return { link: this.id, from, to, ...summary, time: Math.floor(this.#options.clock.now() / 1000) };
  }

  #sign(interval: Interval): Promise<string> {
    return signInterval(interval, this.#link.notes!.signer);
  }

  async #agree(range: Range, ours: string, theirs: string): Promise<void> {
    this.#leftBehind ||= range.from > (await this.#begin());
    await this.#agreed.add(this.id, range, { ours, theirs });
    this.#byPeer = new Map();
    this.#tried = undefined;
    this.#options.observe('reconcile.agreed', { log: this.id });
  }

  /** An incident while a difference remains that nothing mended by itself; closed when none does any more. */
  async #alarm(now: number): Promise<void> {
    const { mirror } = this.#options;
    const { peerOrigin } = this.#link;
    // A case is an incident of its own.
    const lasting = [...new Map([...this.#byMirror, ...this.#byPeer]).values()].filter(({ found, since }) => now >= since + BEHIND_MS && caseOf(found.ours, found.theirs) === undefined);
    if (lasting.length > 0) {
      this.#alarmed = true;
      const proof = lasting.flatMap(({ found: { ours, theirs } }) => [...ours, ...theirs]).find((held) => held.proof !== undefined)?.proof;
      await mirror.openIncident({ link: this.id, origin: peerOrigin, kind: 'difference', what: `${lasting.length} statements that the two logs do not both hold: causeway trail reconcile names them`, proof: proof?.note ?? '' }, now);
      return;
    }
    // What nobody mended within a month, or was found before a restart, a person has to close.
    if (!this.#alarmed || this.#leftBehind) return;
    this.#alarmed = false;
    for (const { id } of (await mirror.incidents('open')).filter((one) => one.kind === 'difference' && one.link === this.id)) await mirror.closeIncident(id, 'the two logs agree again', now);
  }
}

/** One comparison: of these two notes, whenever they were signed. */
function nameOf({ from, to, root }: Interval, theirs: Interval): string {
  return [from, to, ...[root, theirs.root].map((one) => Buffer.from(one).toString('base64'))].join(' ');
}
