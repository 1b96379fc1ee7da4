/** Statements as an attacker writes them: any header and claims, signed (or not) with any key, without the code under test. */
import { sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { TestSide } from './sides.ts';

export type Claims = Record<string, unknown>;

export const b64u = (data: Uint8Array | string): string => Buffer.from(data).toString('base64url');

export function claimsOf(statement: string): Claims {
  return JSON.parse(Buffer.from(statement.split('.')[1] ?? '', 'base64url').toString()) as Claims;
}

export function headerOf(statement: string): Claims {
  return JSON.parse(Buffer.from(statement.split('.')[0] ?? '', 'base64url').toString()) as Claims;
}

/** ES256 over exactly this header and payload. */
export function signRaw(header: Uint8Array | string, payload: Uint8Array | string, key: KeyObject): string {
  const input = `${b64u(header)}.${b64u(payload)}`;
  return `${input}.${b64u(sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }))}`;
}

/** `statement` with another header, signed with the sender's own key. */
export function withHeader(statement: string, header: Uint8Array | string, { signing }: TestSide): string {
  return signRaw(header, Buffer.from(statement.split('.')[1] ?? '', 'base64url'), signing);
}

/** `statement` with other bytes as its claims, signed with the sender's own key. */
export function withPayload(statement: string, payload: Uint8Array | string, { signing }: TestSide): string {
  return signRaw(Buffer.from(statement.split('.')[0] ?? '', 'base64url'), payload, signing);
}

/** `statement` with claims replaced (or taken away, by undefined), canonical, signed with the sender's own key. */
export function withClaims(statement: string, changes: Claims, side: TestSide): string {
  return withPayload(statement, canonicalize({ ...claimsOf(statement), ...changes }) ?? '', side);
}
