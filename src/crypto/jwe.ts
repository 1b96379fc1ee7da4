/** Compact JWE (RFC 7516), ECDH-ES+A256KW with A256GCM, under a closed header: the sealed manifest, and evidence for an auditor. */
import type { KeyObject } from 'node:crypto';
import { CompactEncrypt, compactDecrypt } from 'jose';
import { CausewayError } from '../errors.ts';

const ALGORITHM = 'ECDH-ES+A256KW';
const ENCRYPTION = 'A256GCM';
const ALLOWED = { keyManagementAlgorithms: [ALGORITHM], contentEncryptionAlgorithms: [ENCRYPTION] };
const OWN_MEMBERS = ['alg', 'enc', 'kid', 'epk'];

export interface EncryptionKey {
  readonly kid: string;
  /** P-256: the peer's public key, or our private one. */
  readonly key: KeyObject;
}

/** Members that the protected header carries beside its own four. */
export type Binding = Readonly<Record<string, string>>;

/** `binding` goes into the protected header and is authenticated with the ciphertext. */
export async function encryptJwe(plaintext: Uint8Array, recipient: EncryptionKey, binding: Binding): Promise<string> {
  return new CompactEncrypt(plaintext).setProtectedHeader({ ...binding, alg: ALGORITHM, enc: ENCRYPTION, kid: recipient.kid }).encrypt(recipient.key);
}

/**
 * The plaintext. Throws `seal-mismatch`: not for a key in `keys`, a header with any member but `alg enc kid epk` and those of `binding`
 * (so also `zip`, which would inflate), another value than `binding` says, another algorithm, or ciphertext that does not open.
 */
export async function decryptJwe(compact: string, keys: readonly EncryptionKey[], binding: Binding): Promise<Uint8Array> {
  const header = readHeader(compact);
  for (const member of Object.keys(header)) if (!OWN_MEMBERS.includes(member) && !Object.hasOwn(binding, member)) throw mismatch(`header member "${member}" is not allowed in a seal`);
  for (const [name, value] of Object.entries(binding)) if (header[name] !== value) throw mismatch(`the seal's "${name}" is not the statement's`);
  const own = keys.find((key) => key.kid === header['kid']);
  if (own === undefined) throw mismatch('no private key here has the kid of the seal');
  try {
    return (await compactDecrypt(compact, own.key, ALLOWED)).plaintext;
  } catch (cause) {
    // Whatever a peer's bytes make jose or the engine throw (a point off the curve is a DOMException): the seal does not open.
    throw mismatch('the seal does not open', cause);
  }
}

/** JSON.stringify gives the text back only if no member stood twice and nothing was spelled in another way. */
function readHeader(compact: string): Readonly<Record<string, unknown>> {
  const text = Buffer.from(compact.slice(0, compact.indexOf('.')), 'base64url').toString();
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch {
    throw mismatch('the header of the seal is not JSON');
  }
  if (typeof header !== 'object' || header === null || JSON.stringify(header) !== text) throw mismatch('the header of the seal is not a compact object with each member once');
  return header as Readonly<Record<string, unknown>>;
}

function mismatch(message: string, cause?: unknown): CausewayError {
  return new CausewayError('seal-mismatch', message, { cause });
}
