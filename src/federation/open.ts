/** Opening: the second half of the receiver's order, from the payload's digests to the neutral document. Nothing is released before everything matches. */
import { decryptChunked } from '../crypto/chunked.ts';
import { contentCommitment, sameText, sha256Base64url } from '../crypto/digest.ts';
import { decryptJwe } from '../crypto/jwe.ts';
import { CausewayError } from '../errors.ts';
import { decodeFrames } from '../platform/frames.ts';
import { fieldList, strayField } from '../mapping/field-list.ts';
import type { FieldList } from '../mapping/field-list.ts';
import { parseCanonicalJson } from '../platform/canonical-json.ts';
import { PROOF_FORMS, mintOpened } from '../stages.ts';
import type { JsonValue, Opened } from '../stages.ts';
import { answerProof } from './link.ts';
import type { Grant, Granted } from './link.ts';
import { DOCUMENT_PART, MANIFEST_FRAME, PART_FRAME, readManifest } from './manifest.ts';
import type { Manifest, Part } from './manifest.ts';
import { partPlace, sealBinding } from './seal.ts';
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
  const agreed = grant.neutral;
  if (neutral.schema !== agreed.schema || neutral.version !== agreed.version || neutral.sha256 !== agreed.sha256) throw new CausewayError('leg-mismatch', `neutral form ${neutral.schema}/${neutral.version} is not the one of the grant`);
  if (claims.minimised !== fieldsFor(type, grant)?.sha256) throw new CausewayError('leg-mismatch', 'the message was not cut down to the fields that the grant lists');
}

function fieldsFor(type: Carrying, { fields }: Grant): FieldList | undefined {
  const paths = fields?.[type === 'causeway-request+jwt' ? 'request' : 'response'];
  return paths && fieldList(paths);
}

/**
 * Opens the payload of an authentic statement. Throws `leg-mismatch` (again: an answer is not authorised before it is opened),
 * `digest-mismatch`, `seal-mismatch`, `content-mismatch`, `too-large`, `neutral-invalid`, `field-not-allowed`.
 */
export async function open(statement: Authentic<Carrying>, payload: Uint8Array, grant: Granted, side: Side, checkNeutral: NeutralCheck): Promise<Opened> {
  const { claims, type, identity } = statement;
  checkLeg(statement, grant);
  if (payload.length !== claims.payload.bytes) throw new CausewayError('digest-mismatch', `the payload has ${payload.length} bytes, the statement says ${claims.payload.bytes}`);
  const [first, ...rest] = framesOf(payload, claims.payload.parts + 1);
  if (first?.kind !== MANIFEST_FRAME || !sameText(sha256Base64url(first.bytes), claims.payload.manifest)) throw new CausewayError('digest-mismatch', 'the manifest is not the one that the statement names');
  const plaintext = claims.sealing === 'jwe' ? await decryptJwe(Buffer.from(first.bytes).toString(), side.encryptionKeys, sealBinding(type, claims)) : first.bytes;
  const manifest = readManifest(plaintext);
  if (manifest.parts.length !== claims.payload.parts || rest.length !== claims.payload.parts || rest.some((frame) => frame.kind !== PART_FRAME)) throw new CausewayError('digest-mismatch', 'the parts are not those of the manifest');
  checkSize(manifest, plaintext, grant);
  const parts = manifest.parts.map((part, index) => openPart(part, rest[index]?.bytes ?? Buffer.alloc(0), claims.sealing, partPlace(type, claims, index)));
  const salt = Buffer.from(manifest.salt, 'base64url');
  if (!sameText(contentCommitment(salt, plaintext), claims.content)) throw new CausewayError('content-mismatch', 'the manifest is not what the statement commits to');
  const document = parseDocument(manifest, parts);
  checkNeutral(document);
  checkFields(document, fieldsFor(type, grant));
  return mintOpened({ type, identity, context: manifest.context, document, salt });
}

/** The claim is the sender's word; what it forgot is found here. */
function checkFields(document: JsonValue, list: FieldList | undefined): void {
  const field = list && strayField(document, list);
  if (field !== undefined) throw new CausewayError('field-not-allowed', `the grant does not let "${field}" cross`, { facts: { field } });
}

function framesOf(payload: Uint8Array, expected: number) {
  try {
    return decodeFrames(payload, expected);
  } catch (cause) {
    throw new CausewayError('digest-mismatch', 'the payload is not made of the frames that the statement names', { cause });
  }
}

function checkSize(manifest: Manifest, plaintext: Uint8Array, grant: Grant): void {
  const bytes = manifest.parts.reduce((sum, part) => sum + part.length, plaintext.length);
  if (bytes > grant.maxBytes) throw new CausewayError('too-large', `${bytes} bytes, the grant allows ${grant.maxBytes}`, { facts: { hint: `The link allows ${grant.maxBytes} bytes.` } });
}

function openPart(part: Part, sent: Uint8Array, sealing: 'jwe' | 'tls', place: string): Uint8Array {
  if (!sameText(sha256Base64url(sent), part.sent)) throw new CausewayError('digest-mismatch', `part "${part.name}" is not the one that the manifest lists`);
  if ((part.key === undefined) !== (sealing === 'tls')) throw new CausewayError('seal-mismatch', `part "${part.name}" is not sealed as the leg says`);
  const plaintext = part.key === undefined ? sent : decryptChunked(Buffer.from(part.key, 'base64url'), place, sent);
  if (plaintext.length !== part.length || !sameText(sha256Base64url(plaintext), part.sha256)) throw new CausewayError('digest-mismatch', `part "${part.name}" is not the one that was sealed`);
  return plaintext;
}

function parseDocument(manifest: Manifest, parts: readonly Uint8Array[]): JsonValue {
  const [part] = manifest.parts;
  const [bytes] = parts;
  if (part?.name !== DOCUMENT_PART || bytes === undefined) throw new CausewayError('neutral-invalid', 'the first part is not the neutral document');
  try {
    return parseCanonicalJson(bytes) as JsonValue;
  } catch (cause) {
    throw new CausewayError('neutral-invalid', 'the neutral document is not canonical JSON', { cause });
  }
}
