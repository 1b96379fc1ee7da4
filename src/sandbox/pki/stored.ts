/** Keys and certificates of the sandbox as files: made once, read on a warm start. */
import { X509Certificate, createPrivateKey, createPublicKey } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Identity } from '../../crypto/pki.ts';

/** An identity (PEM) and the two files that hold it. */
export interface StoredIdentity extends Identity {
  readonly keyFile: string;
  readonly certificateFile: string;
}

/**
 * The identity in `<path>.key.pem` and `<path>.crt.pem` if it still `fits`, else a new one by `make`, written there. A half-written
 * pair of files, as a killed start leaves it, does not fit.
 */
export async function stored(path: string, fits: (identity: Identity) => boolean, make: () => Identity): Promise<StoredIdentity> {
  const files = { keyFile: `${path}.key.pem`, certificateFile: `${path}.crt.pem` };
  const found = await read(files.keyFile, files.certificateFile);
  if (found !== undefined && isPair(found) && fits(found)) return { ...found, ...files };
  const made = make();
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFile(files.keyFile, made.key, { mode: 0o600 });
  await writeFile(files.certificateFile, made.certificate);
  return { ...made, ...files };
}

async function read(keyFile: string, certificateFile: string): Promise<Identity | undefined> {
  try {
    const [key, certificate] = await Promise.all([readFile(keyFile, 'utf8'), readFile(certificateFile, 'utf8')]);
    return { key, certificate };
  } catch {
    return undefined;
  }
}

function isPair(identity: Identity): boolean {
  try {
    const certified = new X509Certificate(identity.certificate).publicKey;
    return createPublicKey(createPrivateKey(identity.key)).equals(certified);
  } catch {
    return false;
  }
}
