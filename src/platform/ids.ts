/** Random identifiers and nonces. */
import { v7 } from 'uuid';
import { randomBytes } from './random.ts';

/** UUIDv7 (RFC 9562, 5.7) of the time `now`: the id of an exchange, made by the asking gateway. */
export function exchangeId(now: number): string {
  return v7({ msecs: now, random: randomBytes(16) });
}

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

export function isExchangeId(text: string): boolean {
  return UUID_V7.test(text);
}

/** 32 random bytes as base64url. */
export function nonce(): string {
  return randomBytes(32).toString('base64url');
}
