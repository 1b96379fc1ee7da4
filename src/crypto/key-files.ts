/** Private keys in files, in the clear or encrypted (PKCS#8, PBES2) under a passphrase that stands in a file of its own. */
import { X509Certificate, createPublicKey, generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { CausewayError } from '../errors.ts';
import { writeDurably } from '../platform/durable-file.ts';
import { spkiPin } from '../platform/spki.ts';
import type { Opener } from './jwe.ts';
import type { Signer } from './jws.ts';
import { openUnderPassphrase, sealUnderPassphrase } from './sealed-secret.ts';
import { mldsa44Key } from './mldsa.ts';
import { ed25519Key, encodedKey, encryptionKey, privateKey, statementKey } from './keys.ts';

/** How we show ourselves to who connects, and to whom we connect. PEM; the key in the clear, in memory alone. */
export interface TlsIdentity {
  readonly key: string;
  readonly cert: string;
  /** Of its key. */
  readonly pin: string;
}

export interface TlsFiles {
  readonly key: string;
  readonly certificate: string;
}

export class KeyFiles {
  readonly #passphrase: string | undefined;

  /** `passphraseFile`: such as a systemd credential; its last line break is none of the passphrase. Throws `config-invalid`. */
  constructor(passphraseFile?: string) {
    this.#passphrase = passphraseFile === undefined ? undefined : readPassphrase(passphraseFile);
  }

  signer(file: string): Signer {
    return statementKey(read(file), this.#passphrase);
  }

  opener(file: string): Opener {
    return encryptionKey(read(file), this.#passphrase);
  }

  /** Of a log or a witness. */
  ed25519(file: string, role: string): KeyObject {
    return ed25519Key(read(file), role, this.#passphrase);
  }

  /** Of the organisation's seal, or of our own member: whatever kind its authority certifies. */
  signing(file: string, role: 'seal' | 'member'): KeyObject {
    return privateKey(read(file), role, this.#passphrase);
  }

  /** The second key of a witness. */
  mldsa44(file: string): KeyObject {
    return mldsa44Key(read(file), 'second witness', this.#passphrase);
  }

  /** Throws `config-invalid` also where certificate and key are not of each other: one of two files was replaced, and the other will be. */
  tls({ key: keyFile, certificate }: TlsFiles): TlsIdentity {
    const key = privateKey(read(keyFile), 'TLS', this.#passphrase);
    const cert = read(certificate);
    const pin = spkiPin(createPublicKey(key));
    if (pin !== pinOf(cert, certificate)) throw new CausewayError('config-invalid', `${certificate} is not of the key in ${keyFile}`);
    return { key: key.export({ type: 'pkcs8', format: 'pem' }), cert: cert.toString(), pin };
  }

  /** Makes a key; encrypted where there is a passphrase, readable by this user alone, and on disk when this resolves. */
  async make(file: string, curve: 'P-256' | 'Ed25519'): Promise<void> {
    const { privateKey: key } = curve === 'P-256' ? generateKeyPairSync('ec', { namedCurve: curve }) : generateKeyPairSync('ed25519');
    await this.write(file, key);
  }

  /** A secret text as its file holds it: under the passphrase; in the clear where there is none. */
  async sealSecret(text: string): Promise<string> {
    return this.#passphrase === undefined ? text : sealUnderPassphrase(text, this.#passphrase);
  }

  /** What `sealSecret` made. Throws `config-invalid`. */
  async openSecret(compact: string, file: string): Promise<string> {
    if (this.#passphrase === undefined) throw new CausewayError('config-invalid', `${file} is encrypted, and keys.passphrase names no file`);
    return openUnderPassphrase(compact, this.#passphrase, file);
  }

  async write(file: string, key: KeyObject): Promise<void> {
    await writeDurably(file, encodedKey(key, this.#passphrase));
  }
}

/** Throws `config-invalid` for a file that is empty. */
export function readPassphrase(file: string): string {
  const passphrase = read(file).toString().replace(/\r?\n$/, '');
  if (passphrase === '') throw new CausewayError('config-invalid', `${file}, keys.passphrase, is empty`);
  return passphrase;
}

function read(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new CausewayError('config-invalid', `${file} cannot be read`, { cause });
  }
}

function pinOf(pem: Buffer, file: string): string {
  try {
    return spkiPin(new X509Certificate(pem).publicKey);
  } catch (cause) {
    throw new CausewayError('config-invalid', `${file} is no certificate in PEM`, { cause });
  }
}
