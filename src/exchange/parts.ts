/** What the two flows are given: everything as an argument, no sockets, no clocks of their own (house.md, laws 5 and 9). */
import type { CausewayError } from '../errors.ts';
import type { Dialect, DomesticCall } from '../ecosystems/ecosystem.ts';
import type { ProofPolicy } from '../ecosystems/proof-policy.ts';
import type { Grant, Link } from '../federation/link.ts';
import type { SealedBytes } from '../federation/peer-client.ts';
import type { Side } from '../federation/seal.ts';
import type { AgeTolerance, Authentic, Promised } from '../federation/statement.ts';
import type { ExportedService, HomeService, IdentifierMap, ImportedService } from '../mapping/mappings.ts';
import type { Clock } from '../platform/clock.ts';
import type { HttpConnection, HttpMessage, HttpReply } from '../platform/http-client.ts';
import type { XmlLimits } from '../platform/limits.ts';
import type { DialectName, DomesticRequest, Opened, Operation, SealedFields, Verified } from '../stages.ts';
import type { ExchangeRow } from '../trail/store.ts';
import type { Quotas, Use } from './authorise.ts';
import type { InFlight } from './in-flight.ts';
import type { Journal } from './journal.ts';

/** Named points of both flows: logs, metrics and the demo read them, fault tests kill the process at them. */
export const STEPS = [
  'outbound.translated',
  'outbound.request-recorded',
  'outbound.answer-received',
  'outbound.answer-authenticated',
  'outbound.answer-opened',
  'outbound.response-recorded',
  'outbound.refused',
  'inbound.authenticated',
  'inbound.translated',
  'inbound.request-recorded',
  'inbound.handing-over',
  'inbound.service-answered',
  'inbound.answer-translated',
  'inbound.response-recorded',
  'inbound.refused',
] as const;
export type StepName = (typeof STEPS)[number];

/** Facts are of organisations and protocol only; `error` is for the log, which redacts. */
export type Observe = (step: StepName, facts: Readonly<Record<string, unknown>> & { readonly xid: string }, error?: CausewayError) => void;

/** The peer of one link, as the flows need it. */
export interface Peer {
  readonly link: Link;
  readonly side: Side;
  readonly connection: HttpConnection;
}

/** What is offered at one service URL: the foreign services that a request to it may mean, all of one dialect and one peer. */
export interface Offer {
  readonly path: string;
  readonly dialect: Dialect;
  readonly peer: Peer;
  readonly homes: readonly HomeService[];
  serviceOf(message: DomesticRequest): ImportedService;
  policy(form: Grant['proof'], arrival: Pick<Arrival, 'connection'>): ProofPolicy;
}

/** A request from home, as the domestic listener hands it on. */
export interface Arrival {
  /** Path of the service URL that the request reached; `http.target` is what follows it. */
  readonly path: string;
  readonly http: HttpMessage;
  /** Subject of the pinned certificate of the connection. */
  readonly connection: string;
  /** Monotonic milliseconds; absent on a request that is taken up again after a start. */
  readonly arrivedAt?: number;
  readonly trace: { readonly traceparent?: string };
  readonly accept: { readonly accept?: string };
}

/** A question that crossed the border, or is about to: made durable with its sealed bytes before it is sent. */
export interface Question {
  readonly xid: string;
  readonly offer: Offer;
  readonly service: ImportedService;
  readonly use: Use;
  readonly verified: Verified<DomesticRequest>;
  readonly sealed: SealedFields;
  readonly arrival: Arrival;
  /** 32 bytes: encrypts what is kept of this exchange on this side. */
  readonly recordKey: Uint8Array;
}

interface Shared {
  readonly country: string;
  /** Our entity id. */
  readonly entity: string;
  readonly clock: Clock;
  readonly journal: Journal;
  readonly identifiers: IdentifierMap;
  readonly limits: { readonly xml: XmlLimits; answerBytes(grant: Grant): number };
  readonly observe: Observe;
}

export interface OutboundParts extends Shared {
  readonly inFlight: InFlight<HttpReply>;
  /** Makes pseudonyms of end users where the leg wants them. */
  readonly pseudonymKey: Uint8Array;
  /** Throws `unknown-service`. */
  offerAt(path: string): Offer;
  /** Runs on after the caller got its answer; drained before the process ends. */
  background(xid: string, work: () => Promise<void>): void;
  /** The question of a stored row that is still open; undefined when its bytes are no longer kept. */
  reopen(row: ExchangeRow): Promise<Question | undefined>;
}

/** A peer's request, as the federation listener hands it on. */
export interface PeerArrival {
  readonly peer: Peer;
  readonly statement: string;
  /** Reads the body, at most `maxBytes`; called only after the statement was admitted. Throws `too-large`. */
  payload(maxBytes: number): Promise<Uint8Array>;
  /** Monotonic milliseconds. */
  readonly arrivedAt: number;
  readonly trace?: string;
}

/** A request of a peer on its way to a service of ours. */
export interface DomesticTask {
  readonly statement: Authentic<'causeway-request+jwt'>;
  readonly peer: Peer;
  readonly use: Use;
  readonly service: ExportedService;
  readonly dialect: Dialect;
  readonly opened: Opened;
  readonly call: DomesticCall;
  readonly policy: ProofPolicy;
  readonly request: HttpMessage;
  /** Monotonic milliseconds. */
  readonly deadline: number;
  readonly recordKey: Uint8Array;
  readonly trace?: string;
}

/** Recorded as accepted: only this may be handed over. */
export interface AcceptedTask extends DomesticTask {
  /** Where our entry for the request is. */
  readonly promise: Promised;
}

export interface InboundParts extends Shared {
  readonly inFlight: InFlight<SealedBytes>;
  readonly quotas: Quotas;
  readonly tolerance: AgeTolerance;
  /** The security server of our country. */
  readonly home: HttpConnection;
  /** Milliseconds that it gets to answer, within the budget of the exchange. */
  readonly homeTimeout: number;
  policy(form: Grant['proof']): ProofPolicy;
  dialect(name: DialectName): Dialect;
  /** Throws `unknown-service`. */
  exportedService(service: string, operation: Operation): ExportedService;
}
