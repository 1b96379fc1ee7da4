/**
 * Witness cosignatures with ML-DSA-44 (C2SP tlog-cosignature, signature type 06): a second line beside the Ed25519 one, for the day on which that one can be
 * forged. Who does not know the key ignores the line. Signs origin, size and root, not the text of the note.
 */
import { sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { rawMldsa44 } from '../crypto/mldsa.ts';
import { parseCheckpointText } from './checkpoint.ts';
import { noteKeyId } from './note.ts';
import type { NoteSigner, NoteVerifier } from './note.ts';

export const COSIGNATURE_MLDSA44 = 6;
const SIGNATURE_BYTES = 2420;

const u64 = (value: bigint): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(value);
  return bytes;
};
const short = (text: string): Buffer => Buffer.concat([Buffer.of(Buffer.byteLength(text)), Buffer.from(text)]);

/** The structure `cosigned_message`: names and origins of at most 255 bytes. */
function signedBytes(name: string, seconds: bigint, text: string): Buffer {
  const { origin, size, root } = parseCheckpointText(text);
  return Buffer.concat([Buffer.from('subtree/v1\n\0'), short(name), u64(seconds), short(origin), u64(0n), u64(BigInt(size)), root]);
}

/** A witness's second signer at the time `now` (UTC ms). Throws `config-invalid` for a key of another kind. */
export function mldsaCosigner(name: string, privateKey: KeyObject, now: number): NoteSigner {
  const keyId = noteKeyId(name, COSIGNATURE_MLDSA44, rawMldsa44(privateKey));
  return {
    name,
    keyId,
    sign: (text) => {
      const seconds = BigInt(Math.floor(now / 1000));
      return Buffer.concat([u64(seconds), sign(null, signedBytes(name, seconds, text), privateKey)]);
    },
  };
}

export function mldsaCosignatureVerifier(name: string, publicKey: KeyObject): NoteVerifier {
  return {
    name,
    keyId: noteKeyId(name, COSIGNATURE_MLDSA44, rawMldsa44(publicKey)),
    verify: (text, signature) => {
      if (signature.length !== 8 + SIGNATURE_BYTES) return false;
      const payload = Buffer.from(signature);
      const seconds = payload.readBigUInt64BE();
      return seconds < 2n ** 63n && verify(null, signedBytes(name, seconds, text), publicKey, payload.subarray(8));
    },
  };
}
