/** Compact JWE (RFC 7516), ECDH-ES+A256KW with A256GCM: the sealed manifest, and evidence for an auditor. */
import type { KeyObject } from 'node:crypto';
import { CompactEncrypt, compactDecrypt, decodeProtectedHeader, errors } from 'jose';
import { CausewayError } from '../errors.ts';

const ALGORITHM = 'ECDH-ES+A256KW';
const ENCRYPTION = 'A256GCM';

export interface EncryptionKey {
  readonly kid: string;
  /** P-256, the peer's public key. */
  readonly key: KeyObject;
}

/** `binding` goes into the protected header and is authenticated with the ciphertext. */
export async function encryptJwe(plaintext: Uint8Array, recipient: EncryptionKey, binding: Readonly<Record<string, string>>): Promise<string> {
  return new CompactEncrypt(plaintext).setProtectedHeader({ ...binding, alg: ALGORITHM, enc: ENCRYPTION, kid: recipient.kid }).encrypt(recipient.key);
}

/** Throws `seal-mismatch`: not for a key in `keys`, does not open, or a member of `binding` differs. */
export async function decryptJwe(compact: string, keys: readonly EncryptionKey[], binding: Readonly<Record<string, string>>): Promise<Uint8Array> {
  try {
    const header = decodeProtectedHeader(compact);
    const own = keys.find((key) => key.kid === header.kid);
    if (own === undefined) throw new CausewayError('seal-mismatch', `no private key "${String(header.kid)}" here`);
    for (const [name, value] of Object.entries(binding)) {
      if (header[name] !== value) throw new CausewayError('seal-mismatch', `the seal's "${name}" is not the statement's`);
    }
    const { plaintext } = await compactDecrypt(compact, own.key, { keyManagementAlgorithms: [ALGORITHM], contentEncryptionAlgorithms: [ENCRYPTION] });
    return plaintext;
  } catch (cause) {
    if (cause instanceof errors.JOSEError || cause instanceof TypeError) throw new CausewayError('seal-mismatch', 'the seal does not open', { cause });
    throw cause;
  }
}
