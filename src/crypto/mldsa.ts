/** ML-DSA-44 keys (FIPS 204) where this Node offers them: the witness's second key. */
import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { CausewayError } from '../errors.ts';
import { publicHalf } from './keys.ts';

const ALGORITHM = 'ml-dsa-44';
const PUBLIC_KEY_BYTES = 1312;
/** SubjectPublicKeyInfo of id-ml-dsa-44 (2.16.840.1.101.3.4.3.17, RFC 9881) up to the key. */
const SPKI_PREFIX = Buffer.from('30820532300b06096086480165030403110382052100', 'hex');

/** A new private key; undefined where this Node does not know the algorithm. */
export function makeMldsa44(): KeyObject | undefined {
  try {
    return generateKeyPairSync(ALGORITHM).privateKey;
  } catch {
    return undefined;
  }
}

/** Throws `config-invalid` for a key of another kind, and where this Node does not know the algorithm. */
export function mldsa44Key(pem: string | Buffer, role: string, passphrase?: string): KeyObject {
  let key: KeyObject | undefined;
  try {
    key = createPrivateKey({ key: pem, format: 'pem', ...(passphrase === undefined ? {} : { passphrase }) });
  } catch (cause) {
    throw new CausewayError('config-invalid', `the ${role} key cannot be read: not a private key, or this Node knows no ML-DSA-44`, { cause });
  }
  if (key.asymmetricKeyType !== ALGORITHM) throw new CausewayError('config-invalid', `the ${role} key is ${String(key.asymmetricKeyType)}, it must be ML-DSA-44`);
  return key;
}

/** The 1312 raw bytes of a key, private or public. Throws `config-invalid` for any other key. */
export function rawMldsa44(key: KeyObject): Uint8Array {
  if (key.asymmetricKeyType !== ALGORITHM) throw new CausewayError('config-invalid', "a witness's second key is ML-DSA-44");
  const publicKey = publicHalf(key);
  return publicKey.export({ type: 'spki', format: 'der' }).subarray(-PUBLIC_KEY_BYTES);
}

/** The public key whose raw bytes are `base64`, as a link carries it; undefined where this Node does not know the algorithm. Throws `config-invalid`. */
export function mldsa44FromBase64(base64: string): KeyObject | undefined {
  const raw = Buffer.from(base64, 'base64');
  if (raw.length !== PUBLIC_KEY_BYTES || raw.toString('base64') !== base64) throw new CausewayError('config-invalid', "a witness's second key is not the base64 of 1312 bytes");
  try {
    return createPublicKey({ key: Buffer.concat([SPKI_PREFIX, raw]), format: 'der', type: 'spki' });
  } catch {
    return undefined;
  }
}
