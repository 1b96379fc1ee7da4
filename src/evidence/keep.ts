/** What the leg keeps of one step of an exchange: digests, bodies for the auditor alone, or bodies that the gateway can open. */
import { sha256Base64url } from '../crypto/digest.ts';
import { CausewayError } from '../errors.ts';
import { canonicalJson } from '../platform/canonical-json.ts';
import { decodeFrames, encodeFrames } from '../platform/frames.ts';
import type { Frame } from '../platform/frames.ts';
import { packContent, unpackContent } from '../platform/packed-content.ts';
import type { Attachment, Content, JsonValue, ManifestContext } from '../stages.ts';
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
  /** Parts that crossed as they are. */
  readonly attachments?: readonly KeptAttachment[];
}

/** An attachment; without `content` where its digest alone is kept. What lies in a file is of one that outlives the exchange. */
export type KeptAttachment = Omit<Attachment, 'content'> & { readonly length: number; readonly content?: Content };

/** A message of the exchange, or the container in which a security server signed it: there `domestic` is the container, `neutral` what was proven by it. */
export const EVIDENCE_STEPS = ['request', 'response', 'request-container', 'response-container'] as const;
export type EvidenceStepName = (typeof EVIDENCE_STEPS)[number];

export interface EvidenceStep {
  readonly xid: string;
  readonly link: string;
  readonly step: EvidenceStepName;
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
  readonly digests: { readonly domestic: string; readonly neutral: string; readonly attachments?: readonly AttachmentDigest[] };
  /** Bodies for the auditor alone. */
  readonly escrow?: Escrowed;
  readonly bodies?: Bodies;
}

export interface AttachmentDigest {
  readonly type: string;
  readonly length: number;
  /** base64url. */
  readonly sha256: string;
}

export interface Bodies {
  /** Absent where the message was cut down to the fields that may cross. */
  readonly domestic?: Uint8Array;
  readonly neutral: JsonValue;
  readonly context: ManifestContext;
  readonly attachments?: readonly PackedAttachment[];
}

/** As it stands in the bodies: `attachmentIn` reads it. */
export type PackedAttachment = Uint8Array;

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
  const head: EvidenceRecord = {
    v: 1,
    kind,
    statement: contents.statement,
    ...(contents.salt === undefined ? {} : { salt: Buffer.from(contents.salt).toString('base64url') }),
    digests: { domestic: sha256Base64url(contents.domestic), neutral: sha256Base64url(neutral), ...digestsOf(contents) },
  };
  const ciphertext = sealRecord(recordKey, { xid, step: step.step, id }, await encode(head, step, neutral));
  return { id, xid, link, step: step.step, ciphertext, createdAt: now };
}

/** Throws `internal` when the record does not open under the key. */
export function readEvidence(row: SealedEvidence, recordKey: Uint8Array): EvidenceRecord {
  const [head, kept] = decodeFrames(openRecord(recordKey, { xid: row.xid, step: row.step, id: row.id }, row.ciphertext), 2);
  const { escrow, ...record } = parse(head!) as EvidenceRecord & { readonly escrow?: Omit<Escrowed, 'box'> };
  if (kept === undefined) return record;
  return escrow === undefined ? { ...record, bodies: readBodies(kept.bytes) } : { ...record, escrow: { ...escrow, box: kept.bytes } };
}

/** Bodies as the auditor finds them in an opened box, or the gateway in a record that it can read. */
export function readBodies(bytes: Uint8Array): Bodies {
  const all = decodeFrames(bytes, MAX_FRAMES);
  const frames = new Map(all.map((one) => [one.kind, one]));
  const domestic = frames.get(DOMESTIC);
  const attachments = all.filter(({ kind }) => kind === ATTACHMENT).map((one) => one.bytes);
  return { ...(domestic === undefined ? {} : { domestic: domestic.bytes }), neutral: parse(frames.get(NEUTRAL)!) as JsonValue, context: parse(frames.get(CONTEXT)!) as ManifestContext, ...(attachments.length === 0 ? {} : { attachments }) };
}

/** `folder`: where the files of the evidence are. `content` is undefined where the digest alone was kept. */
export function attachmentIn(packed: PackedAttachment, folder: string): KeptAttachment {
  const frames = decodeFrames(packed, 2);
  const { headers, ...head } = parse(frames[0]!) as AttachmentDigest & { readonly headers: string };
  const content = unpackContent(frames, folder);
  return { ...head, headers: Buffer.from(headers, 'base64'), ...(content === undefined ? {} : { content }) };
}

/** Where the bodies of one step stand in escrow. */
export function escrowPlace(xid: string, step: string): RecordPlace {
  return { xid, step: `escrow-${step}`, id: `${xid}.${step}` };
}

/** Frames of a record: its head, and what is kept of the bodies. Frames of bodies: the message, the neutral form, the context, each attachment. Frames of an attachment: its head, its content. */
const HEAD = 1;
const KEPT = 2;
const DOMESTIC = 1;
const NEUTRAL = 2;
const CONTEXT = 3;
const ATTACHMENT = 4;
/** More than a message may have parts. */
const MAX_FRAMES = 100_003;

async function encode(head: EvidenceRecord, { kind, contents, escrow, xid, step }: EvidenceStep, neutral: string): Promise<Uint8Array> {
  if (kind === 'digests') return encodeFrames([frame(HEAD, head)]);
  const bodies = encodeFrames([...(contents.minimised === true ? [] : [{ kind: DOMESTIC, bytes: contents.domestic }]), { kind: NEUTRAL, bytes: Buffer.from(neutral) }, frame(CONTEXT, contents.context), ...(contents.attachments ?? []).map(packAttachment)]);
  if (kind === 'full-readable-by-the-gateway') return encodeFrames([frame(HEAD, head), { kind: KEPT, bytes: bodies }]);
  if (escrow === undefined) throw new CausewayError('config-invalid', 'the leg keeps evidence in escrow, but the link names no auditor key for our country');
  const { root, step: at, box } = await escrow.seal(bodies, escrowPlace(xid, step));
  return encodeFrames([frame(HEAD, { ...head, escrow: { root, step: at } }), { kind: KEPT, bytes: box }]);
}

function packAttachment({ content, headers, ...head }: KeptAttachment): Frame {
  const packed = content === undefined ? [] : [packContent(content)];
  return { kind: ATTACHMENT, bytes: encodeFrames([frame(HEAD, { ...head, headers: Buffer.from(headers).toString('base64') }), ...packed]) };
}

function digestsOf({ attachments = [] }: EvidenceContents): Pick<EvidenceRecord['digests'], 'attachments'> {
  return attachments.length === 0 ? {} : { attachments: attachments.map(({ type, length, sha256 }) => ({ type, length, sha256 })) };
}

function frame(kind: number, value: unknown): Frame {
  return { kind, bytes: Buffer.from(JSON.stringify(value)) };
}

function parse({ bytes }: Frame): unknown {
  return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString());
}
