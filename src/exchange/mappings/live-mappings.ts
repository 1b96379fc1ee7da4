/**
 * The mappings of a running gateway. The folder is looked at again and again; a change is taken as a whole, after it was read and proven beside the exchanges and stands in the trail, or
 * not at all: what was loaded before then stays in force, and what is wrong is logged and shown.
 */
import type { Catalogue } from '../../ecosystems/edge.ts';
import { CausewayError, asCausewayError } from '../../errors.ts';
import { sameOperation } from '../../federation/link.ts';
import { digestOf, rootsOf, stampOf } from '../../mapping/folder.ts';
import type { MappingFiles } from '../../mapping/folder.ts';
import { compileMappings } from '../../mapping/load.ts';
import type { ExportedService, IdentifierMap, ImportedService, MappingSet } from '../../mapping/mappings.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Logger } from '../../platform/log.ts';
import type { Operation } from '../../stages.ts';
import { judge } from './candidate.ts';
import type { CandidateOrder, Progress } from './candidate.ts';
import { judgeUnlessProven, noteProven } from './proof.ts';
import type { Offer } from '../flow.ts';
import { changesBetween, revisionsOf, sameRevisionOtherContent, withReplaced } from './mapping-changes.ts';
import type { MappingChange } from './mapping-changes.ts';

export interface LiveMappingsOptions extends CandidateOrder {
  readonly clock: Clock;
  readonly log: Logger;
  /** Where it is noted which set was proven (proof.ts). */
  readonly proof: string;
  /** What follows from a set, at this gateway. Throws `config-invalid` where the set asks for what the gateway does not have. */
  prepare(set: MappingSet): Promise<Prepared>;
  /** Resolves when the changes are on disk. */
  record(changes: readonly MappingChange[], now: number): Promise<void>;
  /** Milliseconds that a replaced revision is kept: as long as a question may be asked for, or a message may still be translated by it. */
  readonly keepFor: number;
}

export interface Prepared {
  /** What is offered at home. */
  readonly offers: readonly Offer[];
  /** What an edge tells about it. */
  readonly catalogue?: Catalogue;
}

/** What operators are shown (`GET /health/mappings`, `causeway mappings status`). Times as RFC 3339. */
export interface MappingsStatus {
  readonly country: string;
  /** SHA-256 over the files that are in force, and since when they are. */
  readonly sha256: string;
  readonly since: string;
  readonly mappings: readonly { readonly id: string; readonly revision: number; readonly sha256: string; readonly state: 'in-force' | 'planned' | 'replaced'; readonly from?: string; readonly to?: string }[];
  /** A change that was not taken, and what is wrong with it. */
  readonly refused?: { readonly at: string; readonly problems: readonly string[] };
}

interface Loaded {
  readonly set: MappingSet;
  /** Undefined until begin(). */
  readonly prepared: Prepared | undefined;
  readonly digest: string;
  readonly since: number;
}

export class LiveMappings {
  readonly identifiers: IdentifierMap;
  readonly #options: LiveMappingsOptions;
  readonly #stop = new AbortController();
  #loaded: Loaded;
  #refused: MappingsStatus['refused'];
  /** Of the files as they were judged last, and as they were seen last. */
  #judged: string;
  #seen: string;
  #looking: Promise<void> = Promise.resolve();

  private constructor(options: LiveMappingsOptions, loaded: Loaded, stamp: string) {
    this.#options = options;
    this.#loaded = loaded;
    this.#judged = stamp;
    this.#seen = stamp;
    const current = () => this.#loaded.set.identifiers;
    this.identifiers = {
      country: options.country,
      get gateway() {
        return current().gateway;
      },
      get classes() {
        return current().classes;
      },
      toFederated: (member) => current().toFederated(member),
      foreignClient: (federated) => current().foreignClient(federated),
      representedParty: (federated) => current().representedParty(federated),
    };
  }

  /** Reads what lies there, and proves it in full where it is not the set that was proven last. Throws `config-invalid` with every problem. */
  static async open(options: LiveMappingsOptions): Promise<LiveMappings> {
    const { folder, country, forms, clock, log, proof } = options;
    // Before the files: one that changes while they are read is seen as changed.
    const stamp = await stampOf(folder, rootsOf(country));
    const { files, problems } = await judgeUnlessProven(options, proof, new AbortController().signal, (progress) => tellQuarters(log, progress));
    if (problems.length > 0) throw new CausewayError('config-invalid', problems.join('\n'));
    await noteProven(files, options, proof, clock.now());
    const set = await compileMappings(files, country, forms);
    return new LiveMappings(options, { set, prepared: undefined, digest: digestOf(files), since: clock.now() }, stamp);
  }

  /** To be called once, when all is there that `prepare` needs, and before any exchange. Throws `config-invalid`. */
  async begin(): Promise<void> {
    this.#loaded = { ...this.#loaded, prepared: await this.#options.prepare(this.#loaded.set) };
  }

