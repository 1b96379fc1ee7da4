/** JWTs of the stand-in, on node:crypto alone: it must not share the code that it tries out. ES256 only. */
import { sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

export type Claims = Readonly<Record<string, unknown>>;

const ECDSA = { dsaEncoding: 'ieee-p1363' } as const;

export function makeJwt(header: Claims, claims: Claims, key: KeyObject): string {
  const input = [{ alg: 'ES256', ...header }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${input}.${sign('sha256', Buffer.from(input), { key, ...ECDSA }).toString('base64url')}`;
}

/** Its claims when `key` signed it and `now` (UTC milliseconds) lies before its end; else undefined. */
export function readJwt(jwt: string, key: KeyObject, now: number): Claims | undefined {
  const [head = '', body = '', signature = ''] = jwt.split('.');
  if (!verify('sha256', Buffer.from(`${head}.${body}`), { key, ...ECDSA }, Buffer.from(signature, 'base64url'))) return undefined;
  const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as Claims;
  return typeof claims['exp'] === 'number' && claims['exp'] * 1000 > now ? claims : undefined;
}
