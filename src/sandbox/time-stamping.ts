/** The time-stamping authority of a pretend country: RFC 3161 over HTTP on loopback. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Identity } from '../crypto/pki.ts';
import { answerTimestamp } from '../crypto/timestamp-answer.ts';
import type { Clock } from '../platform/clock.ts';

export interface TimeStamping {
  readonly url: string;
  close(): Promise<void>;
}

/** Policy of every token. */
export const SANDBOX_TSA_POLICY = '1.3.6.1.4.1.99999.1';
const MAX_REQUEST_BYTES = 4096;
const ACCURACY_MS = 100;

/** `identity`: key and certificate that its tokens are signed with. `port`: 0 or absent is any free one. */
export async function startTimeStamping({ identity, clock, port = 0 }: { readonly identity: Identity; readonly clock: Pick<Clock, 'now'>; readonly port?: number }): Promise<TimeStamping> {
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      const query = await read(request);
      const reply = answerTimestamp(query, identity, { now: clock.now(), serial: serialNumber(), policy: SANDBOX_TSA_POLICY, accuracy: ACCURACY_MS });
      response.writeHead(200, { 'content-type': 'application/timestamp-reply' }).end(reply);
    } catch {
      response.writeHead(400).end();
    }
  };
  const server = createServer((request, response) => void answer(request, response));
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/tsa`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function read(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MAX_REQUEST_BYTES) throw new RangeError('sandbox: a time-stamp request of this size');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Positive, and as long as it looks. */
function serialNumber(): Buffer {
  const bytes = randomBytes(8);
  bytes[0] = (bytes[0]! & 0x3f) | 0x40;
  return bytes;
}
