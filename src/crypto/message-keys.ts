/**
 * Keys of message signatures and the algorithms that each kind of key may be used with. The algorithm follows from the registered key, never from
 * the message (RFC 9421, section 7.3.6; RFC 8725, section 3.1): an `alg` in a message can only agree.
 */
import { X509Certificate, constants, createPrivateKey, createPublicKey } from 'node:crypto';
import type { KeyObject, SigningOptions } from 'node:crypto';
import { CausewayError } from '../errors.ts';
import type { CertificatePath } from './certificate-path.ts';
import { certificatesIn } from './certificates.ts';

interface HttpAlgorithm {
  /** For node:crypto; `null` where the key says it. */
  readonly digest: string | null;
  readonly options: SigningOptions;
}

/** RFC 9421, section 3.3, without the symmetric one: whoever can verify that could sign. */
export const HTTP_ALGORITHMS = {
  'ecdsa-p256-sha256': { digest: 'sha256', options: { dsaEncoding: 'ieee-p1363' } },
  'ed25519': { digest: null, options: {} },
  'rsa-pss-sha512': { digest: 'sha512', options: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 64 } },
  'rsa-v1_5-sha256': { digest: 'sha256', options: { padding: constants.RSA_PKCS1_PADDING } },
} as const satisfies Record<string, HttpAlgorithm>;

export type HttpAlgorithmName = keyof typeof HTTP_ALGORITHMS;

export interface MessageKey {
  readonly keyid: string;
  readonly key: KeyObject;
  readonly http: HttpAlgorithmName;
  /** `alg` of a JWS by this key; we sign with the first. */
  readonly jws: readonly [string, ...string[]];
  /** Our own key: its certificate, and those above it, are sent with every signature. DER. */
  readonly certificates?: readonly [Uint8Array, ...Uint8Array[]];
}

const RSA_BITS = 2048;

/** Public key (PEM) of somebody whose signatures we verify. `pkcs1v15`: an RSA key that signs in the old way. Throws `config-invalid` for another kind of key. */
export function verificationKey(keyid: string, pem: string | Buffer, pkcs1v15 = false): MessageKey {
  return { keyid, ...algorithmsOf(keyid, readKey(keyid, () => createPublicKey(pem)), pkcs1v15) };
}

/** The key of a certificate whose path was verified. Throws `signature-weak` for a kind of key with which messages are not signed here. */
export function certifiedKey(keyid: string, { certificate }: CertificatePath): MessageKey {
  try {
    return { keyid, ...algorithmsOf(keyid, certificate.publicKey, false) };
  } catch (cause) {
    throw new CausewayError('signature-weak', 'the key of the signing certificate is of another kind', { facts: { hint: `The key of the signing certificate must be EC P-256, or RSA of at least ${RSA_BITS} bits.` }, cause });
  }
}

/** Our own key (PEM), and certificates (PEM) that are sent with its signatures. Throws `config-invalid` for another kind of key, and for certificates of which the first is not the key's. */
export function signingKey(keyid: string, pem: string | Buffer, certificates?: string | Buffer): MessageKey {
  const key = readKey(keyid, () => createPrivateKey(pem));
  return { keyid, ...algorithmsOf(keyid, key, false), ...(certificates === undefined ? {} : { certificates: chainOf(keyid, key, certificates) }) };
}

function chainOf(keyid: string, key: KeyObject, pem: string | Buffer): [Uint8Array, ...Uint8Array[]] {
  const [own, ...above] = certificatesIn(pem);
  if (own === undefined || !new X509Certificate(own).checkPrivateKey(key)) throw new CausewayError('config-invalid', `the first certificate of key "${keyid}" is not its own`);
  return [own, ...above];
}

function readKey(keyid: string, read: () => KeyObject): KeyObject {
  try {
    return read();
  } catch (cause) {
    throw new CausewayError('config-invalid', `key "${keyid}" is not a key in PEM`, { cause });
  }
}

function algorithmsOf(keyid: string, key: KeyObject, pkcs1v15: boolean): Omit<MessageKey, 'keyid'> {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (type === 'ec' && details?.namedCurve === 'prime256v1') return { key, http: 'ecdsa-p256-sha256', jws: ['ES256'] };
  if (type === 'ed25519') return { key, http: 'ed25519', jws: ['EdDSA', 'Ed25519'] };
  if (type === 'rsa' && (details?.modulusLength ?? 0) >= RSA_BITS) return pkcs1v15 ? { key, http: 'rsa-v1_5-sha256', jws: ['RS256'] } : { key, http: 'rsa-pss-sha512', jws: ['PS512', 'PS256'] };
  throw new CausewayError('config-invalid', `key "${keyid}" must be EC P-256, Ed25519, or RSA of at least ${RSA_BITS} bits`);
}
