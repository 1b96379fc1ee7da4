/**
 * Signed notes (C2SP signed-note v1): a text, a blank line, and signature lines `— <name> <base64(key id || signature)>`.
 * The signed bytes are the text with its last newline, without the blank line.
 */
import { createPublicKey, hash, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { publicHalf } from '../crypto/keys.ts';
import type { Ed25519Signer } from '../crypto/keys.ts';
import { CausewayError } from '../errors.ts';

/** Signature types of signed-note: the byte that goes into the key id. */
export const ED25519 = 1;
export const COSIGNATURE_V1 = 4;

export interface NoteSignature {
  readonly name: string;
  /** 4 bytes. */
  readonly keyId: Uint8Array;
  readonly signature: Uint8Array;
  /** The line as it stands in the note, without its newline. */
  readonly line: string;
}

export interface Note {
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** Knows one key by name and id, and checks what it signed. */
export interface NoteVerifier {
  readonly name: string;
  readonly keyId: Uint8Array;
  readonly verify: (text: string, signature: Uint8Array) => boolean;
}

/** Makes one signature over a note's text; a key in a token takes its time. */
export interface NoteSigner {
  readonly name: string;
  readonly keyId: Uint8Array;
  readonly sign: (text: string) => Uint8Array | Promise<Uint8Array>;
}

/** A key, or the two that are held while one takes the place of the other. */
export type OneOrMore<T> = T | readonly T[];

export function all<T>(those: OneOrMore<T>): readonly T[] {
  return Array.isArray(those) ? (those as readonly T[]) : [those as T];
}

const SIGNATURE_LINE = /^— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})$/u;
// eslint-disable-next-line no-control-regex -- signed-note forbids them, a newline apart
const CONTROL = /[\u0000-\u0009\u000b-\u001f]/;
/** A note has 16 signatures at least in every implementation; ours has two. The rest is what a sender may waste of our time. */
const MAX_SIGNATURES = 32;
export const MAX_NOTE_CHARACTERS = 64 * 1024;

function malformed(what: string): never {
  throw new CausewayError('malformed', `signed note: ${what}`);
}

/** The note in `content`, nothing of it verified. Throws `malformed`. */
export function parseNote(content: string): Note {
  if (content.length > MAX_NOTE_CHARACTERS) malformed('too long');
  if (!content.isWellFormed() || CONTROL.test(content)) malformed('a character that is not allowed');
  const blank = content.lastIndexOf('\n\n');
  if (blank < 0 || !content.endsWith('\n')) malformed('no signatures');
  const lines = content.slice(blank + 2, -1).split('\n');
  if (lines.length > MAX_SIGNATURES) malformed('too many signatures');
  return { text: content.slice(0, blank + 1), signatures: lines.map(parseSignatureLine) };
}

/** One signature line, without its newline. Throws `malformed`. */
export function parseSignatureLine(line: string): NoteSignature {
  const [, name, encoded] = SIGNATURE_LINE.exec(line) ?? malformed('not a signature line');
  const bytes = Buffer.from(encoded!, 'base64');
  if (bytes.toString('base64') !== encoded) malformed('base64 that is not canonical');
  if (bytes.length <= 4) malformed('a signature without bytes');
  return { name: name!, keyId: bytes.subarray(0, 4), signature: bytes.subarray(4), line };
}

export function formatNote(text: string, signatureLines: readonly string[]): string {
  return `${text}\n${signatureLines.map((line) => `${line}\n`).join('')}`;
}

/** Throws `dependency-lost` for a key in a token that is not there. */
export async function signatureLine(signer: NoteSigner, text: string): Promise<string> {
  return `— ${signer.name} ${Buffer.concat([signer.keyId, await signer.sign(text)]).toString('base64')}`;
}

/** Whether `signature` claims to be of the key that `verifier` knows: name and id together name a key, neither alone does. */
export function isOfKey(signature: NoteSignature, verifier: Pick<NoteVerifier, 'name' | 'keyId'>): boolean {
  return signature.name === verifier.name && Buffer.compare(signature.keyId, verifier.keyId) === 0;
}

/**
 * The signatures of `note` that known keys made. Signatures of unknown keys are ignored; a known key's bad signature rejects the
 * whole note. Throws `statement-invalid` then, and `statement-untrusted` if no known key signed.
 */
export function verifyNote(note: Note, verifiers: readonly NoteVerifier[]): NoteSignature[] {
  const known = note.signatures.filter((signature) => {
    const verifier = verifiers.find((candidate) => isOfKey(signature, candidate));
    if (verifier !== undefined && !verifier.verify(note.text, signature.signature)) {
      throw new CausewayError('statement-invalid', `signed note: the signature of ${verifier.name} does not verify`);
    }
    return verifier !== undefined;
  });
  if (known.length === 0) throw new CausewayError('statement-untrusted', 'signed note: no known key signed it');
  return known;
}

/** `SHA-256(name || 0A || type || public key)[:4]` for an Ed25519 key of 32 bytes. Throws `config-invalid` for a name that no note can carry. */
export function noteKeyId(name: string, type: number, publicKey: Uint8Array): Uint8Array {
  if (name === '' || /[\s+]/u.test(name)) throw new CausewayError('config-invalid', `"${name}" cannot be a key name: empty, or with a space or a plus`);
  return hash('sha256', Buffer.concat([Buffer.from(`${name}\n`), Uint8Array.of(type), publicKey]), 'buffer').subarray(0, 4);
}

const ED25519_SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/** The 32 raw bytes (RFC 8032) of an Ed25519 key, private or public. Throws `config-invalid` for any other key. */
export function rawEd25519(key: KeyObject): Uint8Array {
  if (key.asymmetricKeyType !== 'ed25519') throw new CausewayError('config-invalid', 'log and witness keys are Ed25519');
  const publicKey = publicHalf(key);
  return publicKey.export({ type: 'spki', format: 'der' }).subarray(ED25519_SPKI_PREFIX.length);
}

/** The Ed25519 public key whose 32 raw bytes are `base64` (as log and witness keys stand in a link). Throws `config-invalid`. */
export function ed25519FromBase64(base64: string): KeyObject {
  const raw = Buffer.from(base64, 'base64');
  if (raw.length !== 32 || raw.toString('base64') !== base64) throw new CausewayError('config-invalid', 'a log or witness key is not the base64 of 32 bytes');
  return createPublicKey({ key: Buffer.concat([ED25519_SPKI_PREFIX, raw]), format: 'der', type: 'spki' });
}

/** Signs with a log's Ed25519 key (type 01). */
export function ed25519Signer(name: string, by: Ed25519Signer): NoteSigner {
  const keyId = noteKeyId(name, ED25519, rawEd25519(by.key));
  return { name, keyId, sign: (text) => by.sign(Buffer.from(text)) };
}

export function ed25519Verifier(name: string, publicKey: KeyObject): NoteVerifier {
  const keyId = noteKeyId(name, ED25519, rawEd25519(publicKey));
  return { name, keyId, verify: (text, signature) => verify(null, Buffer.from(text), publicKey, signature) };
}
