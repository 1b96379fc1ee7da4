/** Key files: PEM (PKCS#8, encrypted or not) on disk, known by their RFC 7638 thumbprint, which is their `kid` everywhere. */
import { createPrivateKey, createPublicKey, diffieHellman, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { CausewayError } from '../errors.ts';
import { sha256Base64url } from './digest.ts';
import type { EncryptionKey, Opener } from './jwe.ts';
import { SIGNATURE_FORM } from './jws.ts';
import type { Signer } from './jws.ts';

/** Private P-256 key that signs. Throws `config-invalid` for another kind of key. */
export function statementKey(pem: string | Buffer, passphrase?: string): Signer {
  const key = p256(pem, 'statement', passphrase);
  return signerOf(thumbprint(key), key);
}

/** Private P-256 key that opens what others seal for us. Throws `config-invalid` for another kind of key. */
export function encryptionKey(pem: string | Buffer, passphrase?: string): Opener {
  const key = p256(pem, 'encryption', passphrase);
  return openerOf(thumbprint(key), key);
}

/** Signs in this process, without a detour: it is on the path of every exchange. */
export function signerOf(kid: string, privateKey: KeyObject): Signer {
  return { kid, alg: 'ES256', key: createPublicKey(privateKey), sign: (input) => sign('sha256', input, { key: privateKey, dsaEncoding: SIGNATURE_FORM }) };
}

/** Opens in this process. */
export function openerOf(kid: string, privateKey: KeyObject): Opener {
  return { kid, key: createPublicKey(privateKey), agree: (publicKey) => diffieHellman({ privateKey, publicKey }) };
}

/** Signs with Ed25519 (RFC 8032), 64 bytes: `key` is its public half, and where the private one is, the signer alone knows (a file, a token). */
export interface Ed25519Signer {
  readonly key: KeyObject;
  sign(input: Uint8Array): Uint8Array | Promise<Uint8Array>;
}

/** Signs in this process. */
export function ed25519SignerOf(privateKey: KeyObject): Ed25519Signer {
  return { key: createPublicKey(privateKey), sign: (input) => sign(null, input, privateKey) };
}

/** Public JWK of a peer or an auditor as an encryption key. Throws `config-invalid` when it is none. */
export function recipientKey(jwk: Readonly<Record<string, string>>): EncryptionKey {
  try {
    const key = createPublicKey({ key: jwk, format: 'jwk' });
    return { kid: thumbprint(key), key };
  } catch (cause) {
    throw new CausewayError('config-invalid', 'not a public JWK for ECDH on P-256', { cause });
  }
}

/** Private Ed25519 key of a log or a witness. Throws `config-invalid` for another kind of key. */
export function ed25519Key(pem: string | Buffer, role: string, passphrase?: string): KeyObject {
  const key = privateKey(pem, role, passphrase);
  if (key.asymmetricKeyType !== 'ed25519') throw new CausewayError('config-invalid', `the ${role} key is ${String(key.asymmetricKeyType)}, it must be Ed25519`);
  return key;
}

/** Of a private key its public part; a public key is its own. */
export function publicHalf(key: KeyObject): KeyObject {
  return key.type === 'public' ? key : createPublicKey(key);
}

/** RFC 7638 SHA-256 thumbprint of an EC key's public part. */
export function thumbprint(key: KeyObject): string {
  const { crv, kty, x, y } = publicHalf(key).export({ format: 'jwk' });
  return sha256Base64url(JSON.stringify({ crv, kty, x, y }));
}

function p256(pem: string | Buffer, role: string, passphrase: string | undefined): KeyObject {
  const key = privateKey(pem, role, passphrase);
  if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') throw new CausewayError('config-invalid', `the ${role} key must be EC P-256`);
  return key;
}

/** Throws `config-invalid`, saying whether a passphrase is missing or wrong; the engine's own words stay in the cause. */
export function privateKey(pem: string | Buffer, role: string, passphrase?: string): KeyObject {
  try {
    return createPrivateKey({ key: pem, format: 'pem', ...(passphrase === undefined ? {} : { passphrase }) });
  } catch (cause) {
    const encrypted = pem.includes('ENCRYPTED');
    const why = encrypted ? (passphrase === undefined ? 'is encrypted, and keys.passphrase names no file' : 'does not open with the passphrase of keys.passphrase') : 'is not a private key in PEM';
    throw new CausewayError('config-invalid', `the ${role} key file ${why}`, { cause });
  }
}

/** PEM (PKCS#8), encrypted (PBES2, AES-256) under a passphrase where there is one. */
export function encodedKey(key: KeyObject, passphrase: string | undefined): string {
  return key.export({ type: 'pkcs8', format: 'pem', ...(passphrase === undefined ? {} : { cipher: 'aes-256-cbc', passphrase }) });
}
