/** How a gateway proves domestic messages and signs its own (gateway.yaml `home`; a grant of the link says which form it demands). */
import type { CertificateTrust, MemberKey } from '../crypto/certificates.ts';

export type ProofPolicy =
  | {
      readonly form: 'security-server';
      /** Subject of the security server's pinned certificate on whose connection the message came: it vouches. */
      readonly connection: string;
      /** At an edge nobody stands between: the gateway says itself whose pinned connection it was. */
      readonly voucher?: 'edge';
    }
  | {
      readonly form: 'wss';
      readonly trust: CertificateTrust;
      /** Which of the two independent verifiers runs; `both` must agree. */
      readonly verifiers: 'libxml2' | 'xml-crypto' | 'both';
      /** Milliseconds that a signed creation time may lie back, and ahead. */
      readonly maxAge: number;
      readonly maxAhead: number;
      /** Key and certificate with which the gateway signs as its own member. */
      readonly signer: MemberKey;
    };
