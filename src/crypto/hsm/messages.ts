/** What a gateway and the process that holds the vendor's library say to each other. Binary members are base64. */

export interface TokenSettings {
  /** The vendor's PKCS#11 library. */
  readonly module: string;
  /** Label of the token. */
  readonly token: string;
  /** File with the user PIN: it is read where it is used, and never an argument. */
  readonly pin: string;
  readonly sessions: number;
}

export type TokenCurve = 'P-256' | 'Ed25519';

/** `label`: CKA_LABEL of a key pair. */
export type TokenWork =
  | { readonly work: 'public'; readonly label: string }
  | { readonly work: 'sign'; readonly label: string; readonly digest: string }
  | { readonly work: 'agree'; readonly label: string; readonly point: string }
  | { readonly work: 'signEd25519'; readonly label: string; readonly text: string }
  | { readonly work: 'generate'; readonly label: string; readonly curve: TokenCurve }
  | { readonly work: 'replace'; readonly from: string; readonly label: string }
  | { readonly work: 'ping' };

export type TokenRequest = TokenWork & { readonly id: number };

/** `missing`: there is no key of that label; anything else that fails ends the process. */
export type TokenReply = { readonly id: number; readonly result: string } | { readonly id: number; readonly missing: true };

export type FromToken = { readonly ready: true } | TokenReply;
