/** Reading a request body within a limit, and answering one that was not read without letting the sender hang. */
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { Context } from 'koa';
import { CausewayError } from '../errors.ts';
import { Collector } from '../platform/collect.ts';
import { bytesOf, isStored } from '../platform/content.ts';
import { release } from '../platform/release.ts';
import type { SpoolScope } from '../platform/spool.ts';
import type { Content } from '../stages.ts';

/** After an early refusal at most this much is drained, so that a sender that reads while it writes sees the answer (protocol.md). */
const DRAIN_BYTES = 1024 * 1024;
const DRAIN_MS = 2000;

/** A body in memory. Throws `too-large` as soon as the limit is passed or announced, `malformed` when the sender goes away. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  return bytesOf(await readContent(request, maxBytes, undefined));
}

/** As readBody; what does not fit in memory goes into a file of `scope`. Throws `disk-full` too. */
export async function readContent(request: IncomingMessage, maxBytes: number, scope: SpoolScope | undefined): Promise<Content> {
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > maxBytes) throw tooLarge(announced, maxBytes);
  const collector = new Collector(scope);
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      if (collector.length + chunk.length > maxBytes) throw tooLarge(collector.length + chunk.length, maxBytes);
      const written = collector.add(chunk);
      if (written !== undefined) await written;
      // Copied into the file; nobody else has seen it.
      if (collector.spilled) release(chunk);
    }
  } catch (cause) {
    if (cause instanceof CausewayError) throw cause;
    throw new CausewayError('malformed', 'the sender went away before the body was complete', { cause });
  }
  return collector.end();
}

/**
 * Answers with `content`. Where the request was not read to its end the whole answer is written at once, but ends only when the rest of the
 * request has run out: a connection that is closed over unread bytes is reset, and the reset overtakes an answer that is still on its way.
 */
export function answerWith(context: Context, content: Content): void {
  // What is large was made of a request that was read to its end.
  if (isStored(content)) {
    context.body = Readable.from(content.chunks(), { objectMode: false });
    context.length = content.length;
    return;
  }
  const bytes = content;
  if (context.req.complete) {
    context.body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return;
  }
  context.set('connection', 'close');
  context.body = answerWhileDraining(context.req, bytes);
  context.length = bytes.byteLength;
}

function answerWhileDraining(request: IncomingMessage, bytes: Uint8Array): Readable {
  const answer = new Readable({ read: () => {} });
  let drained = 0;
  const drain = (chunk: Buffer): void => {
    drained += chunk.length;
    if (drained > DRAIN_BYTES) end();
  };
  const end = (): void => {
    clearTimeout(timer);
    request.off('data', drain).off('close', end).pause();
    answer.push(null);
  };
  const timer = setTimeout(end, DRAIN_MS);
  answer.push(bytes);
  // 'close' follows the end of the body, and the loss of the connection.
  request.once('close', end).on('data', drain);
  return answer;
}

function tooLarge(bytes: number, maxBytes: number): CausewayError {
  return new CausewayError('too-large', `a body of ${bytes} bytes, ${maxBytes} are allowed`, { facts: { hint: `The limit is ${maxBytes} bytes.` } });
}
