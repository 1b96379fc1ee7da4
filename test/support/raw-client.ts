/** HTTP over TLS by hand: requests that no client library would send, and what becomes of their connection. */
import { once } from 'node:events';
import { connect } from 'node:tls';
import type { ConnectionOptions, TLSSocket } from 'node:tls';

export interface RawIdentity {
  readonly key: string | Buffer;
  readonly cert: string | Buffer;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface RawResult {
  /** Undefined when the connection closed without an answer. */
  readonly answer: RawAnswer | undefined;
  /** Milliseconds from the start until the answer was whole, and until the connection was closed; undefined while it was still open after `patience`. */
  readonly answeredAfter: number | undefined;
  readonly closedAfter: number | undefined;
  readonly bytesWritten: number;
}

export interface RawOptions {
  readonly port: number;
  readonly identity?: RawIdentity | undefined;
  readonly maxVersion?: ConnectionOptions['maxVersion'];
  /** Request line and headers, without the empty line that ends them. */
  readonly head: readonly string[];
  /** Written behind the head for as long as the other side takes it. */
  readonly body?: Iterable<Uint8Array>;
  /** Leaves out the empty line behind the headers. */
  readonly unfinished?: boolean;
  /** Milliseconds that the connection is watched at most: until it is closed, or only until it is answered. */
  readonly patience: number;
  readonly until?: 'answered' | 'closed';
}

/** Sends, and watches what becomes of it. Rejects when TLS fails. */
export async function sendRaw(options: RawOptions): Promise<RawResult> {
  const started = performance.now();
  const socket = connect({ host: '127.0.0.1', port: options.port, rejectUnauthorized: false, ...options.identity, ...(options.maxVersion === undefined ? {} : { maxVersion: options.maxVersion, minVersion: options.maxVersion }) });
  await once(socket, 'secureConnect');
  const chunks: Buffer[] = [];
  let [answeredAfter, closedAfter]: (number | undefined)[] = [];
  const done = Promise.withResolvers<void>();
  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    if (answeredAfter !== undefined || parseAnswer(Buffer.concat(chunks)) === undefined) return;
    answeredAfter = performance.now() - started;
    if (options.until === 'answered') done.resolve();
  });
  // A reset is one way of being closed.
  socket.on('error', () => {});
  socket.once('close', () => {
    closedAfter = performance.now() - started;
    done.resolve();
  });
  const timer = setTimeout(done.resolve, options.patience);
  void write(socket, options);
  await done.promise;
  clearTimeout(timer);
  const { bytesWritten } = socket;
  socket.destroy();
  return { answer: parseAnswer(Buffer.concat(chunks)), answeredAfter, closedAfter, bytesWritten };
}

async function write(socket: TLSSocket, { head, body = [], unfinished = false }: RawOptions): Promise<void> {
  socket.write(`${head.join('\r\n')}${unfinished ? '\r\n' : '\r\n\r\n'}`);
  for (const chunk of body) {
    if (socket.destroyed) return;
    const room = socket.write(chunk);
    // Without room: until the other side has read, or the connection is gone.
    if (!room) await Promise.race([once(socket, 'drain'), once(socket, 'close')]).catch(() => {});
    else await new Promise((turn) => setImmediate(turn));
  }
}

/** Undefined until the whole answer is there. */
function parseAnswer(bytes: Buffer): RawAnswer | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end === -1) return undefined;
  const [line = '', ...lines] = bytes.subarray(0, end).toString().split('\r\n');
  const headers = Object.fromEntries(lines.map((text) => [text.slice(0, text.indexOf(':')).toLowerCase(), text.slice(text.indexOf(':') + 1).trim()]));
  const body = bytes.subarray(end + 4);
  if (body.length < Number(headers['content-length'] ?? 0)) return undefined;
  return { status: Number(line.split(' ')[1]), headers, body: body.toString() };
}
