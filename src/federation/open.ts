/** Opening: the second half of the receiver's order, from the payload's digests to the neutral document. Nothing is released before everything matches. */
import { chunkedLength } from '../crypto/chunked.ts';
import { contentCommitment, sameText, sha256Base64url } from '../crypto/digest.ts';
import { decryptJwe } from '../crypto/jwe.ts';
import { CausewayError } from '../errors.ts';
import { load } from '../platform/content.ts';
import { readFrames } from '../platform/frames.ts';
import type { LargeFrame } from '../platform/frames.ts';
import type { SpoolScope } from '../platform/spool.ts';
import { fieldList, strayField } from '../mapping/field-list.ts';
import type { FieldList } from '../mapping/field-list.ts';
import { parseCanonicalJson } from '../platform/canonical-json.ts';
import { PROOF_FORMS, mintOpened } from '../stages.ts';
import type { Content, JsonValue, Opened } from '../stages.ts';
import { allowedAttachments, answerProof, sameNeutral } from './link.ts';
import type { Grant, Granted } from './link.ts';
import { DOCUMENT_PART, MANIFEST_FRAME, PART_FRAME, readManifest } from './manifest.ts';
import type { Manifest, Part } from './manifest.ts';
import { openAttachments, openPart, partPlace } from './parts.ts';
import type { SealedPart } from './parts.ts';
import { sealBinding } from './seal.ts';
import type { Side } from './seal.ts';
import type { Authentic } from './statement.ts';

type Carrying = 'causeway-request+jwt' | 'causeway-response+jwt';

/** Checks a neutral document against the schema of the leg; throws `neutral-invalid`. */
export type NeutralCheck = (document: unknown) => void;

/** Throws `leg-mismatch`: sealing, neutral form, domestic proof and the fields that may cross are set by the leg, never chosen by the sender. */
export function checkLeg({ claims, type }: Authentic<Carrying>, grant: Granted): void {
  const { sealing, neutral, domestic } = claims;
  if (sealing !== grant.sealing) throw new CausewayError('leg-mismatch', `sealed with "${sealing}", the leg says "${grant.sealing}"`);
  const proof = type === 'causeway-request+jwt' ? grant.proof : answerProof(grant);
  if (domestic.form !== proof || domestic.result !== PROOF_FORMS[proof]) throw new CausewayError('leg-mismatch', `${domestic.result} by ${domestic.form}, the grant asks for ${proof}`);
  if (!sameNeutral(neutral, grant.neutral)) throw new CausewayError('leg-mismatch', `neutral form ${neutral === 'passthrough' ? neutral : `${neutral.schema}/${neutral.version}`} is not the one of the grant`);
  if (claims.minimised !== fieldsFor(type, grant)?.sha256) throw new CausewayError('leg-mismatch', 'the message was not cut down to the fields that the grant lists');
}

function fieldsFor(type: Carrying, { fields }: Grant): FieldList | undefined {
  const paths = fields?.[type === 'causeway-request+jwt' ? 'request' : 'response'];
  return paths && fieldList(paths);
}

/**
 * Opens the payload of an authentic statement. Throws `leg-mismatch` (again: an answer is not authorised before it is opened),
 * `digest-mismatch`, `seal-mismatch`, `content-mismatch`, `too-large`, `neutral-invalid`, `field-not-allowed`, `disk-full`. `scope`: where
 * parts go that do not fit in memory; nothing of them is handed on unless everything matches.
 */
