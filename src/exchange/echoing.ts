/** The synthetic monitor: an echo over each link every half minute, one through both security servers as its settings say, and a look at our own platform; what came of it is shown. */
import { CausewayError, asCausewayError } from '../errors.ts';
import { ECHO_PATH, answerEcho, readAnswer, signEcho } from '../federation/echo.ts';
import { MAX_NOTICE_BYTES } from '../federation/notice.ts';
import type { EchoState } from '../federation/echo.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';
import type { Echoes } from './open-echoes.ts';
import type { Peer } from './flow.ts';

const TIMEOUT_MS = 10_000;

/** Which way an echo goes: from gateway to gateway, or through both security servers. */
export type EchoWay = 'link' | 'round-trip';
const NAMES: Readonly<Record<EchoWay, string>> = { 'link': 'the echo of a link', 'round-trip': 'the echo through both security servers' };

/** What the last echo of a link said. */
export interface EchoResult {
  readonly link: string;
  readonly way: EchoWay;
  /** An exchange would go through: the echo came back, the peer reaches its platform and takes exchanges; or an exchange did. */
  readonly ok: boolean;
  /** RFC 3339. */
  readonly at: string;
  readonly ms: number;
  readonly text: string;
}

export interface EchoingOptions {
  readonly peers: readonly Peer[];
  readonly clock: Clock;
  readonly log: Logger;
  /** Whether a server of our platform is reached, in the forms of TCP and TLS. */
  home(): Promise<boolean>;
  /** Throws where no exchange may begin on a link. */
  admit(link: string): Promise<void>;
  readonly echoes: Pick<Echoes, 'roundTrip'>;
}

export class Echoing {
  readonly #options: EchoingOptions;
  readonly #results = new Map<string, EchoResult>();
  /** By link: monotonic milliseconds of the last round trip, at first of the start. A gateway that starts again and again asks no more than one that runs. */
  readonly #tried = new Map<string, number>();
  readonly #started: number;
  readonly #stop = new AbortController();
  #home: EchoState['home'] = 'not-looked';
  #looking: Promise<void> | undefined;

  constructor(options: EchoingOptions) {
    this.#options = options;
    this.#started = options.clock.monotonic();
  }

  /** To be called every half minute; a look that still runs is joined. Never throws. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => (this.#looking = undefined));
    return this.#looking;
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#looking;
  }

  /** Answers the peer's echo. Throws as answerEcho. */
  async answer(peer: Peer, question: string): Promise<string> {
    const exchanges = await this.#options.admit(peer.link.id).then(() => 'taken' as const, () => 'refused' as const);
    return answerEcho(question, peer, { home: this.#home, exchanges }, this.#options.clock.now());
  }

  /** Of each link that has been tried, and each way. */
  results(): readonly EchoResult[] {
    return [...this.#results.values()];
  }

  async #look(): Promise<void> {
    this.#home = (await this.#options.home().catch(() => false)) ? 'reached' : 'not-reached';
    await Promise.all(this.#options.peers.flatMap((peer) => [this.#ask(peer), this.#askThrough(peer)]));
  }

  async #ask(peer: Peer): Promise<void> {
    const { clock } = this.#options;
    const begun = clock.monotonic();
    const outcome = await this.#echo(peer).catch((thrown: unknown) => asCausewayError(thrown));
    const [ok, text] = outcome instanceof CausewayError ? [false, `${outcome.code}: ${outcome.message}`] : [outcome.home !== 'not-reached' && outcome.exchanges === 'taken', `the peer's platform is ${outcome.home}, exchanges are ${outcome.exchanges}`];
    this.#note(peer, 'link', { ok, ms: Math.round(clock.monotonic() - begun), text });
  }

  /** Not while we take no exchanges: what is refused then is known, and is no echo. */
  async #askThrough(peer: Peer): Promise<void> {
    const { clock, admit, echoes } = this.#options;
    const { id, settings } = peer.link;
    const now = clock.monotonic();
    if (settings.echo === undefined || now - (this.#tried.get(id) ?? this.#started) < settings.echo.every) return;
    this.#tried.set(id, now);
    const refused = await admit(id).then(() => undefined, (thrown: unknown) => asCausewayError(thrown));
    if (refused !== undefined) return this.#note(peer, 'round-trip', { ok: false, ms: 0, text: `not asked, ${refused.code}: ${refused.message}` });
    const trip = await echoes.roundTrip(peer.link, this.#stop.signal);
    if (trip !== undefined && !this.#stop.signal.aborted) this.#note(peer, 'round-trip', { ok: trip.failed === undefined, ms: trip.ms, text: trip.failed === undefined ? trip.text : `${trip.failed}: ${trip.text}` });
  }

  #note({ link: { id } }: Peer, way: EchoWay, outcome: Pick<EchoResult, 'ok' | 'ms' | 'text'>): void {
    const { clock, log } = this.#options;
    const key = `${way} ${id}`;
    const before = this.#results.get(key);
    this.#results.set(key, { link: id, way, at: new Date(clock.now()).toISOString(), ...outcome });
    if (before?.ok === outcome.ok || (before === undefined && outcome.ok)) return;
    if (outcome.ok) log.info({ link: id, ms: outcome.ms }, `${NAMES[way]} comes back again`);
    else log.warn({ link: id, problem: outcome.text }, `${NAMES[way]} fails: causeway link check says where`);
  }

  async #echo(peer: Peer): Promise<EchoState> {
    const { clock } = this.#options;
    const question = await signEcho(peer, clock.now());
    const reply = await peer.connection.send({ method: 'POST', target: ECHO_PATH, headers: { 'content-type': 'application/jose' }, body: Buffer.from(question) }, { signal: AbortSignal.timeout(TIMEOUT_MS), maxBytes: MAX_NOTICE_BYTES });
    if (reply.status !== 200) throw new CausewayError('peer-refused', `the peer answers ${reply.status} to an echo`);
    return readAnswer(Buffer.from(reply.body).toString(), question, peer, clock.now());
  }
}
