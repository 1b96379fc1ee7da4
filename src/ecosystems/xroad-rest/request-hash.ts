/**
 * X-Road-Request-Hash: base64(SHA-512(SHA-512(head) || SHA-512(body))), or base64(SHA-512(head)) without a body (PR-REST, section 4.3). The head is what our security server saw
 * of our request: method, target, and `name:value` lines in our order without the connection's own, and last the X-Road-Request-Id that it added and returns to us.
 *
 * It can be recomputed because nothing stands between: the connection is pinned, the HTTP client adds only Host, Connection and Content-Length, which are not hashed, and X-Road-Id is
 * always ours. One thing is the server's: its HTTP parser (Jetty) may write header names that it knows in their canonical case, so both spellings are tried. A proxy
 * that ends TLS with the security server's key and adds headers would make every answer fail here: it must not add any.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { CausewayError } from '../../errors.ts';
import { digestOf } from '../../platform/hashing-content.ts';
import type { HttpHeaders, HttpMessage } from '../../platform/http-client.ts';
import type { Content } from '../../stages.ts';
import { REQUEST_HASH, REQUEST_ID } from './identifiers.ts';

export const REQUEST_HASH_ALGORITHM = 'sha512';

/** Names that Jetty knows, of those that can cross. */
const KNOWN = [
  'Accept', 'Accept-Charset', 'Accept-Encoding', 'Accept-Language', 'Accept-Ranges', 'Age', 'Allow', 'Alt-Svc', 'Authorization', 'Cache-Control', 'Content-Disposition', 'Content-Encoding', 'Content-Language', 'Content-Location',
  'Content-MD5', 'Content-Range', 'Content-Type', 'Cookie', 'ETag', 'Expires', 'From', 'If-Match', 'If-Modified-Since', 'If-None-Match', 'If-Range', 'If-Unmodified-Since', 'Last-Modified', 'Location', 'Max-Forwards', 'MIME-Version',
  'Origin', 'Pragma', 'Range', 'Referer', 'Request-Range', 'Retry-After', 'Set-Cookie', 'Strict-Transport-Security', 'Vary', 'Warning', 'WWW-Authenticate',
];
const CANONICAL: ReadonlyMap<string, string> = new Map(KNOWN.map((name) => [name.toLowerCase(), name]));

/** Requires that the answer was made for exactly our request. Throws `service-answer-invalid`. */
export function checkRequestHash(headers: HttpHeaders, request: HttpMessage): void {
  const { [REQUEST_ID]: requestId, [REQUEST_HASH]: hash } = headers;
  if (requestId === undefined || hash === undefined) throw invalid('no request hash: the answer did not pass a security server');
  const found = Buffer.from(hash, 'base64');
  const fits = [(name: string) => name, (name: string) => CANONICAL.get(name) ?? name].some((spell) => equal(found, requestHash(request, requestId, spell)));
  if (!fits) throw invalid('request hash of another request');
}

function requestHash({ method, target, headers, body, attachments }: HttpMessage, requestId: string, spell: (name: string) => string): Buffer {
  return hashOf(method, target, [...Object.entries(headers).map(([name, value]) => [spell(name), value] as const), [REQUEST_ID, requestId]], attachments?.[0]?.content ?? body);
}

/** The hash of a request whose head has exactly these header lines, in this order and spelling. */
export function hashOf(method: string, target: string, headerLines: readonly (readonly [name: string, value: string])[], body: Content): Buffer {
  const lines = headerLines.map(([name, value]) => `${name}:${value}`);
  const head = sha512(Buffer.from([method, target, ...lines, ''].join('\r\n'), 'utf8'));
  return body.length === 0 ? head : sha512(Buffer.concat([head, digestOf(body, REQUEST_HASH_ALGORITHM)]));
}

function sha512(bytes: Uint8Array): Buffer {
  return createHash(REQUEST_HASH_ALGORITHM).update(bytes).digest();
}

function equal(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

function invalid(message: string): CausewayError {
  return new CausewayError('service-answer-invalid', message, { facts: { field: 'X-Road-Request-Hash', delivered: 'yes' } });
}
