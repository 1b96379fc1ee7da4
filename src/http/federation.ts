/** The federation listener: exchanges and checkpoints of pinned peers over mutual TLS 1.3 (protocol.md, trail.md). */
import Router from '@koa/router';
import Koa from 'koa';
import type { Context } from 'koa';
import { CausewayError, asCausewayError } from '../errors.ts';
import type { ErrorCode } from '../errors.ts';
import { inbound } from '../exchange/inbound.ts';
import type { Peer } from '../exchange/flow.ts';
import type { InboundParts } from '../exchange/parts.ts';
import { DOMESTIC_EVIDENCE_PATH } from '../federation/domestic-evidence.ts';
import { ECHO_PATH } from '../federation/echo.ts';
import { MAX_NOTICE_BYTES } from '../federation/notice.ts';
import { ERASURES_PATH } from '../federation/erasure.ts';
import { EXCHANGES_PATH, STATEMENT_HEADER } from '../federation/peer-client.ts';
import { LINK_PATH, linkState } from '../federation/link-state.ts';
import { KEYS_PATH, MAX_REHEARSAL_BYTES, parseRehearsal, rehearsalAnswer } from '../federation/key-rehearsal.ts';
import { SUSPENSIONS_PATH } from '../federation/suspension.ts';
import { problemBody } from '../federation/seal.ts';
import { PerMinute } from '../platform/per-minute.ts';
import { nextTraceparent } from '../platform/trace.ts';
import type { Rehearsal } from '../trust/federation-trust.ts';
import type { Verdict } from '../trust/open-trust.ts';
import { isPublicPath } from '../trust/publisher.ts';
import type { Document } from '../trust/publisher.ts';
import { RECONCILE_PATHS, TRAIL_PATHS } from '../trail/serve.ts';
import type { Served } from '../trail/serve.ts';
import type { WitnessAnswer } from '../trail/witness.ts';
import type { Admission } from './admission.ts';
import type { SpoolScope } from '../platform/spool.ts';
import type { Content } from '../stages.ts';
import { answerWith, readBody, readContent } from './body.ts';
import { connectionIdentity } from './peer-certificate.ts';


export interface FederationOptions {
  readonly peers: readonly Peer[];
  readonly parts: InboundParts;
  readonly admission: Admission;
  readonly maxCheckpointBytes: number;
  /** The witness of the peer's log (tlog-witness, `add-checkpoint`). */
  witness(peer: Peer, request: string): Promise<WitnessAnswer>;
  /** The peer tells what its operators suspended or resumed (federation/suspension.ts). */
  suspension(peer: Peer, notice: string): Promise<void>;
  /** Which keys of the peer we believe, or would (federation/key-rehearsal.ts). */
  rehearse(peer: Peer, rehearsal: Rehearsal): Promise<Verdict>;
  /** The peer tells which message its platform does not prove (federation/domestic-evidence.ts). */
  domesticEvidence(peer: Peer, notice: string): Promise<void>;
  /** Our signed answer to a peer's echo (federation/echo.ts). */
  echo(peer: Peer, question: string): Promise<string>;
  /** Signed documents for anybody: OpenID Federation reads them before it knows any key. */
  published(path: string): Promise<Document | undefined>;
  /** Of those, by all callers together. */
  readonly maxPublicReadsPerMinute: number;
  /** Our signed answer to a peer's request to erase evidence (federation/erasure.ts). */
  erase(peer: Peer, request: string): Promise<string>;
  /** What this peer may ask of our trail to compare it with its own (trail/reconcile/answering.ts); `path` is one of RECONCILE_PATHS. */
  reconcile(peer: Peer, path: string, body: string): Promise<Served>;
  readonly maxReconcileBytes: number;
  /** What this peer may read of our trail (tlog-tiles); undefined where there is nothing. */
  trail(peer: Peer, path: string): Promise<Served | undefined>;
}

/** Status of an unsigned problem: the only answers without a statement. */
const STATUS: Partial<Record<ErrorCode, number>> = { 'peer-unknown': 403, 'statement-malformed': 400, 'statement-untrusted': 401, 'statement-invalid': 401, 'wrong-audience': 403, 'clock-skew': 401, 'replay': 409, 'link-mismatch': 409, 'overloaded': 503, 'draining': 503, 'store-unavailable': 503, 'trail-unconfirmed': 503, 'dependency-lost': 503, 'trail-broken': 503, 'too-large': 413, 'malformed': 400 };

export function federationApp(options: FederationOptions): Koa {
  const router = new Router();
  router.post(EXCHANGES_PATH, (context) => exchange(context, pinnedPeer(context, options), options));
  router.post(ERASURES_PATH, (context) => erasure(context, pinnedPeer(context, options), options));
  router.post(TRAIL_PATHS.addCheckpoint, (context) => addCheckpoint(context, pinnedPeer(context, options), options));
  router.post([...RECONCILE_PATHS], async (context) => {
    const peer = pinnedPeer(context, options);
    const body = await readBody(context.req, options.maxReconcileBytes);
    readTrail(context, await options.reconcile(peer, context.path, Buffer.from(body).toString()));
  });
  router.post(SUSPENSIONS_PATH, async (context) => {
    const peer = pinnedPeer(context, options);
    await options.suspension(peer, Buffer.from(await readBody(context.req, MAX_NOTICE_BYTES)).toString());
    context.status = 204;
  });
  router.post(KEYS_PATH, async (context) => {
    const peer = pinnedPeer(context, options);
    context.body = rehearsalAnswer(await options.rehearse(peer, parseRehearsal(await readBody(context.req, MAX_REHEARSAL_BYTES))));
  });
  router.post(DOMESTIC_EVIDENCE_PATH, async (context) => {
    const peer = pinnedPeer(context, options);
    await options.domesticEvidence(peer, Buffer.from(await readBody(context.req, MAX_NOTICE_BYTES)).toString());
    context.status = 204;
  });
  router.post(ECHO_PATH, async (context) => {
    const peer = pinnedPeer(context, options);
    const answer = await options.echo(peer, Buffer.from(await readBody(context.req, MAX_NOTICE_BYTES)).toString());
    context.type = 'application/jose';
    context.body = answer;
  });
  router.get(LINK_PATH, (context) => {
    context.body = linkState(pinnedPeer(context, options).link, options.parts.clock.now());
  });
  const app = new Koa();
  app.use(refuseUnsigned(options)).use(publicDocuments(options)).use(router.routes());
  app.use(async (context) => {
    const peer = pinnedPeer(context, options);
    const served = context.method === 'GET' ? await options.trail(peer, context.path) : undefined;
    if (served === undefined) refuseElsewhere(context);
    else readTrail(context, served);
  });
  return app;
}

