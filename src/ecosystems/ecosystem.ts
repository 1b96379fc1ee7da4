/**
 * The contract of a dialect: one wire protocol of an ecosystem, seen from a gateway that stands behind a security
 * server, or in its place (house.md, "Where a gateway stands"). Each family has a folder with the same file names: parse, identifiers,
 * proof, render, call, faults, metadata. Nothing here opens a socket but `call`, through the connection it is given.
 */
import type { CausewayError, ServiceFault } from '../errors.ts';
import type { HomeService } from '../mapping/mappings.ts';
import type { Content, DialectName, DomesticMember, DomesticRequest, DomesticResponse, DomesticContext, DomesticService, Mapped, Received, Verified } from '../stages.ts';
import type { HttpConnection, HttpMessage, HttpReply } from '../platform/http-client.ts';
import type { XmlLimits } from '../platform/limits.ts';
import type { Edge } from './edge.ts';
import type { LoggedMessageOf } from './logged.ts';
import type { SpoolScope } from '../platform/spool.ts';
import type { Packing } from './packing.ts';
import type { ProofPolicy } from './proof-policy.ts';

/** Everything that `renderRequest` writes into a domestic message. */
export interface DomesticCall {
  readonly home: HomeService;
  readonly client: DomesticMember;
  readonly context: DomesticContext;
}

export interface Dialect {
  readonly name: DialectName;

  /** What it serves where information systems talk to the gateway itself; a dialect without it has no entry point there. */
  readonly edge?: Edge;

  /** For `causeway home check`; absent where the platform has no such question. */
  readonly methods?: AskMethods;

  /** How a message with parts beside its root goes on the wire; without it a message has none. */
  readonly packing?: Packing;

  /** How a security server logs and signs its messages; absent where that is not known. */
  readonly logged?: LoggedMessageOf;

  /**
   * A request from home, as the security server forwards it to the service URL of `candidates`: services offered at this URL.
   * `http.target` is what follows the service URL, with the query: '' or '/income-queries', never the URL's own path. Throws `malformed`, `too-large`, `unknown-service`.
   */
  parseRequest(http: HttpMessage, candidates: readonly HomeService[], limits: XmlLimits): Received<DomesticRequest>;

  /** The answer of the service to `call`; `request` is what `renderRequest` made, so that request hashes can be checked. Throws `service-answer-invalid`, `service-refused`, `service-fault`. */
  parseResponse(reply: HttpReply, call: DomesticCall, request: HttpMessage, limits: XmlLimits): Received<DomesticResponse>;

  /** Proves a request under `policy`; the result holds only what the proof covers. Throws the `signature-…` codes. */
  verifyRequest(received: Received<DomesticRequest>, policy: ProofPolicy, now: number, limits: XmlLimits): Promise<Verified<DomesticRequest>>;

  /** Proves an answer. Throws `service-answer-invalid` with the signature's code as its cause. */
  verifyResponse(received: Received<DomesticResponse>, call: DomesticCall, policy: ProofPolicy, now: number, limits: XmlLimits): Promise<Verified<DomesticResponse>>;

  /** The request in this dialect, signed where `policy` says so. At an edge, as the service gets it: `target` is what follows the service URL. */
  renderRequest(mapped: Mapped<'domestic'>, call: DomesticCall, policy: ProofPolicy, now: number): Promise<HttpMessage>;

  /** The answer to `request` in this dialect. */
  renderResponse(mapped: Mapped<'domestic'>, request: DomesticRequest, policy: ProofPolicy, now: number): Promise<HttpReply>;

  /** A refusal as this dialect's native fault; `request` where one was parsed. */
  renderFault(error: CausewayError, facts: FaultFacts): HttpReply;

  /** Sends a rendered request home, once; an answer that does not fit in memory goes into a file of `scope`. Throws `service-unreachable` (nothing was sent), `service-slow`, `outcome-unknown`, `service-answer-invalid`; `facts.delivered` is set. */
  call(request: HttpMessage<Content>, connection: HttpConnection, deadline: AbortSignal, scope: SpoolScope): Promise<HttpReply<Content>>;
}

/** What `provider` offers by the word of its platform; with `allowedMethods`, to `client`, as which we ask. */
export interface MethodsQuestion {
  readonly code: 'listMethods' | 'allowedMethods';
  readonly client: DomesticMember;
  readonly provider: DomesticMember;
}

/** Throws `service-refused`, `service-answer-invalid`, and as `call`. */
export type AskMethods = (question: MethodsQuestion, connection: HttpConnection, deadline: AbortSignal, limits: XmlLimits) => Promise<readonly DomesticService[]>;

export interface FaultFacts {
  /** The id to quote: the exchange id, or the id of the incident where no exchange was made. */
  readonly exchange: string;
  /** Country of the gateway that refused. */
  readonly country: string;
  readonly request?: DomesticRequest;
  /** What the service abroad said of its own fault: the caller gets that in its own dialect, and nothing of the gateways. */
  readonly said?: ServiceFault;
  /** Media types that the caller accepts, from its request. */
  readonly accept?: string;
}
