/** The synthetic monitor: an echo over each link every minute, and a look at our own platform; what came of it is shown, and told to the peer. */
import { CausewayError, asCausewayError } from '../errors.ts';
import { ECHO_PATH, MAX_ECHO_BYTES, answerEcho, readAnswer, signEcho } from '../federation/echo.ts';
import type { EchoState } from '../federation/echo.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';
import type { Peer } from './flow.ts';

const TIMEOUT_MS = 10_000;

/** What the last echo of a link said. */
export interface EchoResult {
  readonly link: string;
  /** An exchange would go through: the echo came back, the peer reaches its platform and takes exchanges. */
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
}

export class Echoing {
  readonly #options: EchoingOptions;
  readonly #results = new Map<string, EchoResult>();
  #home: EchoState['home'] = 'not-looked';
  #looking: Promise<void> | undefined;

  constructor(options: EchoingOptions) {
    this.#options = options;
  }

  /** To be called every minute; a look that still runs is joined. Never throws. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => (this.#looking = undefined));
    return this.#looking;
  }

  async close(): Promise<void> {
    await this.#looking;
  }

  /** Answers the peer's echo. Throws as answerEcho. */
  async answer(peer: Peer, question: string): Promise<string> {
    const exchanges = await this.#options.admit(peer.link.id).then(() => 'taken' as const, () => 'refused' as const);
    return answerEcho(question, peer, { home: this.#home, exchanges }, this.#options.clock.now());
  }

  /** Of each link that has been tried. */
  results(): readonly EchoResult[] {
    return [...this.#results.values()];
  }

  async #look(): Promise<void> {
    this.#home = (await this.#options.home().catch(() => false)) ? 'reached' : 'not-reached';
    await Promise.all(this.#options.peers.map((peer) => this.#ask(peer)));
  }

  async #ask(peer: Peer): Promise<void> {
    const { clock, log } = this.#options;
    const begun = clock.monotonic();
    const outcome = await this.#asked(peer).catch((thrown: unknown) => asCausewayError(thrown));
    const [ok, text] = outcome instanceof CausewayError ? [false, `${outcome.code}: ${outcome.message}`] : [outcome.home !== 'not-reached' && outcome.exchanges === 'taken', `the peer's platform is ${outcome.home}, exchanges are ${outcome.exchanges}`];
    const before = this.#results.get(peer.link.id);
    const result = { link: peer.link.id, ok, at: new Date(clock.now()).toISOString(), ms: Math.round(clock.monotonic() - begun), text };
    this.#results.set(peer.link.id, result);
    if (before?.ok === ok || (before === undefined && ok)) return;
    if (ok) log.info({ link: result.link, ms: result.ms }, 'the echo of a link comes back again');
    else log.warn({ link: result.link, problem: text }, 'the echo of a link fails: causeway link check says where');
  }

  async #asked(peer: Peer): Promise<EchoState> {
    const { clock } = this.#options;
    const question = await signEcho(peer, clock.now());
    const reply = await peer.connection.send({ method: 'POST', target: ECHO_PATH, headers: { 'content-type': 'application/jose' }, body: Buffer.from(question) }, { signal: AbortSignal.timeout(TIMEOUT_MS), maxBytes: MAX_ECHO_BYTES });
    if (reply.status !== 200) throw new CausewayError('peer-refused', `the peer answers ${reply.status} to an echo`);
    return readAnswer(Buffer.from(reply.body).toString(), question, peer, clock.now());
  }
}
