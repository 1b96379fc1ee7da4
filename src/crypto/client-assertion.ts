/** How this gateway proves itself at a token endpoint: a JWT by its own key (RFC 7523, section 2.2; OpenID Connect `private_key_jwt`). */
import { SignJWT } from 'jose';
import type { MessageKey } from './message-keys.ts';

const LIFETIME_S = 60;

/** `id` must never have been used before; `now` in UTC milliseconds. */
export async function clientAssertion(clientId: string, audience: string, key: MessageKey, id: string, now: number): Promise<string> {
  const issued = Math.floor(now / 1000);
  return new SignJWT({})
    .setProtectedHeader({ alg: key.jws[0], kid: key.keyid, typ: 'JWT' })
    .setIssuer(clientId)
    .setSubject(clientId)
    .setAudience(audience)
    .setJti(id)
    .setIssuedAt(issued)
    .setExpirationTime(issued + LIFETIME_S)
    .sign(key.key);
}
