/** Witness cosignatures (C2SP tlog-cosignature, cosignature/v1, signature type 04): payload `u64be POSIX seconds || Ed25519 signature`. */
import { verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { Ed25519Signer } from '../crypto/keys.ts';
import { CausewayError } from '../errors.ts';
import { COSIGNATURE_V1, ed25519FromBase64, noteKeyId, rawEd25519 } from './note.ts';
import type { NoteSigner, NoteVerifier } from './note.ts';

const LENGTH = 8 + 64;

function signedBytes(seconds: bigint, text: string): Buffer {
  return Buffer.from(`cosignature/v1\ntime ${seconds}\n${text}`);
}

/** A witness's signer at the time `now` (UTC ms): says that, as of then, the checkpoint is the largest consistent one it has seen. */
export function cosigner(name: string, by: Ed25519Signer, now: number): NoteSigner {
  return {
    name,
    keyId: noteKeyId(name, COSIGNATURE_V1, rawEd25519(by.key)),
    sign: async (text) => {
      const seconds = BigInt(Math.floor(now / 1000));
      const time = Buffer.alloc(8);
      time.writeBigUInt64BE(seconds);
      return Buffer.concat([time, await by.sign(signedBytes(seconds, text))]);
    },
  };
}

export function cosignatureVerifier(name: string, publicKey: KeyObject): NoteVerifier {
  return {
    name,
    keyId: noteKeyId(name, COSIGNATURE_V1, rawEd25519(publicKey)),
    verify: (text, signature) => {
      if (signature.length !== LENGTH) return false;
      const payload = Buffer.from(signature);
      const seconds = payload.readBigUInt64BE();
      return seconds < 2n ** 63n && verify(null, signedBytes(seconds, text), publicKey, payload.subarray(8));
    },
  };
}

/** Verifies the cosignatures of the key that a verifier key names (signed-note: `<name>+<key id>+<base64 of type and key>`). Throws `config-invalid`. */
export function parseWitnessKey(verifierKey: string): { readonly verifier: NoteVerifier; /** base64 of 32 bytes. */ readonly key: string } {
  const [, name = '', id, encoded = ''] = /^([^\s+]+)\+([0-9a-f]{8})\+(.+)$/.exec(verifierKey) ?? [];
  const bytes = Buffer.from(encoded, 'base64');
  if (bytes[0] !== COSIGNATURE_V1) throw new CausewayError('config-invalid', `${name}: not a verifier key of a witness (type 04)`);
  const key = bytes.subarray(1).toString('base64');
  const verifier = cosignatureVerifier(name, ed25519FromBase64(key));
  if (Buffer.from(verifier.keyId).toString('hex') !== id) throw new CausewayError('config-invalid', `${name}: the key id is not that of the key`);
  return { verifier, key };
}

/** UTC milliseconds at which a cosignature says that it was made. Throws `malformed` for other lengths. */
export function cosignatureTime(signature: Uint8Array): number {
  if (signature.length !== LENGTH) throw new CausewayError('malformed', 'not a cosignature/v1');
  return Number(Buffer.from(signature).readBigUInt64BE()) * 1000;
}
