/** How a gateway proves domestic messages and signs its own (gateway.yaml `home`; a grant of the link says which form it demands). */
import type { CertificatePath } from '../crypto/certificate-path.ts';
import type { CertificateTrust, MemberKey } from '../crypto/certificates.ts';
import type { MessageKey } from '../crypto/message-keys.ts';

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
      /** Throws where the certificate of a verified signature is revoked now, or where that has to be known and is not (trust/revocation.ts). */
      readonly revocation?: (path: CertificatePath) => Promise<void>;
      /** Which of the two independent verifiers runs; `both` must agree. */
      readonly verifiers: 'libxml2' | 'xml-crypto' | 'both';
      /** Milliseconds that a signed creation time may lie back, and ahead. */
      readonly maxAge: number;
      readonly maxAhead: number;
      /** Key and certificate with which the gateway signs as its own member. */
      readonly signer: MemberKey;
    };