export async function open(statement: Authentic<Carrying>, payload: Content, grant: Granted, side: Side, checkNeutral: NeutralCheck, scope?: SpoolScope): Promise<Opened> {
  const { claims, type, identity } = statement;
  checkLeg(statement, grant);
  if (payload.length !== claims.payload.bytes) throw new CausewayError('digest-mismatch', `the payload has ${payload.length} bytes, the statement says ${claims.payload.bytes}`);
  const [first, ...rest] = await framesOf(payload, claims.payload.parts + 1);
  const sealed = await inMemory(first?.content ?? Buffer.alloc(0), side.maxManifestBytes, 'list of the parts');
  if (first?.kind !== MANIFEST_FRAME || !sameText(sha256Base64url(sealed), claims.payload.manifest)) throw new CausewayError('digest-mismatch', 'the manifest is not the one that the statement names');
  const plaintext = claims.sealing === 'jwe' ? await decryptJwe(Buffer.from(sealed).toString(), side.encryptionKeys, sealBinding(type, claims)) : sealed;
  const manifest = readManifest(plaintext);
  if (manifest.parts.length !== claims.payload.parts || rest.length !== claims.payload.parts || rest.some((frame) => frame.kind !== PART_FRAME)) throw new CausewayError('digest-mismatch', 'the parts are not those of the manifest');
  checkSize(manifest, plaintext, grant);
  const [head, ...behind] = manifest.parts.map((part, index) => ({ part, sent: rest[index]?.content ?? Buffer.alloc(0) }));
  if (head === undefined) throw new CausewayError('neutral-invalid', 'there is no part');
  const bytes = await openDocument(head, claims.sealing, partPlace(type, claims, 0), side);
  const attachments = await openAttachments(behind, claims.sealing, (at) => partPlace(type, claims, at + 1), scope);
  const salt = Buffer.from(manifest.salt, 'base64url');
  if (!sameText(contentCommitment(salt, plaintext), claims.content)) throw new CausewayError('content-mismatch', 'the manifest is not what the statement commits to');
  const document = parseDocument(head.part, bytes);
  checkNeutral(document);
  checkFields(document, fieldsFor(type, grant));
  return mintOpened({ type, identity, context: manifest.context, document, attachments, salt });
}

/** The claim is the sender's word; what it forgot is found here. */
function checkFields(document: JsonValue, list: FieldList | undefined): void {
  const field = list && strayField(document, list);
  if (field !== undefined) throw new CausewayError('field-not-allowed', `the grant does not let "${field}" cross`, { facts: { field } });
}

async function framesOf(payload: Content, expected: number): Promise<LargeFrame[]> {
  try {
    return await readFrames(payload, expected);
  } catch (cause) {
    throw new CausewayError('digest-mismatch', 'the payload is not made of the frames that the statement names', { cause });
  }
}

function checkSize(manifest: Manifest, plaintext: Uint8Array, grant: Grant): void {
  const allowed = allowedAttachments(grant);
  if (manifest.parts.length - 1 > allowed) throw new CausewayError('too-large', `${manifest.parts.length - 1} attachments, the grant allows ${allowed}`, { facts: { hint: `The link allows ${allowed} attachments.` } });
  const bytes = manifest.parts.reduce((sum, part) => sum + part.length, plaintext.length);
  if (bytes > grant.maxBytes) throw new CausewayError('too-large', `${bytes} bytes, the grant allows ${grant.maxBytes}`, { facts: { hint: `The link allows ${grant.maxBytes} bytes.` } });
}

/** Throws `too-large`. */
async function inMemory(content: Content, maxBytes: number, what: string): Promise<Uint8Array> {
  if (content.length > maxBytes) throw new CausewayError('too-large', `a ${what} of ${content.length} bytes`, { facts: { hint: `The ${what} may have ${maxBytes} bytes.` } });
  return load(content, maxBytes);
}

async function openDocument({ part, sent }: SealedPart, sealing: 'jwe' | 'tls', place: string, side: Side): Promise<Uint8Array> {
  return openPart(part, await inMemory(sent, chunkedLength(side.maxDocumentBytes), 'document'), sealing, place);
}

function parseDocument({ name }: Part, bytes: Uint8Array): JsonValue {
  if (name !== DOCUMENT_PART) throw new CausewayError('neutral-invalid', 'the first part is not the neutral document');
  try {
    return parseCanonicalJson(bytes) as JsonValue;
  } catch (cause) {
    throw new CausewayError('neutral-invalid', 'the neutral document is not canonical JSON', { cause });
  }
}
