/** What the leg keeps of one step of an exchange: digests, bodies for the auditor alone, or bodies that the gateway can open. */
import { sha256Base64url } from '../crypto/digest.ts';
import { CausewayError } from '../errors.ts';
import { canonicalJson } from '../platform/canonical-json.ts';
import type { JsonValue, ManifestContext } from '../stages.ts';
import type { Escrow, Escrowed } from './escrow.ts';
import { openRecord, sealRecord } from './record.ts';
import type { RecordPlace } from './record.ts';

/** As the leg of the link says it (federation/link.ts). */
export type EvidenceKind = 'digests' | 'escrow' | 'full-readable-by-the-gateway';

export interface EvidenceContents {
  /** Compact JWS. */
  readonly statement: string;
  /** Salt of the claim `content`. */
  readonly salt?: Uint8Array;
  /** The message on our domestic side: as it was proven, or as we sent it. */
  readonly domestic: Uint8Array;
  /** The domestic message says more than may cross: its digest is kept, and nothing else of it. */
  readonly minimised?: boolean;
  readonly neutral: JsonValue;
  readonly context: ManifestContext;
}

export interface EvidenceStep {
  readonly xid: string;
  readonly link: string;
  readonly step: 'request' | 'response';
  readonly recordKey: Uint8Array;
  readonly kind: EvidenceKind;
  readonly contents: EvidenceContents;
  /** To the auditor's key, which the gateway does not hold. */
  readonly escrow?: Escrow;
  /** UTC milliseconds. */
  readonly now: number;
}

/** A record as it is read back: bodies in the clear only where the leg keeps `full-readable-by-the-gateway`. */
export interface EvidenceRecord {
  readonly v: 1;
  readonly kind: EvidenceKind;
  readonly statement: string;
  /** base64url. */
  readonly salt?: string;
  /** base64url SHA-256 of the domestic message and of the neutral document's RFC 8785 form. */
  readonly digests: { readonly domestic: string; readonly neutral: string };
  /** Bodies for the auditor alone. */
  readonly escrow?: Escrowed;
  readonly bodies?: Bodies;
}

export interface Bodies {
  /** base64; absent where the message was cut down to the fields that may cross. */
  readonly domestic?: string;
  readonly neutral: JsonValue;
  readonly context: ManifestContext;
}

/** An encrypted record, as it is stored. */
export interface SealedEvidence {
  readonly id: string;
  readonly xid: string;
  readonly link: string;
  readonly step: string;
  readonly ciphertext: Uint8Array;
  /** UTC milliseconds. */
  readonly createdAt: number;
}

/** The encrypted record of one step. Throws `config-invalid` when the leg wants escrow and there is no auditor's key. */
export async function keepEvidence(step: EvidenceStep): Promise<SealedEvidence> {
  const { xid, link, recordKey, contents, kind, now } = step;
  const id = `${xid}.${step.step}`;
  const neutral = canonicalJson(contents.neutral);
  const record: EvidenceRecord = {
    v: 1,
    kind,
    statement: contents.statement,
    ...(contents.salt === undefined ? {} : { salt: Buffer.from(contents.salt).toString('base64url') }),
    digests: { domestic: sha256Base64url(contents.domestic), neutral: sha256Base64url(neutral) },
    ...(await bodiesFor(step)),
  };
  const ciphertext = sealRecord(recordKey, { xid, step: step.step, id }, Buffer.from(JSON.stringify(record)));
  return { id, xid, link, step: step.step, ciphertext, createdAt: now };
}

/** Throws `internal` when the record does not open under the key. */
export function readEvidence(row: SealedEvidence, recordKey: Uint8Array): EvidenceRecord {
  return JSON.parse(Buffer.from(openRecord(recordKey, { xid: row.xid, step: row.step, id: row.id }, row.ciphertext)).toString()) as EvidenceRecord;
}

async function bodiesFor({ kind, contents, escrow, xid, step }: EvidenceStep): Promise<Pick<EvidenceRecord, 'escrow' | 'bodies'>> {
  if (kind === 'digests') return {};
  const bodies: Bodies = { ...(contents.minimised === true ? {} : { domestic: Buffer.from(contents.domestic).toString('base64') }), neutral: contents.neutral, context: contents.context };
  if (kind === 'full-readable-by-the-gateway') return { bodies };
  if (escrow === undefined) throw new CausewayError('config-invalid', 'the leg keeps evidence in escrow, but the link names no auditor key for our country');
  return { escrow: await escrow.seal(Buffer.from(JSON.stringify(bodies)), escrowPlace(xid, step)) };
}

/** Where the bodies of one step stand in escrow. */
export function escrowPlace(xid: string, step: string): RecordPlace {
  return { xid, step: `escrow-${step}`, id: `${xid}.${step}` };
}
