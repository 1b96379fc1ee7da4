/** Reading a request body within a limit, and refusing one without letting the sender hang. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { CausewayError } from '../errors.ts';

/** After an early refusal at most this much is drained, so that a sender that reads while it writes sees the answer (protocol.md). */
const DRAIN_BYTES = 1024 * 1024;
const DRAIN_MS = 2000;

/** Throws `too-large` as soon as the limit is passed or announced, `malformed` when the sender goes away. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > maxBytes) throw tooLarge(announced, maxBytes);
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > maxBytes) throw tooLarge(length, maxBytes);
      chunks.push(chunk);
    }
  } catch (cause) {
    if (cause instanceof CausewayError) throw cause;
    throw new CausewayError('malformed', 'the sender went away before the body was complete', { cause });
  }
  const [only] = chunks;
  return chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks, length);
}

/** Lets the rest of an unread body run out, bounded, then closes the connection. */
export function drainAfterRefusal(request: IncomingMessage, response: ServerResponse): void {
  if (request.readableEnded || request.complete) return;
  response.setHeader('connection', 'close');
  let drained = 0;
  const timer = setTimeout(() => request.destroy(), DRAIN_MS);
  request.on('data', (chunk: Buffer) => {
    drained += chunk.length;
    if (drained > DRAIN_BYTES) request.destroy();
  });
  request.on('close', () => clearTimeout(timer));
  request.resume();
}

function tooLarge(bytes: number, maxBytes: number): CausewayError {
  return new CausewayError('too-large', `a body of ${bytes} bytes, ${maxBytes} are allowed`, { facts: { hint: `The limit is ${maxBytes} bytes.` } });
}
