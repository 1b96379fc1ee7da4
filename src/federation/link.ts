/** The link: the agreement of two gateways as one typed object with two legs (protocol.md; style.md 14). */
import type { DegradedPolicy, Dependency } from '../config/degraded-file.ts';
import type { EchoSettings } from '../config/echo-file.ts';
import { sha256Base64url } from '../crypto/digest.ts';
import { CausewayError } from '../errors.ts';
import { canonicalJson } from '../platform/canonical-json.ts';
import type { LossReport, NeutralRef, Operation, ProofForm } from '../stages.ts';

/** One allowed use: exact client, service, operation and purpose. What is not granted is refused. */
export interface Grant {
  /** Federated identifier of the asking member, in the leg's `from` country. */
  readonly client: string;
  /** Federated identifier of the service, in the leg's `to` country. */
  readonly service: string;
  readonly operation: Operation;
  readonly purpose: string;
  /** `passthrough`: messages cross as they are, but for the identifiers. */
  readonly neutral: NeutralRef | 'passthrough';
  /** Fields of the neutral form that may cross for this purpose (mapping/field-list.ts); without a list all may. */
  readonly fields?: { readonly request?: readonly string[]; readonly response?: readonly string[] };
  /** Domestic proof that the asking side must have. */
  readonly proof: ProofForm;
  /** That of the answer, where the two platforms prove messages differently; absent: as `proof`. */
  readonly answerProof?: ProofForm;
  /** The operation may be repeated with the same domestic id after an unknown outcome. */
  readonly idempotent: boolean;
  /** Plaintext bytes of the manifest and all parts of a request or of an answer. */
  readonly maxBytes: number;
  /** Parts that may cross beside the document as they are, without a mapping; none when absent. */
  readonly attachments?: number;
  /** Milliseconds that the service needs at least, and gets at most. */
  readonly minBudget: number;
  readonly maxBudget: number;
  /** Exchanges a minute of this client. */
  readonly quota: number;
}

/** A grant, with what its leg says for all of its grants. */
export type Granted = Grant & Pick<Leg, 'sealing'>;

export interface Leg {
  readonly from: string;
  readonly to: string;
  readonly sealing: 'jwe' | 'tls';
  readonly evidence: 'digests' | 'escrow' | 'full-readable-by-the-gateway';
  /** Of attachments that have more bytes together than this, the evidence keeps the digests alone; all are kept when absent. */
  readonly evidenceMaxBytes?: number;
  /** What crosses of the end user: as it is, a pseudonym, nothing but the organisation, or refuse if absent. */
  readonly endUser: 'pass' | 'pseudonym' | 'organisation-only' | 'required';
  /** Milliseconds that a stored answer is kept for a repeated request. */
  readonly answerRetention: number;
  /** Signed containers of security servers that vouched for a message: of none (absent), of one exchange in sixteen, or of all. */
  readonly containers?: 'none' | 'sample' | 'all';
  readonly grants: readonly Grant[];
}

/** One of the two sides. `auditor`: public JWK (P-256) of the country's auditor, who alone can open `escrow` evidence. */
export interface Party {
  readonly country: string;
  /** Entity id of the gateway: an https URL. */
  readonly entity: string;
  /** Log and witness keys stand in the link (protocol.md, "Trust"): Ed25519, base64. */
  readonly log: { readonly origin: string; readonly key: string };
  /** `mldsa44`: the witness's second key (ML-DSA-44, base64), for cosignatures that outlive Ed25519. */
  readonly witness: { readonly name: string; readonly key: string; readonly mldsa44?: string };
  /** Signs interval notes (trail/reconcile/note.ts), and nothing else. */
  readonly interval?: { readonly name: string; readonly key: string };
  readonly auditor?: Readonly<Record<string, string>>;
  /** Ed25519 public keys (base64) of the people who approve versions of the agreement for this country (link-history.ts). */
  readonly approvers?: readonly string[];
}

/** What both countries agree to; its RFC 8785 form is hashed into every statement. */
export interface Agreement {
  readonly id: string;
  readonly version: number;
  /** RFC 3339 time from which this version is in force, until the next one is. */
  readonly effective: string;
  readonly environment: string;
  readonly parties: readonly [Party, Party];
  /** Milliseconds within which the same sealed request may be repeated and gets the stored outcome. */
  readonly retryTime: number;
  /** Milliseconds for which (member, domestic message id) is one exchange. */
  readonly duplicateTime: number;
  /** Milliseconds after which both sides destroy the keys of their evidence; kept until it is erased when absent. */
  readonly evidenceRetention?: number;
  /** Milliseconds that backups of the keys of the evidence are kept at most: so long an erasure is pending. */
  readonly backupRetention?: number;
  /** What both sides do while something that they depend on is gone (degraded.ts). */
  readonly degraded?: { readonly [D in Dependency]?: Readonly<DegradedPolicy> };
  /** Purposes whose exchanges are never shown to the persons whom they are about. */
  readonly hiddenFromSubjects?: readonly string[];
  readonly legs: readonly [Leg, Leg];
}

