/**
 * A request of FI to EE written from docs/federation-protocol.md alone, by a sender whose keys are trusted and who bends what it likes:
 * the parts, the manifest, the seal, the frames, the claims.
 */
import { createCipheriv, createHash, createHmac, randomBytes } from 'node:crypto';
import canonicalize from 'canonicalize';
import { CompactEncrypt } from 'jose';
import type { SealedBytes } from '../../src/federation/peer-client.ts';
import { exchangeId } from '../../src/platform/ids.ts';
import { signRaw } from './forge.ts';
import type { Claims } from './forge.ts';
import { CONTEXT, DIGEST, NEUTRAL, NOW, PROOF } from './sides.ts';
import type { Pair } from './sides.ts';

export interface HandmadePart {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface ListedPart {
  name: string;
  type: string;
  length: number;
  sha256: string;
  sent: string;
  key?: string;
}

export interface ManifestDraft {
  v: number;
  salt: string;
  context: unknown;
  parts: ListedPart[];
}

export interface RawFrame {
  readonly kind: number;
  readonly bytes: Uint8Array;
}

export interface Bends {
  readonly xid?: string;
  readonly parts?: readonly HandmadePart[];
  /** Context under which part `index` is encrypted. */
  readonly place?: (index: number, honest: string) => string;
  readonly manifest?: (draft: ManifestDraft) => unknown;
  readonly seal?: (plaintext: Uint8Array, honest: Record<string, string>) => Promise<Uint8Array | string>;
  readonly frames?: (frames: RawFrame[]) => RawFrame[];
  readonly claims?: (claims: Claims) => Claims;
}

export const DOCUMENT: HandmadePart = { name: 'document', bytes: Buffer.from('{"hello":"world"}') };
export const ATTACHMENT: HandmadePart = { name: 'attachment', bytes: Buffer.from('%PDF-1.7 …') };

export async function handmadeRequest(pair: Pair, bends: Bends = {}): Promise<SealedBytes & { readonly payload: Uint8Array }> {
  const xid = bends.xid ?? exchangeId(NOW);
  const { fi, ee, grant } = pair;
  const [version] = fi.link.versions;
  const salt = randomBytes(32);
  const parts = (bends.parts ?? [DOCUMENT]).map((part, index) => {
    const honest = `causeway-request+jwt\0${fi.entity}\0${xid}\0${index}`;
    return sealPart(part, grant.sealing, bends.place?.(index, honest) ?? honest);
  });
  const draft: ManifestDraft = { v: 1, salt: salt.toString('base64url'), context: CONTEXT, parts: parts.map(({ listed }) => listed) };
  const plaintext = Buffer.from(canonicalize(bends.manifest?.(draft) ?? draft) ?? '');
  const header = { iss: fi.entity, aud: ee.entity, jti: xid, typ: 'causeway-request+jwt', alg: 'ECDH-ES+A256KW', enc: 'A256GCM', kid: 'EE-encryption' };
  const seal = bends.seal ?? (grant.sealing === 'jwe' ? (text: Uint8Array) => encryptFor(pair, text, header) : async (text: Uint8Array) => text);
  const manifest = Buffer.from(await seal(plaintext, header));
  const frames = [{ kind: 1, bytes: manifest }, ...parts.map(({ sent }) => ({ kind: 2, bytes: sent }))];
  const payload = encode(bends.frames?.(frames) ?? frames);
  const iat = NOW / 1000;
  const content = createHmac('sha256', salt).update('causeway/content/v1\0').update(createHash('sha256').update(plaintext).digest()).digest('base64url');
  const claims = {
    iss: fi.entity, aud: ee.entity, jti: xid, nonce: randomBytes(32).toString('base64url'), iat, exp: iat + 60,
    link: { id: version.agreement.id, version: version.agreement.version, sha256: version.sha256 },
    neutral: NEUTRAL, sealing: grant.sealing, mapping: { id: 'fi/echo', revision: 1, sha256: DIGEST },
    payload: { manifest: sha256(manifest), parts: parts.length, bytes: payload.length },
    ...(grant.fields?.request === undefined ? {} : { minimised: sha256(Buffer.from(canonicalize(grant.fields.request) ?? '')) }),
    content, domestic: PROOF, budget: 5000, client: grant.client, service: grant.service, operation: grant.operation, purpose: grant.purpose,
  };
  return { statement: signRaw('{"alg":"ES256","typ":"causeway-request+jwt","kid":"FI-statement"}', canonicalize(bends.claims?.(claims) ?? claims) ?? '', fi.signing), payload };
}

/** The honest seal: what anybody who knows EE's public key can make. */
export async function encryptFor({ fi }: Pair, plaintext: Uint8Array, header: Record<string, string>): Promise<string> {
  return new CompactEncrypt(plaintext).setProtectedHeader({ alg: '', enc: '', ...header }).encrypt(fi.side.trust.encryptionKey(NOW).key);
}

export function sha256(data: Uint8Array): string {
  return createHash('sha256').update(data).digest('base64url');
}

export function encode(frames: readonly RawFrame[]): Uint8Array {
  return Buffer.concat(frames.flatMap(({ kind, bytes }) => [frameHeader(kind, BigInt(bytes.length)), bytes]));
}

export function frameHeader(kind: number, length: bigint): Buffer {
  const header = Buffer.alloc(9, kind);
  header.writeBigUInt64BE(length, 1);
  return header;
}

/** Public half of EE's encryption key: no secret. */
export function publicKeyOfEe({ ee }: Pair) {
  const [own] = ee.side.encryptionKeys;
  if (own === undefined) throw new TypeError('EE has no encryption key');
  return own.key;
}

function sealPart({ name, bytes }: HandmadePart, sealing: 'jwe' | 'tls', context: string): { listed: ListedPart; sent: Uint8Array } {
  const type = name === 'document' ? 'application/json' : 'application/pdf';
  const listed = { name, type, length: bytes.length, sha256: sha256(bytes) };
  if (sealing === 'tls') return { listed: { ...listed, sent: listed.sha256 }, sent: bytes };
  const key = randomBytes(32);
  const sent = cobblestone256(key, randomBytes(24), context, bytes);
  return { listed: { ...listed, sent: sha256(sent), key: key.toString('base64url') }, sent };
}

/** C2SP chunked encryption, Cobblestone-256: a second writing of it, whose HKDF-Expand runs until it has enough. */
export function cobblestone256(inputKey: Uint8Array, salt: Uint8Array, context: string, plaintext: Uint8Array): Buffer {
  const info = Buffer.concat([Buffer.from('c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0'), salt, Buffer.from(context)]);
  const okm = hkdfExpand(inputKey, info, 76);
  const chunks: Buffer[] = [];
  for (let n = 0n, at = 0; at <= plaintext.length; n += 1n, at += 16_384) {
    const nonce = Buffer.from((BigInt(`0x${okm.subarray(32, 44).toString('hex')}`) ^ n).toString(16).padStart(24, '0'), 'hex');
    const cipher = createCipheriv('aes-256-gcm', okm.subarray(0, 32), nonce);
    chunks.push(cipher.update(plaintext.subarray(at, at + 16_384)), cipher.final(), cipher.getAuthTag());
  }
  return Buffer.concat([salt, okm.subarray(44), ...chunks]);
}

function hkdfExpand(key: Uint8Array, info: Uint8Array, length: number): Buffer {
  let okm = Buffer.alloc(0);
  let block = Buffer.alloc(0);
  for (let n = 1; okm.length < length; n += 1) {
    block = createHmac('sha512', key).update(Buffer.concat([block, info, Buffer.of(n)])).digest();
    okm = Buffer.concat([okm, block]);
  }
  return okm.subarray(0, length);
}
