/** Handing a rendered request over at home: the one place where a dialect's request goes onto a connection. */
import { CausewayError } from '../errors.ts';
import { ConnectionFailed } from '../platform/http-client.ts';
import type { HttpConnection, HttpMessage, HttpReply } from '../platform/http-client.ts';

/**
 * Sends `request` once. Throws `service-unreachable` when it certainly did not leave, `service-slow` when the deadline passed after it left,
 * `outcome-unknown` when the connection broke after it left, and `service-answer-invalid` for an answer of more than `maxBytes`.
 */
export async function sendOnce(request: HttpMessage, connection: HttpConnection, deadline: AbortSignal, maxBytes: number): Promise<HttpReply> {
  try {
    return await connection.send(request, { signal: deadline, maxBytes });
  } catch (thrown) {
    throw thrown instanceof ConnectionFailed ? handoverError(thrown) : thrown;
  }
}

function handoverError(failure: ConnectionFailed): CausewayError {
  const { message, sent, reason } = failure;
  if (!sent) return new CausewayError('service-unreachable', message, { facts: { delivered: 'no' }, cause: failure });
  if (reason === 'aborted') return new CausewayError('service-slow', message, { facts: { delivered: 'unknown' }, cause: failure });
  if (reason === 'too-large') return new CausewayError('service-answer-invalid', message, { facts: { delivered: 'yes', hint: 'It is larger than this gateway takes.' }, cause: failure });
  return new CausewayError('outcome-unknown', message, { facts: { delivered: 'unknown' }, cause: failure });
}
