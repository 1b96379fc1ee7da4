/** Evidence of one exchange as a file: what the auditor gets. Statements, salts and digests in the clear; bodies as the leg keeps them. */
import * as v from 'valibot';
import { decryptJwe } from '../crypto/jwe.ts';
import type { Opener } from '../crypto/jwe.ts';
import { sha256Base64url } from '../crypto/digest.ts';
import { CausewayError } from '../errors.ts';
import { canonicalJson } from '../platform/canonical-json.ts';
import { openEscrowed } from './escrow.ts';
import { EVIDENCE_STEPS, attachmentIn, escrowPlace, readBodies } from './keep.ts';
import type { Bodies, EvidenceRecord } from './keep.ts';

const base64 = v.pipe(v.string(), v.base64());
const record = v.strictObject({
  step: v.picklist(EVIDENCE_STEPS),
  createdAt: v.number(),
  kind: v.picklist(['digests', 'escrow', 'full-readable-by-the-gateway']),
  /** Compact JWS. */
  statement: v.string(),
  /** base64url. */
  salt: v.exactOptional(v.string()),
  digests: v.strictObject({ domestic: v.string(), neutral: v.string(), attachments: v.exactOptional(v.array(v.strictObject({ type: v.string(), length: v.number(), sha256: v.string() }))) }),
  escrow: v.exactOptional(v.strictObject({ root: v.string(), step: v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(1000)), box: base64 })),
  bodies: v.exactOptional(v.strictObject({ domestic: v.exactOptional(base64), neutral: v.unknown(), context: v.unknown(), attachments: v.exactOptional(v.array(base64)) })),
  /** Encrypted files of the attachments, in the folder beside the export; what opens them is in the bodies. */
  files: v.exactOptional(v.array(v.pipe(v.string(), v.regex(/^[a-z0-9-]+$/)))),
});
const file = v.strictObject({
  v: v.literal(1),
  xid: v.string(),
  link: v.string(),
  access: v.strictObject({ reason: v.string(), entry: v.strictObject({ log: v.string(), origin: v.string(), index: v.number() }) }),
  records: v.array(record),
});

export type ExportedEvidence = v.InferInput<typeof file>;
export type ExportedRecord = v.InferOutput<typeof record>;

/** A record as JSON can say it. */
export function encodeRecord({ kind, statement, salt, digests, escrow, bodies }: EvidenceRecord): Omit<ExportedRecord, 'step' | 'createdAt' | 'files'> {
  return {
    kind,
    statement,
    ...(salt === undefined ? {} : { salt }),
    digests: { domestic: digests.domestic, neutral: digests.neutral, ...(digests.attachments === undefined ? {} : { attachments: digests.attachments.map((one) => ({ ...one })) }) },
    ...(escrow === undefined ? {} : { escrow: { root: escrow.root, step: escrow.step, box: text(escrow.box) } }),
    ...(bodies === undefined ? {} : { bodies: { ...(bodies.domestic === undefined ? {} : { domestic: text(bodies.domestic) }), neutral: bodies.neutral, context: bodies.context, ...(bodies.attachments === undefined ? {} : { attachments: bodies.attachments.map(text) }) } }),
  };
}

/** Throws `malformed`. */
export function parseExported(json: string): v.InferOutput<typeof file> {
  try {
    return v.parse(file, JSON.parse(json));
  } catch (cause) {
    throw new CausewayError('malformed', 'not an export of evidence', { cause });
  }
}

/**
 * The bodies of a record, with `key` where they are in escrow; undefined where none are kept, or no key was given. What comes out is what the
 * record's digests name. Throws `seal-mismatch` for another key than the auditor's, `internal` for changed bytes.
 */
export async function openBodies(xid: string, { step, escrow, bodies, digests }: ExportedRecord, key: Opener | undefined): Promise<Bodies | undefined> {
  if (bodies !== undefined) {
    const { domestic, neutral, context, attachments } = bodies;
    return checked({ ...(domestic === undefined ? {} : { domestic: Buffer.from(domestic, 'base64') }), neutral: neutral as Bodies['neutral'], context: context as Bodies['context'], ...(attachments === undefined ? {} : { attachments: attachments.map((one) => Buffer.from(one, 'base64')) }) }, digests);
  }
  if (escrow === undefined || key === undefined) return undefined;
  const root = await decryptJwe(escrow.root, [key], {});
  return checked(readBodies(openEscrowed({ ...escrow, box: Buffer.from(escrow.box, 'base64') }, root, escrowPlace(xid, step))), digests);
}

/** The folder of an export's encrypted files. */
export function filesBeside(file: string): string {
  return `${file}.files`;
}

/** What the attachments hold is checked by who reads them: it may be more than fits in memory. */
function checked(bodies: Bodies, { domestic, neutral, attachments = [] }: ExportedRecord['digests']): Bodies {
  const found = (bodies.attachments ?? []).map((packed) => attachmentIn(packed, '')).map(({ type, length, sha256 }) => ({ type, length, sha256 }));
  const same = (bodies.domestic === undefined || sha256Base64url(bodies.domestic) === domestic) && sha256Base64url(canonicalJson(bodies.neutral)) === neutral && canonicalJson(found) === canonicalJson([...attachments]);
  if (!same) throw new CausewayError('seal-mismatch', 'the bodies are not those that the digests of the record name');
  return bodies;
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
