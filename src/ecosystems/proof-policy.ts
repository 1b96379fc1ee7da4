/** How a gateway proves domestic messages and signs its own (gateway.yaml `home`; a grant of the link says which form it demands). */
import type { CertificatePath } from '../crypto/certificate-path.ts';
import type { CertificateTrust, MemberKey } from '../crypto/certificates.ts';
import type { MessageKey } from '../crypto/message-keys.ts';

/** Signing certificates that count beside registered keys. */
export interface SigningCertificates {
  readonly trust: CertificateTrust;
  /** Header with an OCSP answer that the signer sends along. */
  readonly ocspHeader: string;
  readonly revocation?: CheckRevocation;
}

/**
 * Throws where the certificate of a verified signature is revoked now, or where that has to be known and is not (trust/revocation.ts). `stapled`: DER of an OCSP answer that came
 * with the message.
 */
export type CheckRevocation = (path: CertificatePath, stapled?: Uint8Array) => Promise<void>;

/** What a signature over an HTTP message must be here, and with what we sign. Whose keys are believed, the dialect knows. */
export interface HttpMessagePolicy {
  /** Components that must be covered beside those that we read. */
  readonly components: readonly string[];
  /** Parameter `tag` of RFC 9421, theirs and ours. */
  readonly tag?: string;
  /** Whether their signatures need a nonce; ours have one. */
  readonly nonce: boolean;
  /** Milliseconds that the signed time may lie back, and ahead. */
  readonly maxAge: number;
  readonly maxAhead: number;
  /** Header with the signer's certificate, theirs and ours, which the signature must cover: RFC 9421 has no place for it. A JWS has it in its own header. */
  readonly certificateHeader: string;
  readonly certificates?: SigningCertificates;
  readonly signer: MessageKey;
}

export type ProofPolicy =
  | {
      readonly form: 'security-server';
      /** Subject of the security server's pinned certificate on whose connection the message came: it vouches. */
      readonly connection: string;
      /** At an edge nobody stands between: the gateway says itself whose pinned connection it was. */
      readonly voucher?: 'edge';
    }
  /** An API hub's client that showed its credentials: they vouch for everything it sent. */
  | { readonly form: 'api-client' }
  | ({ readonly form: 'http-signature' | 'jws-detached' } & HttpMessagePolicy)
  | {
      readonly form: 'wss';
      readonly trust: CertificateTrust;
      readonly revocation?: CheckRevocation;
      /** Which of the two independent verifiers runs; `both` must agree. */
      readonly verifiers: 'libxml2' | 'xml-crypto' | 'both';
      /** Milliseconds that a signed creation time may lie back, and ahead. */
      readonly maxAge: number;
      readonly maxAhead: number;
      /** Key and certificate with which the gateway signs as its own member. */
      readonly signer: MemberKey;
    };