  get imported(): readonly ImportedService[] {
    return this.#loaded.set.imported;
  }

  get exported(): readonly ExportedService[] {
    return this.#loaded.set.exported;
  }

  get offers(): readonly Offer[] {
    return this.#prepared.offers;
  }

  /** Throws `internal` at a gateway that is no edge. */
  get catalogue(): Catalogue {
    const { catalogue } = this.#prepared;
    if (catalogue === undefined) throw new CausewayError('internal', 'a catalogue is asked for, and this gateway is no edge');
    return catalogue;
  }

  get #prepared(): Prepared {
    const { prepared } = this.#loaded;
    if (prepared === undefined) throw new CausewayError('internal', 'the mappings are used before they were begun with');
    return prepared;
  }

  get refused(): boolean {
    return this.#refused !== undefined;
  }

  exportedService(service: string, operation: Operation): ExportedService | undefined {
    return this.exported.find((one) => one.service === service && sameOperation(one.operation, operation));
  }

  /** Looks at the folder: what lies there unchanged since the last look, and was not judged, is judged now; with `atOnce`, whatever lies there. Never throws. */
  look(atOnce = false): Promise<void> {
    this.#looking = this.#looking.then(() => this.#look(atOnce)).catch((thrown: unknown) => {
      if (!this.#stop.signal.aborted) this.#options.log.error({ err: asCausewayError(thrown) }, 'the mappings folder could not be judged; the next look tries again');
    });
    return this.#looking;
  }

  status(): MappingsStatus {
    const { set, digest, since } = this.#loaded;
    const now = this.#options.clock.now();
    const mappings = revisionsOf(set).map(({ id, revision, sha256, from, to }) => ({ id, revision, sha256, state: to <= now ? 'replaced' as const : from > now ? 'planned' as const : 'in-force' as const, ...(from === 0 ? {} : { from: rfc3339(from) }), ...(Number.isFinite(to) ? { to: rfc3339(to) } : {}) }));
    return { country: this.#options.country, sha256: digest, since: rfc3339(since), mappings, ...(this.#refused === undefined ? {} : { refused: this.#refused }) };
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#looking;
  }

  async #look(atOnce: boolean): Promise<void> {
    const { folder, country } = this.#options;
    const stamp = await stampOf(folder, rootsOf(country));
    // Somebody may be writing: files are judged when they were left alone from one look to the next.
    const settled = stamp === this.#seen || atOnce;
    this.#seen = stamp;
    if (this.#stop.signal.aborted || !settled || (stamp === this.#judged && !atOnce)) return;
    const { files, problems } = await judge(this.#options, this.#stop.signal);
    // Changed while it was read: some files may be of one state and some of another.
    if ((await stampOf(folder, rootsOf(country))) !== stamp) return;
    if (problems.length > 0) this.#refuse(problems);
    else await this.#take(files);
    this.#judged = stamp;
  }

  /** Compiled between exchanges; in the trail before it is used; then swapped at once. */
  async #take(files: MappingFiles): Promise<void> {
    const { country, forms, clock, log, keepFor, record, proof } = this.#options;
    const digest = digestOf(files);
    this.#refused = undefined;
    if (digest === this.#loaded.digest) return;
    const before = this.#loaded.set;
    const set = await compileMappings(files, country, forms);
    const same = sameRevisionOtherContent(before, set);
    if (same.length > 0) return this.#refuse(same);
    const now = clock.now();
    const merged = withReplaced(before, set, now, now - keepFor);
    const prepared = await this.#prepare(merged);
    if (typeof prepared === 'string') return this.#refuse([prepared]);
    const changes = changesBetween(before, set);
    await record(changes, now);
    await noteProven(files, this.#options, proof, now);
    this.#loaded = { set: merged, prepared, digest, since: now };
    log.info({ sha256: digest, changes: changes.map(({ mapping }) => mapping) }, 'changed mappings are taken');
  }

  /** A text says what is wrong. */
  async #prepare(set: MappingSet): Promise<Prepared | string> {
    try {
      return await this.#options.prepare(set);
    } catch (thrown) {
      const { code, message } = asCausewayError(thrown);
      if (code !== 'config-invalid') throw thrown;
      return message;
    }
  }

  #refuse(problems: readonly string[]): void {
    this.#refused = { at: rfc3339(this.#options.clock.now()), problems };
    this.#options.log.error({ problems }, 'changed mappings are not taken: what was loaded before stays in force');
  }
}

/** A start that waits for a proof says so, a few times. */
function tellQuarters(log: Logger, { done, of }: Progress): void {
  if (Math.floor((4 * done) / of) > Math.floor((4 * (done - 1)) / of)) log.info({ proven: done, of }, 'the mappings are proven before they run: they are not those that were proven last');
}

function rfc3339(ms: number): string {
  return new Date(ms).toISOString();
}
