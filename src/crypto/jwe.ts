/**
 * Compact JWE (RFC 7516), ECDH-ES+A256KW with A256GCM, under a closed header: the sealed manifest, and evidence for an auditor.
 * On node:crypto: the library's way through WebCrypto takes about twice the time, four times an exchange. The tests hold it
 * against the library, both ways.
 */
import { createCipheriv, createDecipheriv, createPublicKey, diffieHellman, generateKeyPairSync, hash } from 'node:crypto';
import type { KeyObject, webcrypto } from 'node:crypto';
import { CausewayError } from '../errors.ts';
import { randomBytes } from '../platform/random.ts';

const ALGORITHM = 'ECDH-ES+A256KW';
const ENCRYPTION = 'A256GCM';
const OWN_MEMBERS = ['alg', 'enc', 'kid', 'epk'];
/** RFC 3394, 2.2.3.1. */
const KEY_WRAP_IV = Buffer.from('A6A6A6A6A6A6A6A6', 'hex');
/** RFC 7518, 4.6.2: AlgorithmID, PartyUInfo and PartyVInfo (both empty), SuppPubInfo (256 bits). */
const OTHER_INFO = Buffer.concat([Buffer.of(0, 0, 0, ALGORITHM.length), Buffer.from(ALGORITHM), Buffer.alloc(8), Buffer.of(0, 0, 1, 0)]);

export interface EncryptionKey {
  readonly kid: string;
  /** P-256: the public key of who will open. */
  readonly key: KeyObject;
}

/** A private key that opens: where it is, the opener alone knows (a file, a token). */
export interface Opener extends EncryptionKey {
  /** ECDH (RFC 7518, 4.6): the x coordinate of the shared point, 32 bytes. */
  agree(publicKey: KeyObject): Uint8Array | Promise<Uint8Array>;
}

/** Members that the protected header carries beside its own four. */
export type Binding = Readonly<Record<string, string>>;

/** `binding` goes into the protected header and is authenticated with the ciphertext. */
export async function encryptJwe(plaintext: Uint8Array, recipient: EncryptionKey, binding: Binding): Promise<string> {
  const ephemeral = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const epk = ephemeral.publicKey.export({ format: 'jwk' });
  const head = Buffer.from(JSON.stringify({ ...binding, alg: ALGORITHM, enc: ENCRYPTION, kid: recipient.kid, epk })).toString('base64url');
  const contentKey = randomBytes(32);
  const iv = randomBytes(12);
  const wrap = createCipheriv('id-aes256-wrap', wrappingKey(diffieHellman({ privateKey: ephemeral.privateKey, publicKey: recipient.key })), KEY_WRAP_IV);
  const wrapped = Buffer.concat([wrap.update(contentKey), wrap.final()]);
  const cipher = createCipheriv('aes-256-gcm', contentKey, iv).setAAD(Buffer.from(head));
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return [head, ...[wrapped, iv, ciphertext, cipher.getAuthTag()].map((part) => part.toString('base64url'))].join('.');
}

/**
 * The plaintext. Throws `seal-mismatch`: not for a key in `keys`, a header with any member but `alg enc kid epk` and those of `binding`
 * (so also `zip`, which would inflate), another value than `binding` says, another algorithm, or ciphertext that does not open.
 */
export async function decryptJwe(compact: string, keys: readonly Opener[], binding: Binding): Promise<Uint8Array> {
  const segments = compact.split('.');
  const [head = ''] = segments;
  const header = readHeader(head);
  for (const member of Object.keys(header)) if (!OWN_MEMBERS.includes(member) && !Object.hasOwn(binding, member)) throw mismatch(`header member "${member}" is not allowed in a seal`);
  for (const [name, value] of Object.entries({ ...binding, alg: ALGORITHM, enc: ENCRYPTION })) if (header[name] !== value) throw mismatch(`the seal's "${name}" is not the statement's, or not the agreed algorithm`);
  const own = keys.find((key) => key.kid === header['kid']);
  if (own === undefined) throw mismatch('no private key here has the kid of the seal');
  const [wrapped, iv, ciphertext, tag] = segments.slice(1).map(decodeCanonical);
  if (segments.length !== 5 || wrapped?.length !== 40 || iv?.length !== 12 || ciphertext === undefined || tag?.length !== 16) throw mismatch('the seal does not have five parts of the right lengths');
  const shared = await agreed(own, header['epk']);
  try {
    const unwrap = createDecipheriv('id-aes256-wrap', wrappingKey(shared), KEY_WRAP_IV);
    const contentKey = Buffer.concat([unwrap.update(wrapped), unwrap.final()]);
    const decipher = createDecipheriv('aes-256-gcm', contentKey, iv).setAAD(Buffer.from(head)).setAuthTag(tag);
    return Buffer.concat([decipher.update(ciphertext), decipher.final()]);
  } catch (cause) {
    throw mismatch('the seal does not open', cause);
  }
}

/** Concat KDF (RFC 7518, 4.6.2) of one round: 256 bits. */
function wrappingKey(shared: Uint8Array): Buffer {
  return hash('sha256', Buffer.concat([Buffer.of(0, 0, 0, 1), shared, OTHER_INFO]), 'buffer');
}

/** A key that is out of reach is our own fault, and says so; whatever else fails is a seal that does not open. */
async function agreed(own: Opener, epk: unknown): Promise<Uint8Array> {
  try {
    return await own.agree(ephemeralKey(epk));
  } catch (cause) {
    if (cause instanceof CausewayError) throw cause;
    throw mismatch('the seal does not open', cause);
  }
}

/** OpenSSL refuses a point that is not on its curve; the curve is ours to say. */
function ephemeralKey(epk: unknown): KeyObject {
  const { kty, crv } = epk as Readonly<Record<string, unknown>>;
  if (kty !== 'EC' || crv !== 'P-256') throw mismatch('the ephemeral key is not on P-256');
  return createPublicKey({ key: epk as webcrypto.JsonWebKey, format: 'jwk' });
}

/** JSON.stringify gives the text back only if no member stood twice and nothing was spelled in another way. */
function readHeader(head: string): Readonly<Record<string, unknown>> {
  const text = decodeCanonical(head).toString();
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch {
    throw mismatch('the header of the seal is not JSON');
  }
  if (typeof header !== 'object' || header === null || JSON.stringify(header) !== text) throw mismatch('the header of the seal is not a compact object with each member once');
  return header as Readonly<Record<string, unknown>>;
}

function decodeCanonical(segment: string): Buffer {
  const bytes = Buffer.from(segment, 'base64url');
  if (bytes.toString('base64url') !== segment) throw mismatch('a segment of the seal is not canonical base64url');
  return bytes;
}

function mismatch(message: string, cause?: unknown): CausewayError {
  return new CausewayError('seal-mismatch', message, { cause });
}
