/** Peer trust from a file that operators exchanged out of band (`causeway trust import`). */
import { createPublicKey } from 'node:crypto';
import type { KeyObject, webcrypto } from 'node:crypto';
import { CausewayError } from '../errors.ts';
import { sha256Base64url } from '../crypto/digest.ts';
import type { PeerTrust } from './peer-trust.ts';

interface Window {
  /** RFC 3339. */
  readonly notBefore: string;
  readonly notAfter: string;
}

export interface TrustDocument {
  readonly entity: string;
  readonly country: string;
  readonly statement: readonly (Window & { readonly kid: string; readonly publicKey: webcrypto.JsonWebKey })[];
  readonly encryption: readonly (Window & { readonly kid: string; readonly publicKey: webcrypto.JsonWebKey })[];
  readonly tls: readonly (Window & { readonly spki: string })[];
}

/** `bytes` are the file's, for the digest that entries carry. Throws `config-invalid` for a key that is not P-256. */
export function staticTrust(document: TrustDocument, bytes: Uint8Array): PeerTrust {
  const statement = document.statement.map((key) => ({ ...windowOf(key), kid: key.kid, alg: 'ES256' as const, key: p256(key.publicKey, document.entity) }));
  const encryption = document.encryption.map((key) => ({ ...windowOf(key), kid: key.kid, key: p256(key.publicKey, document.entity) })).sort((a, b) => b.from - a.from);
  const tls = document.tls.map((pin) => ({ ...windowOf(pin), spki: pin.spki }));
  return {
    entity: document.entity,
    country: document.country,
    chain: sha256Base64url(bytes),
    statementKey(kid, signedAt, now) {
      const key = statement.find((candidate) => candidate.kid === kid);
      if (key === undefined) throw new CausewayError('statement-untrusted', `${document.entity} has no statement key "${kid}"`);
      if (!within(key, signedAt) || !within(key, now)) throw new CausewayError('statement-untrusted', `statement key "${kid}" of ${document.entity} is not valid at this time`);
      return key;
    },
    encryptionKey(now, accepts = () => true) {
      const key = encryption.find((candidate) => within(candidate, now) && accepts(candidate.kid));
      if (key === undefined) throw new CausewayError('peer-unreachable', `${document.entity} has no valid encryption key`, { facts: { delivered: 'no' } });
      return key;
    },
    holds(role, kid, now) {
      const named = { statement, encryption, tls: tls.map(({ spki, ...times }) => ({ ...times, kid: spki })) }[role];
      return named.some((key) => key.kid === kid && now < key.until);
    },
    tlsPins: (now) => tls.filter((pin) => within(pin, now)).map((pin) => pin.spki),
  };
}

function p256(jwk: webcrypto.JsonWebKey, entity: string): KeyObject {
  let key: KeyObject | undefined;
  try {
    key = createPublicKey({ key: jwk, format: 'jwk' });
  } catch {
    // Refused below: the engine's message would quote the key.
  }
  if (key?.asymmetricKeyDetails?.namedCurve !== 'prime256v1') throw new CausewayError('config-invalid', `a key of ${entity} is not a public JWK on P-256`);
  return key;
}

function windowOf(window: Window): { from: number; until: number } {
  return { from: Date.parse(window.notBefore), until: Date.parse(window.notAfter) };
}

function within(window: { from: number; until: number }, at: number): boolean {
  return window.from <= at && at < window.until;
}
