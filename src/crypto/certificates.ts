/** X.509 certificates of members and authorities. */
import type { KeyObject } from 'node:crypto';

/** Authorities that a country approves for its members' signing certificates. */
export interface CertificateTrust {
  /** DER. */
  readonly authorities: readonly Uint8Array[];
}

/** The gateway's own signing key as a member of its country's platform. */
export interface MemberKey {
  readonly key: KeyObject;
  /** DER, end entity first. */
  readonly chain: readonly Uint8Array[];
}
