/** The link: the agreement of two gateways as one typed object with two legs (protocol.md; style.md 14). */
import type { NeutralRef, Operation } from '../stages.ts';

/** One allowed use: exact client, service, operation and purpose. What is not granted is refused. */
export interface Grant {
  /** Federated identifier of the asking member, in the leg's `from` country. */
  readonly client: string;
  /** Federated identifier of the service, in the leg's `to` country. */
  readonly service: string;
  readonly operation: Operation;
  readonly purpose: string;
  readonly neutral: NeutralRef;
  /** Domestic proof that the asking side must have: `security-server` (asserted) or `wss` (verified). */
  readonly proof: 'security-server' | 'wss';
  /** The operation may be repeated with the same domestic id after an unknown outcome. */
  readonly idempotent: boolean;
  /** Plaintext bytes of the manifest and all parts of a request or of an answer. */
  readonly maxBytes: number;
  /** Milliseconds that the service needs at least, and gets at most. */
  readonly minBudget: number;
  readonly maxBudget: number;
  /** Exchanges a minute of this client. */
  readonly quota: number;
}

export interface Leg {
  readonly from: string;
  readonly to: string;
  readonly sealing: 'jwe' | 'tls';
  readonly evidence: 'digests' | 'escrow' | 'full-readable-by-the-gateway';
  /** What crosses of the end user: as it is, a pseudonym, nothing but the organisation, or refuse if absent. */
  readonly endUser: 'pass' | 'pseudonym' | 'organisation-only' | 'required';
  /** Milliseconds that a stored answer is kept for a repeated request. */
  readonly answerRetention: number;
  readonly grants: readonly Grant[];
}

/** Public key of the auditor of a country, for `escrow` (JWK, ECDH-ES). */
export interface Party {
  readonly country: string;
  /** Entity id of the gateway: an https URL. */
  readonly entity: string;
  /** Log and witness keys stand in the link (protocol.md, "Trust"): Ed25519, base64. */
  readonly log: { readonly origin: string; readonly key: string };
  readonly witness: { readonly name: string; readonly key: string };
  readonly auditor?: Readonly<Record<string, string>>;
}

/** What both countries agree to; its RFC 8785 form is hashed into every statement. */
export interface Agreement {
  readonly id: string;
  readonly version: number;
  readonly environment: string;
  readonly parties: readonly [Party, Party];
  /** Milliseconds within which the same sealed request may be repeated and gets the stored outcome. */
  readonly retryTime: number;
  /** Milliseconds for which (member, domestic message id) is one exchange. */
  readonly duplicateTime: number;
  readonly legs: readonly [Leg, Leg];
}

/** Our own settings for the link: not agreed, not hashed. */
export interface LinkSettings {
  /** Where the peer's federation listener is. */
  readonly url: string;
  readonly suspended?: { readonly reason: string; readonly until?: string };
  readonly connections: number;
}

/** One side's view of the agreement in force. */
export interface Link {
  readonly agreement: Agreement;
  /** base64url SHA-256 of the agreement's RFC 8785 form. */
  readonly sha256: string;
  readonly us: Party;
  readonly peer: Party;
  /** We ask. */
  readonly out: Leg;
  /** We are asked. */
  readonly in: Leg;
  readonly settings: LinkSettings;
}