export type LossKind = keyof LossReport;

/** Our own settings for the link: not agreed, not hashed. */
export interface LinkSettings {
  /** Where the peer's federation listener is. */
  readonly url: string;
  /** SHA-256 of the version with which the signed history begins. */
  readonly agreed?: string;
  readonly unsafeAgreementWithoutSignatures?: boolean;
  /** Types of the trust marks that we demand of the peer. */
  readonly trustMarks?: readonly string[];
  readonly suspended?: Suspension;
  readonly connections: number;
  /** Whom we ask for an echo through both security servers, and as whom. */
  readonly echo?: EchoSettings;
  /** Decision under which we keep our evidence when the peer asks for its erasure; without one we erase too. */
  readonly keepEvidence?: string;
  /** Milliseconds after a change of a mapping in which messages that only the revision before can read are still translated by it. */
  readonly mappingOverlap: number;
  /** Numbers of persons and organisations whose check digits are wrong, in place of what each mapping says: in what we send (`warn` tells the receiver by the loss report), and in what the peer sends. */
  readonly checkDigits?: { readonly sent?: 'off' | 'warn' | 'reject'; readonly received?: 'off' | 'reject' };
  /** Containers whose signature nothing here verifies (DSTU 4145): recorded as such, or told to the peer as not proven (also when absent). */
  readonly unverifiableContainers?: 'record' | 'fail';
  /** Kinds of loss with which we refuse what the peer sends us, by leg: its requests (it asks) and its answers (we ask). */
  readonly refuseLoss?: { readonly requests?: readonly LossKind[]; readonly answers?: readonly LossKind[] };
}

/** A request, as far as a suspension looks at it: our side's leg, and federated identifiers. */
export interface Asked {
  readonly leg: 'outbound' | 'inbound';
  readonly client: string;
  readonly service: string;
}

export interface Suspension {
  readonly reason: string;
  /** RFC 3339: when it makes sense to come back. */
  readonly until?: string;
}

/** One side's view of one version of the agreement. */
export interface LinkVersion {
  readonly agreement: Agreement;
  /** base64url SHA-256 of the agreement's RFC 8785 form. */
  readonly sha256: string;
  /** UTC milliseconds. */
  readonly effective: number;
  readonly us: Party;
  readonly peer: Party;
  /** We ask. */
  readonly out: Leg;
  /** We are asked. */
  readonly in: Leg;
}

/** The link with one peer: its versions, oldest first, and our own settings. */
export interface Link {
  readonly id: string;
  readonly peer: string;
  readonly peerCountry: string;
  readonly versions: readonly [LinkVersion, ...LinkVersion[]];
  readonly settings: LinkSettings;
  /** What operators have suspended while the gateway runs. */
  readonly stopped?: (asked: Asked) => Suspension | undefined;
  /** Throws `dependency-lost` where an exchange under the grant needs what is gone (exchange/dependencies.ts). */
  readonly requires?: (grant: Grant) => void;
}

/** Around a change of version either neighbour is accepted for this long (protocol.md, "Receiver's order"). */
const CHANGE_OVERLAP_MS = 120_000;

/** Versions whose keys of logs and witnesses count at `now` (UTC ms): the one in force, those to come, and the one of before for as long as a statement under it is taken. */
export function countingVersions({ versions }: Pick<Link, 'versions'>, now: number): readonly LinkVersion[] {
  return versions.filter((_, at) => now < (versions[at + 1]?.effective ?? Infinity) + CHANGE_OVERLAP_MS);
}

/** Throws `config-invalid`: a version where `entity` is no party or that has no date, versions of different links or peers, or out of order. */
export function makeLink(agreements: readonly Agreement[], entity: string, settings: LinkSettings): Link {
  const versions = agreements.map((agreement) => sideOf(agreement, entity)).sort((a, b) => a.effective - b.effective);
  const [first, ...later] = versions;
  if (first === undefined) throw new CausewayError('config-invalid', 'a link needs at least one version');
  let before = first;
  for (const next of later) {
    const same = next.agreement.id === first.agreement.id && next.peer.entity === first.peer.entity && next.peer.country === first.peer.country;
    if (!same || next.agreement.version <= before.agreement.version) throw new CausewayError('config-invalid', `version ${next.agreement.version} does not follow version ${before.agreement.version} of link "${first.agreement.id}"`);
    before = next;
  }
  const link: Link = { id: first.agreement.id, peer: first.peer.entity, peerCountry: first.peer.country, versions: [first, ...later], settings };
  return Object.freeze(link);
}

