/** What passes through the two flows, and the named steps of their way. Types only, but for the steps' names. */
import type { CausewayError } from '../errors.ts';
import type { Dialect, DomesticCall } from '../ecosystems/ecosystem.ts';
import type { ProofPolicy } from '../ecosystems/proof-policy.ts';
import type { Grant, Link } from '../federation/link.ts';
import type { Side } from '../federation/seal.ts';
import type { Authentic, Promised } from '../federation/statement.ts';
import type { ExportedService, HomeService, ImportedService, Translation } from '../mapping/mappings.ts';
import type { HttpConnection, HttpMessage } from '../platform/http-client.ts';
import type { SpoolScope } from '../platform/spool.ts';
import type { Content, DomesticRequest, Opened, SealedFields, Verified } from '../stages.ts';
import type { Use } from './authorise.ts';

/** Named points of both flows: logs, metrics and the demo read them, fault tests kill the process at them. */
export const STEPS = [
  'outbound.translated',
  'outbound.sealed',
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
  'inbound.answer-sealed',
  'inbound.response-recorded',
  'inbound.refused',
  'inbound.refusal-recorded',
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

/** A request from home. As the domestic listener hands it on its body may be of any size; unpacked, it is the root in memory, and attachments. */
export interface Arrival<Body extends Content = Uint8Array> {
  /** Path of the service URL that the request reached; `http.target` is what follows it. */
  readonly path: string;
  readonly http: HttpMessage<Body>;
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
  /** The revision of its mapping that the question was translated by, and its answer will be. */
  readonly translation: Translation;
  readonly use: Use;
  readonly verified: Verified<DomesticRequest>;
  readonly sealed: SealedFields;
  readonly arrival: Arrival;
  /** 32 bytes: encrypts what is kept of this exchange on this side. */
  readonly recordKey: Uint8Array;
}

/** A peer's request, as the federation listener hands it on. */
export interface PeerArrival {
  readonly peer: Peer;
  readonly statement: string;
  /** Reads the body, at most `maxBytes`; called only after the statement was admitted. Throws `too-large`, and `peer-unreachable` when the peer goes away meanwhile. */
  payload(maxBytes: number): Promise<Content>;
  /** Where what does not fit in memory goes: all of it is gone once the exchange has its answer. */
  readonly scope: SpoolScope;
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
  /** The revision of its mapping that the request was translated by. */
  readonly translation: Translation;
  readonly dialect: Dialect;
  readonly opened: Opened;
  readonly call: DomesticCall;
  readonly policy: ProofPolicy;
  readonly request: HttpMessage;
  /** The same as it goes on the wire. */
  readonly wire: HttpMessage<Content>;
  readonly scope: SpoolScope;
  /** Monotonic milliseconds. */
  readonly deadline: number;
  readonly recordKey: Uint8Array;
}

/** Recorded as accepted: only this may be handed over. */
export interface AcceptedTask extends DomesticTask {
  /** Where our entry for the request is. */
  readonly promise: Promised;
  /** Taken up again after a crash: the service may have the request already. */
  readonly resumed: boolean;
}
