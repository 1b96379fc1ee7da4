/**
 * What this gateway believes of a peer's keys, at a time: from a file that operators exchanged (static-trust.ts), or by a chain of trust
 * that is kept current (federation-trust.ts). Never copied: each use asks anew.
 */
import type { EncryptionKey } from '../crypto/jwe.ts';
import type { JwsKey } from '../crypto/jws.ts';

/** Roles in which a peer believes keys of a gateway. */
export type KeyRole = 'statement' | 'encryption' | 'tls';

export interface PeerTrust {
  readonly entity: string;
  readonly country: string;
  /** base64url SHA-256 of the trust material that the keys were judged under: stands in trail entries. */
  readonly chain: string;
  /** The key that may sign statements, valid at `signedAt` and now (UTC ms). Throws `statement-untrusted`. */
  statementKey(kid: string, signedAt: number, now: number): JwsKey;
  /** The key to encrypt for: of those valid now, and accepted, the newest. Throws `peer-unreachable` when none is valid. */
  encryptionKey(now: number, accepts?: (kid: string) => boolean): EncryptionKey;
  /** Whether the peer shows a key that may be used now or later: `kid`, or the pin of a TLS key. */
  holds(role: KeyRole, kid: string, now: number): boolean;
  /** base64 SHA-256 of each SubjectPublicKeyInfo that the peer's TLS end may show now. */
  tlsPins(now: number): readonly string[];
}
