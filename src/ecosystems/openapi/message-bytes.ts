/** HTTP messages as bytes, in the form in which HTTP/1.1 sends them: for proof, evidence and the comparison of repeated requests. */
import type { HttpHeaders, HttpMessage, HttpReply } from '../../platform/http-client.ts';

const END_OF_HEADERS = '\r\n\r\n';

/** Headers by which somebody could act as the caller: never kept. */
export type IsSecret = (name: string) => boolean;

/** One start line, the headers, an empty line, the body. `start` may be two lines: of a request, and of its answer. */
export function messageBytes(start: readonly string[], headers: HttpHeaders, body: Uint8Array): Uint8Array {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return Buffer.concat([Buffer.from([...start, ...lines].join('\r\n') + END_OF_HEADERS, 'latin1'), body]);
}

export function requestBytes({ method, target, headers, body }: HttpMessage): Uint8Array {
  return messageBytes([`${method} ${target}`], headers, body);
}

/** An answer with the request that it answers. */
export function answerBytes(request: Pick<HttpMessage, 'method' | 'target'>, { status, headers, body }: HttpReply): Uint8Array {
  return messageBytes([`${request.method} ${request.target}`, String(status)], headers, body);
}

export function readRequestBytes(bytes: Uint8Array): HttpMessage {
  const { lines: [start = '', ...lines], body } = split(bytes);
  const [method = '', target = ''] = start.split(' ');
  return { method, target, headers: readHeaders(lines), body };
}

export function readAnswerBytes(bytes: Uint8Array): { readonly method: string; readonly target: string; readonly reply: HttpReply } {
  const { lines: [start = '', status = '', ...lines], body } = split(bytes);
  const [method = '', target = ''] = start.split(' ');
  return { method, target, reply: { status: Number(status), headers: readHeaders(lines), body } };
}

/** Headers without the credentials among them. */
export function withoutSecrets(headers: HttpHeaders, isSecret: IsSecret): HttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !isSecret(name)));
}

function split(bytes: Uint8Array): { lines: string[]; body: Uint8Array } {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = all.indexOf(END_OF_HEADERS);
  return { lines: all.toString('latin1', 0, end).split('\r\n'), body: all.subarray(end + END_OF_HEADERS.length) };
}

function readHeaders(lines: readonly string[]): HttpHeaders {
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]));
}
