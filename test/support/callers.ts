/** Asking systems that keep what they sent: a question as bytes under one message id, sent again and again until there is an outcome. */
import { randomUUID } from 'node:crypto';
import type { Answer, RestAnswer, SoapAnswer } from '../../src/sandbox/desk.ts';
import { EXAMPLES } from '../../src/sandbox/scenarios.ts';
import { openReadOnly } from '../../src/trail/sqlite/layout.ts';
import { gatewayFault } from './questions.ts';
import type { PairCountry, RunningPair } from './running-pair.ts';

/** What can be asked, with what the link says of it. */
export interface Subject {
  readonly name: string;
  readonly from: PairCountry;
  readonly to: PairCountry;
  /** Id of the service where it is served. */
  readonly service: string;
  readonly idempotent: boolean;
  prepare(pair: RunningPair, id: string): () => Promise<Answer>;
}

export const INCOME: Subject = {
  name: 'an idempotent question',
  from: 'FI',
  to: 'EE',
  service: 'EE/GOV/70000349/emta/xteePalgaandmed/v1',
  idempotent: true,
  prepare({ agencies }, id) {
    const message = agencies.tax.prepare({ personId: EXAMPLES.person, from: '2025-01', to: '2025-12' }, { id });
    return () => agencies.tax.send(id, message);
  },
};

export const COMPANY: Subject = {
  name: 'an idempotent question from Estonia',
  from: 'EE',
  to: 'FI',
  service: 'FI/GOV/0244683-1/prh/companies',
  idempotent: true,
  prepare({ agencies }, id) {
    const message = agencies.bank.prepare({ registryCode: EXAMPLES.company }, { id });
    return () => agencies.bank.send(id, message);
  },
};

export const POPULATION: Subject = {
  name: 'a question that may be asked only once',
  from: 'FI',
  to: 'EE',
  service: 'EE/GOV/70008440/rr/RR456/v1',
  idempotent: false,
  prepare({ agencies }, id) {
    const message = agencies.municipality.prepare({ personCode: EXAMPLES.person }, { id });
    return () => agencies.municipality.send(id, message);
  },
};

/** `answered`, the code of a gateway's refusal, `service-fault` for a fault in the service's own words, or `none`: the platform had no answer of the gateway. */
export type Result = string;

export function resultOf(answer: Answer): Result {
  const fault = gatewayFault(answer);
  if (fault !== undefined) return String(fault['code']);
  if (platformFailed(answer)) return 'none';
  return answer.reply.status === 200 ? 'answered' : 'service-fault';
}

const PLATFORM_FAULT = /^(?:client|server)\./i;

function platformFailed(answer: Answer): boolean {
  const { platformError, fault } = answer as Partial<RestAnswer & SoapAnswer>;
  return platformError !== undefined || (fault !== undefined && PLATFORM_FAULT.test(fault.code));
}

/** Refusals that leave the question open, or say that it never left: the same bytes may be sent again. */
const TRY_AGAIN: ReadonlySet<Result> = new Set(['none', 'peer-slow', 'peer-unreachable', 'service-unreachable', 'store-unavailable', 'trail-unconfirmed', 'draining', 'overloaded']);

/** What came back for one copy. `delivered`: what the refusal says of the request, where it says anything. */
export interface Sent {
  readonly result: Result;
  readonly delivered: string | undefined;
  readonly body: string;
}

/** One question of one caller. */
export class Caller {
  readonly id = randomUUID();
  readonly subject: Subject;
  readonly #send: () => Promise<Answer>;

  constructor(subject: Subject, pair: RunningPair) {
    this.subject = subject;
    this.#send = subject.prepare(pair, this.id);
  }

  /** Sends the bytes once more. */
  async send(): Promise<Sent> {
    const answer = await this.#send();
    const delivered = gatewayFault(answer)?.['delivered'];
    return { result: resultOf(answer), delivered: delivered === undefined ? undefined : String(delivered), body: Buffer.from(answer.reply.body).toString() };
  }

  /** Sends the same bytes until there is an outcome; gives up after `ms`. */
  async outcome(ms: number): Promise<Sent> {
    const until = performance.now() + ms;
    for (;;) {
      const sent = await this.send();
      if (!TRY_AGAIN.has(sent.result)) return sent;
      if (performance.now() > until) throw new Error(`no outcome of ${this.id} within ${ms} ms: ${sent.result} ${sent.body}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

export interface KnownExchange {
  readonly xid: string;
  readonly state: string;
  /** Message id under which a member of ours asked. */
  readonly id?: string;
}

/** Exchanges in a gateway's store, in the order of their ids. */
export function exchangesOf(pair: RunningPair, country: PairCountry, direction: 'outbound' | 'inbound'): KnownExchange[] {
  const db = openReadOnly(pair.store(country));
  try {
    const rows = db.prepare('SELECT xid, state, caller FROM exchange WHERE direction = ? ORDER BY xid').all(direction);
    return rows.map(({ xid, state, caller }) => ({ xid: xid as string, state: state as string, ...(typeof caller === 'string' ? { id: caller.split('\n')[1] ?? '' } : {}) }));
  } finally {
    db.close();
  }
}
