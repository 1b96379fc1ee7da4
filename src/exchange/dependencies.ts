/**
 * What a gateway depends on besides itself, and what it does while one of these is gone: goes on for as long as the link says, then refuses what the link
 * says, until it is back. One state machine for all: well → degraded → refusing → well.
 */
import { DEPENDENCIES } from '../config/degraded-file.ts';
import type { DegradedPolicy, Dependency } from '../config/degraded-file.ts';
import { CausewayError } from '../errors.ts';
import type { ErrorCode } from '../errors.ts';
import { degradedPolicy } from '../federation/degraded.ts';
import { answerProof } from '../federation/link.ts';
import type { Grant, Link } from '../federation/link.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';
import { PROOF_FORMS } from '../stages.ts';

/** `since`: UTC milliseconds from which it is gone, where that is known: a restart does not begin the time anew. `why` is for operators. */
export interface Loss {
  readonly why: string;
  readonly since?: number;
}

/** As operators are shown it. Times as RFC 3339. */
export interface DependencyStatus {
  readonly link: string;
  readonly dependency: Dependency;
  readonly state: 'well' | 'degraded' | 'refusing';
  readonly refuse: DegradedPolicy['refuse'];
  readonly since?: string;
  /** When exchanges are refused, or since when they are. */
  readonly refusesFrom?: string;
  readonly why?: string;
}

/** Where there is a code that says more. */
const CODES: { readonly [D in Dependency]?: ErrorCode } = { timestamps: 'time-unproven', evidenceStore: 'store-unavailable' };

interface Known {
  readonly since: number;
  readonly why: string;
  /** The log has told that exchanges are refused. */
  told: boolean;
}

export interface DependenciesOptions {
  /** Asked for again each time: versions of a link change. */
  readonly links: () => readonly Link[];
  readonly clock: Clock;
  readonly log: Logger;
}

export class Dependencies {
  readonly #options: DependenciesOptions;
  readonly #lost = new Map<string, Known>();

  constructor(options: DependenciesOptions) {
    this.#options = options;
  }

  /** Says that a dependency is gone, or, with undefined, well; of one link, or of all. To be said as often as one likes: only changes are logged. */
  report(dependency: Dependency, loss: Loss | undefined, link?: string): void {
    for (const one of this.#options.links()) if (link === undefined || one.id === link) this.#reportOn(one, dependency, loss);
  }

  /** To be called every second: tells the log when the time of a loss is over. */
  look(): void {
    for (const status of this.status()) {
      const known = this.#lost.get(keyOf(status.link, status.dependency));
      if (status.state !== 'refusing' || known === undefined || known.told) continue;
      known.told = true;
      this.#options.log.error(facts(status), 'a dependency has been gone for longer than the link allows: exchanges are refused');
    }
  }

  /** Throws `dependency-lost`, or the code of what is gone, where no exchange may begin on a link. */
  admit(link: string): void {
    this.#refuse(link, 'all');
  }

  /** Throws the same where an exchange under this grant needs what is gone. */
  require(link: string, grant: Grant): void {
    if ([grant.proof, answerProof(grant)].some((form) => PROOF_FORMS[form] === 'verified')) this.#refuse(link, 'signed');
  }

  /** Whether some link takes exchanges. */
  get usable(): boolean {
    const refusing = new Set(this.status().filter(({ state, refuse }) => state === 'refusing' && refuse === 'all').map(({ link }) => link));
    return this.#options.links().some(({ id }) => !refusing.has(id));
  }

  status(): DependencyStatus[] {
    return this.#options.links().flatMap((link) => DEPENDENCIES.map((dependency) => this.#statusOf(link, dependency)));
  }

  /** Lines for readiness. */
  get warnings(): string[] {
    return this.status().flatMap(({ link, dependency, state, refusesFrom }) => (state === 'well' ? [] : [`${dependency} of link ${link} is gone: ${state === 'refusing' ? 'exchanges are refused' : refusesFrom === undefined ? 'exchanges go on' : `exchanges go on until ${refusesFrom}`}`]));
  }

  /** Seconds for which each has been gone, the longest of all links; 0: well. */
  *seconds(): Iterable<readonly [string, number]> {
    const now = this.#options.clock.now();
    for (const [dependency, all] of Map.groupBy(this.status(), (status) => status.dependency)) yield [dependency, Math.max(...all.map(({ since }) => (since === undefined ? 0 : (now - Date.parse(since)) / 1000)))];
  }

  /** How many links refuse something for each. */
  *refusing(): Iterable<readonly [string, number]> {
    for (const [dependency, all] of Map.groupBy(this.status(), (status) => status.dependency)) yield [dependency, all.filter(({ state }) => state === 'refusing').length];
  }

  #reportOn(link: Link, dependency: Dependency, loss: Loss | undefined): void {
    const { clock, log } = this.#options;
    const key = keyOf(link.id, dependency);
    const before = this.#lost.get(key);
    if (loss === undefined) {
      if (this.#lost.delete(key)) log.info({ link: link.id, dependency }, 'a dependency is well again');
      return;
    }
    const now = clock.now();
    this.#lost.set(key, { since: before?.since ?? Math.min(loss.since ?? now, now), why: loss.why, told: before?.told ?? false });
    if (before === undefined) log[this.#policy(link, dependency).alarm === 'error' ? 'error' : 'warn'](facts(this.#statusOf(link, dependency)), 'a dependency is gone');
  }

  #statusOf(link: Link, dependency: Dependency): DependencyStatus {
    const { continueFor, refuse } = this.#policy(link, dependency);
    const known = this.#lost.get(keyOf(link.id, dependency));
    const about = { link: link.id, dependency, refuse };
    if (known === undefined) return { ...about, state: 'well' };
    const refusesFrom = known.since + continueFor;
    const lost = { ...about, since: rfc3339(known.since), why: known.why };
    if (refuse === 'nothing') return { ...lost, state: 'degraded' };
    return { ...lost, state: this.#options.clock.now() >= refusesFrom ? 'refusing' : 'degraded', refusesFrom: rfc3339(refusesFrom) };
  }

  /** Of the version in force; before the first one, of that. */
  #policy({ versions }: Link, dependency: Dependency): DegradedPolicy {
    const now = this.#options.clock.now();
    const { agreement } = versions.findLast(({ effective }) => effective <= now) ?? versions[0];
    return degradedPolicy(agreement, dependency);
  }

  #refuse(link: string, what: DegradedPolicy['refuse']): void {
    if (this.#lost.size === 0) return;
    const gone = this.status().find((status) => status.link === link && status.state === 'refusing' && status.refuse === what);
    if (gone !== undefined) throw new CausewayError(CODES[gone.dependency] ?? 'dependency-lost', `${gone.dependency} of link "${link}" has been gone since ${gone.since ?? ''}: ${gone.why ?? ''}`);
  }
}

function keyOf(link: string, dependency: Dependency): string {
  return `${link}\n${dependency}`;
}

function facts({ link, dependency, since, refusesFrom, refuse, why }: DependencyStatus): object {
  return { link, dependency, since, refusesFrom, refuse, why };
}

function rfc3339(ms: number): string {
  return new Date(ms).toISOString();
}