/** The version in force at `at` (UTC ms); before the first one takes effect there is none: throws `link-mismatch`. */
export function versionInForce(link: Link, at: number): LinkVersion {
  const version = link.versions.findLast((candidate) => candidate.effective <= at);
  if (version === undefined) throw new CausewayError('link-mismatch', `link "${link.id}" is not in force yet`);
  return version;
}

/** The version that a statement names, if it was in force at `iat` (UTC ms) or is a neighbour within 120 s of a change. Throws `link-mismatch`. */
export function acceptedVersion(link: Link, named: { readonly id: string; readonly version: number; readonly sha256: string }, iat: number): LinkVersion {
  const at = link.versions.findIndex(({ agreement, sha256 }) => agreement.id === named.id && agreement.version === named.version && sha256 === named.sha256);
  const version = link.versions[at];
  if (version === undefined) throw new CausewayError('link-mismatch', `the peer names version ${named.version} of link "${named.id}" with another hash than ours`);
  const until = link.versions[at + 1]?.effective ?? Number.POSITIVE_INFINITY;
  if (iat < version.effective - CHANGE_OVERLAP_MS || iat >= until + CHANGE_OVERLAP_MS) throw new CausewayError('link-mismatch', `version ${named.version} of link "${link.id}" was not in force`);
  return version;
}

/** The one grant for exactly this use; without a purpose, the only one there is. Throws `not-allowed`: what is not granted, and what two grants would allow, is refused. */
export function findGrant(leg: Leg, use: { readonly client: string; readonly service: string; readonly operation: Operation; readonly purpose?: string }): Granted {
  const [grant, another] = leg.grants.filter((candidate) => candidate.client === use.client && candidate.service === use.service && sameOperation(candidate.operation, use.operation) && (use.purpose === undefined || candidate.purpose === use.purpose));
  if (grant === undefined) throw new CausewayError('not-allowed', `no grant from ${leg.from} to ${leg.to} for ${use.client} calling ${use.service}`);
  if (another !== undefined) throw new CausewayError('not-allowed', `several grants from ${leg.from} to ${leg.to} for ${use.client} calling ${use.service}`, { facts: { field: 'purpose', hint: 'Several purposes are granted: the message must carry one.' } });
  return { ...grant, sealing: leg.sealing };
}

/** The domestic proof of the side that is asked. */
export function answerProof({ answerProof: answer, proof }: Grant): ProofForm {
  return answer ?? proof;
}

/** Parts beside the document: of a message that crosses unmapped, its body is one more. */
export function allowedAttachments({ attachments = 0, neutral }: Pick<Grant, 'attachments' | 'neutral'>): number {
  return neutral === 'passthrough' ? attachments + 1 : attachments;
}

export function sameNeutral(a: Grant['neutral'], b: Grant['neutral']): boolean {
  if (a === 'passthrough' || b === 'passthrough') return a === b;
  return a.schema === b.schema && a.version === b.version && a.sha256 === b.sha256;
}

export function sameOperation(a: Operation, b: Operation): boolean {
  if ('name' in a) return 'name' in b && a.name === b.name;
  return 'method' in b && a.method === b.method && a.template === b.template;
}

function sideOf(agreement: Agreement, entity: string): LinkVersion {
  const [a, b] = agreement.parties;
  const [us, peer] = a.entity === entity ? [a, b] : [b, a];
  if (us.entity !== entity) throw new CausewayError('config-invalid', `"${entity}" is no party of link "${agreement.id}"`);
  const out = agreement.legs.find((leg) => leg.from === us.country && leg.to === peer.country);
  const inward = agreement.legs.find((leg) => leg.from === peer.country && leg.to === us.country);
  if (out === undefined || inward === undefined) throw new CausewayError('config-invalid', `link "${agreement.id}" needs one leg each way between ${us.country} and ${peer.country}`);
  if ((agreement.evidenceRetention ?? Infinity) < agreement.duplicateTime) throw new CausewayError('config-invalid', `link "${agreement.id}" keeps evidence for less than its duplicateTime`);
  const effective = Date.parse(agreement.effective);
  if (Number.isNaN(effective)) throw new CausewayError('config-invalid', `version ${agreement.version} of link "${agreement.id}" has no date from which it is in force`);
  return Object.freeze({ agreement, sha256: sha256Base64url(canonicalJson(agreement)), effective, us, peer, out, in: inward });
}
