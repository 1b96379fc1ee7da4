/** Handing a rendered request over at home: the one place where a dialect's request goes onto a connection. */
import { CausewayError } from '../errors.ts';
import { ConnectionFailed } from '../platform/http-client.ts';
import type { HttpConnection, HttpMessage, HttpReply } from '../platform/http-client.ts';
import type { SpoolScope } from '../platform/spool.ts';
import type { Content } from '../stages.ts';

/**
 * Sends `request` once. Throws `service-unreachable` when it certainly did not leave, `service-slow` when the deadline passed after it left,
 * `outcome-unknown` when the connection broke after it left, and `service-answer-invalid` for an answer of more than `maxBytes`.
 */
export async function sendOnce(request: HttpMessage<Content>, connection: HttpConnection, deadline: AbortSignal, maxBytes: number): Promise<HttpReply>;
/** As above; an answer that does not fit in memory goes into a file of `scope`. Throws `disk-full` for one that there is no room for. */
export async function sendOnce(request: HttpMessage<Content>, connection: HttpConnection, deadline: AbortSignal, maxBytes: number, scope: SpoolScope): Promise<HttpReply<Content>>;
export async function sendOnce(request: HttpMessage<Content>, connection: HttpConnection, deadline: AbortSignal, maxBytes: number, scope?: SpoolScope): Promise<HttpReply<Content>> {
  try {
    return await connection.send(request, { signal: deadline, maxBytes, ...(scope === undefined ? {} : { scope }) });
  } catch (thrown) {
    throw thrown instanceof ConnectionFailed ? handoverError(thrown) : thrown;
  }
}

function handoverError(failure: ConnectionFailed): CausewayError {
  const { message, sent, reason } = failure;
  if (!sent) return new CausewayError('service-unreachable', message, { facts: { delivered: 'no' }, cause: failure });
  if (reason === 'aborted') return new CausewayError('service-slow', message, { facts: { delivered: 'unknown' }, cause: failure });
  if (reason === 'too-large') return new CausewayError('service-answer-invalid', message, { facts: { delivered: 'yes', hint: 'It is larger than this gateway takes.' }, cause: failure });
  if (reason === 'no-room') return new CausewayError('disk-full', message, { facts: { delivered: 'yes' }, cause: failure });
  return new CausewayError('outcome-unknown', message, { facts: { delivered: 'unknown' }, cause: failure });
}
