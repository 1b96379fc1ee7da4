/**
 * The parts of a payload: each under a key of its own, in its own place. A part in memory stays there; one that lies in a file is sealed into another
 * file, and opened into another, chunk by chunk.
 */
import { createHash } from 'node:crypto';
import { ChunkedDecryptor, ChunkedEncryptor, decryptChunked, encryptChunked } from '../crypto/chunked.ts';
import { sameText, sha256Base64url } from '../crypto/digest.ts';
import { CausewayError } from '../errors.ts';
import { isStored, sha256Of } from '../platform/content.ts';
import { randomBytes } from '../platform/random.ts';
import { RangeFile, WrittenRange } from '../platform/range-file.ts';
import { release } from '../platform/release.ts';
import type { SpoolScope } from '../platform/spool.ts';
import type { Attachment, Content, StatementType, StoredContent } from '../stages.ts';
import { ATTACHMENT_PART } from './manifest.ts';
import type { Part } from './manifest.ts';
import type { RequestClaims } from './statement.ts';

type Sealing = 'jwe' | 'tls';

/** A part as the manifest lists it, and what is sent of it. */
export interface SealedPart<Sent = Content> {
  readonly part: Part;
  readonly sent: Sent;
}

/** Context of a part's encryption: a part opens only in its own place of its own exchange and direction. */
export function partPlace(type: StatementType, claims: Pick<RequestClaims, 'iss' | 'jti'>, index: number): string {
  return `${type}\0${claims.iss}\0${claims.jti}\0${index}`;
}

/** A part in memory. */
export function sealPart(name: string, mediaType: string, plaintext: Uint8Array, sealing: Sealing, place: string): SealedPart<Uint8Array> {
  const listed = { name, type: mediaType, length: plaintext.length, sha256: sha256Base64url(plaintext) };
  if (sealing === 'tls') return { part: { ...listed, sent: listed.sha256 }, sent: plaintext };
  const key = randomBytes(32);
  const sent = encryptChunked(key, place, plaintext);
  return { part: { ...listed, sent: sha256Base64url(sent), key: key.toString('base64url') }, sent };
}

/** Parts that cross as they are, in their order. Throws `disk-full`. */
export async function sealAttachments(attachments: readonly Attachment[], sealing: Sealing, placeOf: (at: number) => string, scope: SpoolScope | undefined): Promise<SealedPart[]> {
  const file = new RangeFile(scope);
  const sealed: SealedPart<Content | WrittenRange>[] = [];
  for (const [at, attachment] of attachments.entries()) {
    const { headers, type, content } = attachment;
    const { part, sent } = isStored(content) ? await sealStored(attachment, content, sealing, placeOf(at), file) : sealPart(ATTACHMENT_PART, type, content, sealing, placeOf(at));
    sealed.push({ part: headers.length === 0 ? part : { ...part, headers: Buffer.from(headers).toString('base64') }, sent });
  }
  const contentOf = await file.finish();
  return sealed.map(({ part, sent }) => ({ part, sent: sent instanceof WrittenRange ? contentOf(sent) : sent }));
}

async function sealStored({ type, sha256 }: Attachment, content: StoredContent, sealing: Sealing, place: string, file: RangeFile): Promise<SealedPart<Content | WrittenRange>> {
  const listed = { name: ATTACHMENT_PART, type, length: content.length, sha256 };
  if (sealing === 'tls') return { part: { ...listed, sent: sha256 }, sent: content };
  const key = randomBytes(32);
  const sent = await file.write((add) => transform(content, new ChunkedEncryptor(key, place), add));
  return { part: { ...listed, sent: sent.sha256, key: key.toString('base64url') }, sent };
}

/** A part in memory. Throws `digest-mismatch`, `seal-mismatch`. */
export function openPart(part: Part, sent: Uint8Array, sealing: Sealing, place: string): Uint8Array {
  checkSent(part, sha256Base64url(sent));
  const key = keyOf(part, sealing);
  const plaintext = key === undefined ? sent : decryptChunked(key, place, sent);
  checkPlaintext(part, plaintext.length, sha256Base64url(plaintext));
  return plaintext;
}

/** The parts behind the document. Nothing of any of them is handed on before all of them are what the manifest lists. Throws `digest-mismatch`, `seal-mismatch`, `disk-full`. */
export async function openAttachments(parts: readonly SealedPart[], sealing: Sealing, placeOf: (at: number) => string, scope: SpoolScope | undefined): Promise<Attachment[]> {
  const file = new RangeFile(scope);
  const opened: { readonly part: Part; readonly content: Content | WrittenRange }[] = [];
  for (const [at, { part, sent }] of parts.entries()) {
    opened.push({ part, content: isStored(sent) ? await openStored(part, sent, sealing, placeOf(at), file) : openPart(part, sent, sealing, placeOf(at)) });
  }
  const contentOf = await file.finish();
  return opened.map(({ part: { headers, type, sha256 }, content }) => ({ headers: Buffer.from(headers ?? '', 'base64'), type, sha256, content: content instanceof WrittenRange ? contentOf(content) : content }));
}

async function openStored(part: Part, sent: StoredContent, sealing: Sealing, place: string, file: RangeFile): Promise<Content | WrittenRange> {
  const key = keyOf(part, sealing);
  if (key === undefined) {
    const digest = await sha256Of(sent);
    checkSent(part, digest);
    checkPlaintext(part, sent.length, digest);
    return sent;
  }
  const hash = createHash('sha256');
  const opened = await file.write((add) => transform(sent, new ChunkedDecryptor(key, place), add, (chunk) => hash.update(chunk))).catch(async (thrown: unknown) => {
    // Of two things that are wrong, the one is named that comes first in the receiver's order.
    checkSent(part, await sha256Of(sent));
    throw thrown;
  });
  checkSent(part, hash.digest('base64url'));
  checkPlaintext(part, opened.length, opened.sha256);
  return opened;
}

async function transform(content: StoredContent, cipher: ChunkedEncryptor | ChunkedDecryptor, add: (bytes: Uint8Array) => Promise<void>, look: (chunk: Uint8Array) => void = () => {}): Promise<void> {
  const addAll = async (pieces: readonly Uint8Array[]): Promise<void> => {
    for (const piece of pieces) {
      await add(piece);
      release(piece);
    }
  };
  await content.scan((chunk) => {
    look(chunk);
    return addAll(cipher.update(chunk));
  });
  await addAll(cipher.final());
}

function keyOf({ name, key }: Part, sealing: Sealing): Uint8Array | undefined {
  if ((key === undefined) !== (sealing === 'tls')) throw new CausewayError('seal-mismatch', `part "${name}" is not sealed as the leg says`);
  return key === undefined ? undefined : Buffer.from(key, 'base64url');
}

function checkSent({ name, sent }: Part, sha256: string): void {
  if (!sameText(sha256, sent)) throw new CausewayError('digest-mismatch', `part "${name}" is not the one that the manifest lists`);
}

function checkPlaintext({ name, length, sha256 }: Part, found: number, digest: string): void {
  if (found !== length || !sameText(digest, sha256)) throw new CausewayError('digest-mismatch', `part "${name}" is not the one that was sealed`);
}
