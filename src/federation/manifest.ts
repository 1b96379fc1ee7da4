/** The manifest: first frame of a payload; context and a list of the parts, sealed (protocol.md, "Payload"). */
import * as v from 'valibot';
import { BASE64URL_32 } from '../crypto/digest.ts';
import { CausewayError } from '../errors.ts';
import { parseCanonicalJson } from '../platform/canonical-json.ts';

/** Parts of one payload. */
export const MAX_PARTS = 1000;

const text = v.pipe(v.string(), v.maxLength(1000));
const digest = v.pipe(v.string(), v.regex(BASE64URL_32, 'base64url of 32 bytes'));
/** By country. A valibot record would silently drop a member `__proto__`, and take an array. */
const messageIds = v.custom<Readonly<Record<string, string>>>(isMessageIds, 'message ids by country');
const paths = v.pipe(v.array(text), v.maxLength(10_000));

const part = v.strictObject({
  name: text,
  type: text,
  /** Plaintext bytes. */
  length: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  sha256: digest,
  /** Of the bytes as sent. */
  sent: digest,
  /** The part's key, base64url, where the leg seals with `jwe`. */
  key: v.exactOptional(digest),
  /** MIME header lines, base64, of a part that crosses as it is. */
  headers: v.exactOptional(v.pipe(v.string(), v.maxLength(88_000), v.check(isBase64, 'base64'))),
});

const manifest = v.strictObject({
  v: v.literal(1),
  salt: digest,
  context: v.strictObject({
    userId: v.exactOptional(text),
    issue: v.exactOptional(text),
    representedParty: v.exactOptional(v.strictObject({ partyClass: v.exactOptional(text), partyCode: text })),
    subject: v.exactOptional(text),
    messageIds,
    loss: v.strictObject({ dropped: paths, defaulted: paths, approximated: paths, unknown: paths, minimised: v.exactOptional(paths) }),
  }),
  parts: v.pipe(v.array(part), v.minLength(1), v.maxLength(MAX_PARTS)),
});

export type Manifest = v.InferOutput<typeof manifest>;
export type Part = Manifest['parts'][number];

/** Frame kinds of a payload. */
export const MANIFEST_FRAME = 1;
export const PART_FRAME = 2;

/** The neutral document is the part of this name; it is always there, first. */
export const DOCUMENT_PART = 'document';

/** Name of every other part: what it is, its type and its headers say. */
export const ATTACHMENT_PART = 'attachment';

/** Throws `seal-mismatch` for what is not a manifest in canonical form. */
export function readManifest(plaintext: Uint8Array): Manifest {
  let value: unknown;
  try {
    value = parseCanonicalJson(plaintext);
  } catch (cause) {
    throw new CausewayError('seal-mismatch', 'the manifest is not canonical JSON', { cause });
  }
  const result = v.safeParse(manifest, value);
  if (!result.success) throw new CausewayError('seal-mismatch', `manifest member "${v.getDotPath(result.issues[0]) ?? ''}": ${result.issues[0].message}`);
  return result.output;
}

/** In its one canonical spelling, and never empty: no headers are no member. */
function isBase64(text: string): boolean {
  return text !== '' && Buffer.from(text, 'base64').toString('base64') === text;
}

function isMessageIds(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.entries(value).every(([country, id]) => /^[A-Z]{2}$/.test(country) && typeof id === 'string' && id.length <= 1000);
}
