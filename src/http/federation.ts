/** The federation listener: exchanges and checkpoints of pinned peers over mutual TLS 1.3 (protocol.md, trail.md). */
import Router from '@koa/router';
import Koa from 'koa';
import type { Context } from 'koa';
import { CausewayError, asCausewayError } from '../errors.ts';
import type { ErrorCode } from '../errors.ts';
import { inbound } from '../exchange/inbound.ts';
import type { InboundParts, Peer } from '../exchange/parts.ts';
import { EXCHANGES_PATH, STATEMENT_HEADER } from '../federation/peer-client.ts';
import { problemBody } from '../federation/seal.ts';
import { nextTraceparent } from '../platform/trace.ts';
import type { WitnessAnswer } from '../trail/witness.ts';
import type { Admission } from './admission.ts';
import { drainAfterRefusal, readBody } from './body.ts';
import { connectionIdentity } from './peer-certificate.ts';

export const WITNESS_PATH = '/federation/v1/trail/add-checkpoint';

export interface FederationOptions {
  readonly peers: readonly Peer[];
  readonly parts: InboundParts;
  readonly admission: Admission;
  readonly maxCheckpointBytes: number;
  /** The witness of the peer's log (tlog-witness, `add-checkpoint`). */
  witness(peer: Peer, request: string): Promise<WitnessAnswer>;
}

/** Status of an unsigned problem: the only answers without a statement. */
const STATUS: Partial<Record<ErrorCode, number>> = { 'peer-unknown': 403, 'statement-malformed': 400, 'statement-untrusted': 401, 'statement-invalid': 401, 'wrong-audience': 403, 'overloaded': 503, 'draining': 503, 'store-unavailable': 503, 'too-large': 413, 'malformed': 400 };

export function federationApp(options: FederationOptions): Koa {
  const router = new Router();
  router.post(EXCHANGES_PATH, (context) => exchange(context, options));
  router.post(WITNESS_PATH, (context) => addCheckpoint(context, options));
  const app = new Koa();
  app.use(refuseUnsigned(options)).use(router.routes()).use(router.allowedMethods());
  return app;
}

async function exchange(context: Context, { parts, admission, peers }: FederationOptions): Promise<void> {
  const peer = pinnedPeer(context, peers, parts);
  const answer = await admission.run(() =>
    inbound({ peer, statement: context.get(STATEMENT_HEADER), payload: (maxBytes) => readBody(context.req, maxBytes), arrivedAt: parts.clock.monotonic(), trace: nextTraceparent(context.get('traceparent')) }, parts),
  );
  context.status = 200;
  context.set(STATEMENT_HEADER, answer.statement);
  context.type = 'application/octet-stream';
  drainAfterRefusal(context.req, context.res);
  context.body = Buffer.from(answer.payload.buffer, answer.payload.byteOffset, answer.payload.byteLength);
}

async function addCheckpoint(context: Context, options: FederationOptions): Promise<void> {
  const peer = pinnedPeer(context, options.peers, options.parts);
  const body = await readBody(context.req, options.maxCheckpointBytes);
  const answer = await options.witness(peer, Buffer.from(body).toString());
  context.status = answer.status;
  context.type = 'text/plain';
  context.body = answer.body;
}

/** The peer whose current pins hold the connection's key: looked up for every request, so that a withdrawn key stops at once. */
function pinnedPeer(context: Context, peers: readonly Peer[], { clock }: InboundParts): Peer {
  const identity = connectionIdentity(context.req);
  const now = clock.now();
  const peer = peers.find(({ side }) => identity !== undefined && side.trust.tlsPins(now).includes(identity.pin));
  if (peer === undefined) throw new CausewayError('peer-unknown', 'the connection shows no key that is pinned for a peer');
  return peer;
}

/** What could not be authenticated gets an unsigned problem (RFC 9457), and no trail entry. */
function refuseUnsigned({ parts }: FederationOptions) {
  return async (context: Context, next: () => Promise<unknown>): Promise<void> => {
    try {
      await next();
    } catch (thrown) {
      const error = asCausewayError(thrown);
      parts.observe('inbound.refused', { xid: '', code: error.code, signed: false }, error);
      context.status = STATUS[error.code] ?? 500;
      context.type = 'application/problem+json';
      context.body = Buffer.from(problemBody(error.code));
      drainAfterRefusal(context.req, context.res);
    }
  };
}