async function exchange(context: Context, peer: Peer, { parts, admission }: FederationOptions): Promise<void> {
  const scope = parts.spool.scope();
  const arrival = { peer, scope, statement: context.get(STATEMENT_HEADER), payload: (maxBytes: number) => readPayload(context, maxBytes, scope), arrivedAt: parts.clock.monotonic(), trace: nextTraceparent(context.get('traceparent')) };
  try {
    const answer = await admission.run(peer.link.id, () => inbound(arrival, parts));
    context.status = 200;
    context.set(STATEMENT_HEADER, answer.statement);
    context.type = 'application/octet-stream';
    answerWith(context, answer.payload);
  } finally {
    await scope.dispose();
  }
}

async function readPayload({ req }: Context, maxBytes: number, scope: SpoolScope): Promise<Content> {
  try {
    return await readContent(req, maxBytes, scope);
  } catch (cause) {
    if (!req.readableAborted) throw cause;
    throw new CausewayError('peer-unreachable', 'the peer went away while it sent the payload', { cause });
  }
}

async function addCheckpoint(context: Context, peer: Peer, options: FederationOptions): Promise<void> {
  const body = await readBody(context.req, options.maxCheckpointBytes);
  const answer = await options.witness(peer, Buffer.from(body).toString());
  context.status = answer.status;
  context.type = answer.contentType;
  context.body = answer.body;
}

async function erasure(context: Context, peer: Peer, options: FederationOptions): Promise<void> {
  const body = await readBody(context.req, MAX_NOTICE_BYTES);
  const answer = await options.erase(peer, Buffer.from(body).toString());
  context.status = 200;
  context.type = 'application/jose';
  context.body = answer;
}

function readTrail(context: Context, { contentType, body, immutable }: Served): void {
  context.status = 200;
  context.type = contentType;
  context.set('cache-control', immutable ? 'private, max-age=31536000, immutable' : 'no-cache');
  context.body = typeof body === 'string' ? body : Buffer.from(body.buffer, body.byteOffset, body.byteLength);
}

/** The peer whose current pins hold the connection's key: looked up for every request, so that a withdrawn key stops at once. */
function pinnedPeer(context: Context, { peers, parts }: FederationOptions): Peer {
  const identity = connectionIdentity(context.req);
  const now = parts.clock.now();
  const peer = peers.find(({ side }) => identity !== undefined && side.trust.tlsPins(now).includes(identity.pin));
  if (peer === undefined) throw new CausewayError('peer-unknown', 'the connection shows no key that is pinned for a peer');
  return peer;
}

/** Before any certificate is asked for. Static but for the one that is signed anew twice a day; a flood of readers is turned away before the disk. */
function publicDocuments({ published, parts, maxPublicReadsPerMinute }: FederationOptions) {
  const reads = new PerMinute();
  return async (context: Context, next: () => Promise<unknown>): Promise<unknown> => {
    if (context.method !== 'GET' || !isPublicPath(context.path)) return next();
    if (reads.take('', parts.clock.monotonic()) > maxPublicReadsPerMinute) throw new CausewayError('overloaded', `more than ${maxPublicReadsPerMinute} public reads in a minute`);
    const document = await published(context.path);
    if (document === undefined) return problem(context, 'malformed', 404);
    context.set('content-type', document.contentType);
    context.body = document.body;
    return undefined;
  };
}

/** What could not be authenticated gets an unsigned problem (RFC 9457), and no trail entry. */
function refuseUnsigned({ parts }: FederationOptions) {
  return async (context: Context, next: () => Promise<unknown>): Promise<void> => {
    try {
      await next();
    } catch (thrown) {
      const error = asCausewayError(thrown);
      parts.observe('inbound.refused', { xid: '', code: error.code, signed: false }, error);
      problem(context, error.code, STATUS[error.code] ?? 500);
    }
  };
}

/** A peer that looks for what is not here: another version of the protocol, or a mistake in its settings. */
function refuseElsewhere(context: Context): void {
  const known = [EXCHANGES_PATH, ECHO_PATH, ERASURES_PATH, SUSPENSIONS_PATH, DOMESTIC_EVIDENCE_PATH, KEYS_PATH, TRAIL_PATHS.addCheckpoint].includes(context.path);
  if (known) context.set('allow', 'POST');
  problem(context, 'malformed', known ? 405 : 404);
}

function problem(context: Context, code: ErrorCode, status: number): void {
  context.status = status;
  context.type = 'application/problem+json';
  answerWith(context, problemBody(code));
}
