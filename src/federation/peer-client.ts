/** Asking the peer: one HTTPS request per exchange (protocol.md). The same sealed bytes may be sent again; the peer knows them by their identity. */
import { setTimeout as sleep } from 'node:timers/promises';
import { CausewayError, isErrorCode } from '../errors.ts';
import type { Clock } from '../platform/clock.ts';
import { ConnectionFailed } from '../platform/http-client.ts';
import { isStored } from '../platform/content.ts';
import type { HttpConnection, HttpReply } from '../platform/http-client.ts';
import type { SpoolScope } from '../platform/spool.ts';
import type { Content } from '../stages.ts';

export const EXCHANGES_PATH = '/federation/v1/exchanges';
export const STATEMENT_HEADER = 'causeway-statement';

/** Times that a request is tried when no byte of it left: then the peer is unreachable. */
const CONNECT_TRIES = 3;
const BACKOFF_MS = [50, 200, 500, 1000];
const LONGEST_PAUSE_MS = 2000;
/** Answers of a peer that may take the same bytes later. */
const BUSY = new Set([429, 502, 503, 504]);

/** The sealed bytes, as they are kept beside the entry and sent: never made twice for one exchange. */
export interface SealedBytes {
  readonly statement: string;
  readonly payload: Content;
}

export interface AskOptions {
  /** Monotonic milliseconds. */
  readonly deadline: number;
  /** Milliseconds that the answer to one copy is waited for, before the next one is sent. */
  readonly patience: number;
  /** A copy may have left before: what the peer did with it, only the peer can say. */
  readonly resumed: boolean;
  /** Aborted when the process stops. */
  readonly stop: AbortSignal;
  readonly clock: Clock;
  readonly maxBytes: number;
  /** Where an answer goes that does not fit in memory. */
  readonly scope: SpoolScope;
  readonly traceparent?: string;
}

/**
 * Sends until an answer with a statement comes, at most until the deadline. Throws `peer-unreachable` (delivered: no) when nothing was ever
 * sent, `peer-slow` (delivered: unknown) when the deadline passed, `draining` (delivered: unknown) when the process stops before the
 * answer came, `internal` when the kept bytes cannot be read, `peer-answer-invalid` (delivered: unknown) for an answer beyond `maxBytes`, and `peer-refused` for an unsigned refusal.
 * Only the first answer can say by a 4xx that nothing was delivered (the peer could not authenticate us, and made no entry): an
 * earlier copy may have got through.
 */
export async function askPeer(request: SealedBytes, connection: HttpConnection, options: AskOptions): Promise<SealedBytes> {
  let sent = options.resumed;
  for (let attempt = 0; ; attempt += 1) {
    if (options.stop.aborted) throw new CausewayError('draining', 'the process stopped before the answer of the peer came', { facts: { delivered: 'unknown' } });
    const remaining = options.deadline - options.clock.monotonic();
    if (remaining <= 0) throw timeOut(sent);
    try {
      const reply = await connection.send(message(request, options.traceparent), { signal: AbortSignal.timeout(Math.ceil(Math.min(remaining, options.patience))), maxBytes: options.maxBytes, scope: options.scope });
      const statement = reply.headers[STATEMENT_HEADER];
      if (statement !== undefined) return { statement, payload: reply.body };
      if (!BUSY.has(reply.status)) throw unsignedRefusal(reply, sent);
      sent = true;
    } catch (failure) {
      if (!(failure instanceof ConnectionFailed)) throw failure;
      if (failure.reason === 'too-large') throw new CausewayError('peer-answer-invalid', failure.message, { cause: failure, facts: { delivered: 'unknown' } });
      // Our own bytes cannot be read any more: no later copy will be better.
      if (failure.reason === 'broken' && failure.cause instanceof CausewayError) throw failure.cause;
      sent ||= failure.sent;
      if (!sent && attempt + 1 >= CONNECT_TRIES) throw new CausewayError('peer-unreachable', failure.message, { cause: failure, facts: { delivered: 'no' } });
    }
    const pause = Math.max(0, Math.min(BACKOFF_MS[attempt] ?? LONGEST_PAUSE_MS, options.deadline - options.clock.monotonic()));
    await sleep(pause, undefined, { signal: options.stop }).catch(() => {});
  }
}

function message({ statement, payload }: SealedBytes, traceparent: string | undefined) {
  const headers = { [STATEMENT_HEADER]: statement, 'content-type': 'application/octet-stream', ...(traceparent === undefined ? {} : { traceparent }) };
  return { method: 'POST', target: EXCHANGES_PATH, headers, body: payload };
}

function timeOut(sent: boolean): CausewayError {
  if (sent) return new CausewayError('peer-slow', 'no answer of the peer within the budget', { facts: { delivered: 'unknown' } });
  return new CausewayError('peer-unreachable', 'no connection to the peer within the budget', { facts: { delivered: 'no' } });
}

function unsignedRefusal(reply: HttpReply<Content>, sentBefore: boolean): CausewayError {
  const peerCode = problemCode(reply.body);
  const delivered = !sentBefore && reply.status >= 400 && reply.status < 500 ? 'no' : 'unknown';
  return new CausewayError('peer-refused', `the peer answered ${reply.status} without a statement`, { facts: { delivered, ...(peerCode === undefined ? {} : { peerCode }) } });
}

/** The code that an unsigned problem body names, if it is one of ours. */
function problemCode(body: Content): string | undefined {
  if (isStored(body)) return undefined;
  const match = /"urn:causeway:error:([a-z-]{1,40})"/.exec(Buffer.from(body.subarray(0, 2000)).toString());
  return match?.[1] !== undefined && isErrorCode(match[1]) ? match[1] : undefined;
}
