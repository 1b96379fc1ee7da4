/** A trail entry (trail.md, "Entry"): RFC 8785 JSON with a closed schema, at most 2 KiB. Organisations only, never a person. */

export const STEPS = ['request', 'response', 'refusal', 'outcome-unknown', 'peer-checkpoint', 'local-checkpoint', 'suspend', 'resume', 'key-event', 'link-change', 'erasure', 'evidence-access'] as const;
export type Step = (typeof STEPS)[number];

/** Event names of ETSI EN 319 522-1 that we use. */
export const EVENTS = ['SubmissionAcceptance', 'SubmissionRejection', 'RelayAcceptance', 'RelayRejection', 'RelayFailure', 'ContentConsignment', 'ContentConsignmentFailure', 'ContentHandover', 'ContentHandoverFailure'] as const;
export type EventName = (typeof EVENTS)[number];

export interface Entry {
  readonly v: 1;
  /** Exchange id (UUIDv7); absent on steps that belong to no exchange. */
  readonly xid?: string;
  readonly step: Step;
  readonly event?: EventName;
  /** Countries: who sent the recorded statement, to whom. */
  readonly from?: string;
  readonly to?: string;
  /** Federated identifiers of organisations. */
  readonly client?: string;
  readonly service?: string;
  readonly link?: { readonly id: string; readonly version: number };
  readonly purpose?: string;
  /** The refusal's code. */
  readonly code?: string;
  readonly t: { readonly ms: number; readonly clock: 'synchronised' | 'unsynchronised' | 'unknown' };
  /** Key id of the recorded statement, and base64url SHA-256 of the trust chain that it was judged under. */
  readonly kid?: string;
  readonly chain?: string;
  /** floor(iat / 60) of the recorded statement. */
  readonly window?: number;
  /** base64url commitment to the recorded statement: byte-identical on both sides. */
  readonly core?: string;
  /** Id of the encrypted evidence record. */
  readonly evidence?: string;
  /** Steps `peer-checkpoint` and `local-checkpoint`: origin, size, base64 root and SHA-256 of the whole cosigned note. */
  readonly checkpoint?: { readonly origin: string; readonly size: number; readonly root: string; readonly note: string };
}
