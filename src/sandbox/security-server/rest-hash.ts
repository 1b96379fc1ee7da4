/** The hash of a REST request (X-Road message protocol for REST; order and exclusions as RestRequest of X-Road 7 has them). */
import { createHash } from 'node:crypto';

type HeaderLine = readonly [name: string, value: string];

/** Headers of the connection, not of the message: neither forwarded nor hashed. */
const SKIPPED: ReadonlySet<string> = new Set([
  'transfer-encoding', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'te', 'trailer',
  'upgrade', 'connection', 'user-agent', 'host', 'content-length', 'server', 'expect',
]);

export function isForwarded(name: string): boolean {
  return !SKIPPED.has(name.toLowerCase());
}

/** The headers that travel: without those of the connection and without what only a security server may set. */
export function travellingHeaders(lines: readonly HeaderLine[]): HeaderLine[] {
  return lines.filter(([name]) => isForwarded(name) && !['x-road-request-id', 'x-road-request-hash'].includes(name.toLowerCase()));
}

/**
 * base64(SHA-512(SHA-512(head) || SHA-512(body))), and base64(SHA-512(head)) where there is no body. `target` is the path with
 * its query as on the request line; `lines` are the travelling headers followed by those that the consumer's server appended.
 */
export function restRequestHash(method: string, target: string, lines: readonly HeaderLine[], body: Uint8Array): string {
  const head = sha512(`${method}\r\n${target}\r\n${lines.map(([name, value]) => `${name}:${value}\r\n`).join('')}`);
  if (body.length === 0) return head.toString('base64');
  return sha512(Buffer.concat([head, sha512(body)])).toString('base64');
}

function sha512(data: string | Uint8Array): Buffer {
  return createHash('sha512').update(data).digest();
}
