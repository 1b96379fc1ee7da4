/** Key files of a gateway: PEM (PKCS#8) on disk, known by their RFC 7638 thumbprint, which is their `kid` everywhere. */
import { createPrivateKey, createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { CausewayError } from '../errors.ts';
import { sha256Base64url } from './digest.ts';
import type { EncryptionKey } from './jwe.ts';
import type { JwsKey } from './jws.ts';

/** Private P-256 key that signs statements. Throws `config-invalid` for another kind of key. */
export function statementKey(pem: string | Buffer): JwsKey {
  const key = p256(pem, 'statement');
  return { kid: thumbprint(key), alg: 'ES256', key };
}

/** Private P-256 key that opens what peers seal for us. Throws `config-invalid` for another kind of key. */
export function encryptionKey(pem: string | Buffer): EncryptionKey {
  const key = p256(pem, 'encryption');
  return { kid: thumbprint(key), key };
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
export function ed25519Key(pem: string | Buffer, role: string): KeyObject {
  const key = privateKey(pem, role);
  if (key.asymmetricKeyType !== 'ed25519') throw new CausewayError('config-invalid', `the ${role} key is ${String(key.asymmetricKeyType)}, it must be Ed25519`);
  return key;
}

/** RFC 7638 SHA-256 thumbprint of an EC key's public part. */
export function thumbprint(key: KeyObject): string {
  const { crv, kty, x, y } = (key.type === 'public' ? key : createPublicKey(key)).export({ format: 'jwk' });
  return sha256Base64url(JSON.stringify({ crv, kty, x, y }));
}

function p256(pem: string | Buffer, role: string): KeyObject {
  const key = privateKey(pem, role);
  if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') throw new CausewayError('config-invalid', `the ${role} key must be EC P-256`);
  return key;
}

function privateKey(pem: string | Buffer, role: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (cause) {
    throw new CausewayError('config-invalid', `the ${role} key file is not a private key in PEM`, { cause });
  }
}
