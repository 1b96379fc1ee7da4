/** Private keys wherever they are: in a file, or in a PKCS#11 token under `pkcs11:object=<label>` (RFC 7512), which they never leave. */
import { createPublicKey, hash } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { CausewayError } from '../errors.ts';
import type { KeyFiles } from './key-files.ts';
import type { TokenCurve } from './hsm/messages.ts';
import type { Token } from './hsm/token.ts';
import { decryptJwe, encryptJwe } from './jwe.ts';
import type { Opener } from './jwe.ts';
import type { Signer } from './jws.ts';
import { SECRET, secretForm } from './sealed-secret.ts';
import { ed25519SignerOf, thumbprint } from './keys.ts';
import type { Ed25519Signer } from './keys.ts';

/** DER of a P-256 point as a token gives it: OCTET STRING, 65 bytes, uncompressed. */
const POINT_PREFIX = Buffer.from('044104', 'hex');
const POINT_BYTES = 67;
const OCTETS_OF_32 = Buffer.from('0420', 'hex');
const IN_TOKEN = /^pkcs11:object=([^;?]+)$/;

export function isInToken(ref: string): boolean {
  return ref.startsWith('pkcs11:');
}

export class KeyStore {
  readonly files: KeyFiles;
  readonly #token: Token | undefined;

  constructor(files: KeyFiles, token?: Token) {
    this.files = files;
    this.#token = token;
  }

  /** Throws `config-invalid` for a key that is not there or of another kind, `dependency-lost` for a token that is not. */
  async signer(ref: string): Promise<Signer> {
    if (!isInToken(ref)) return this.files.signer(ref);
    const { token, label, point } = await this.#inToken(ref);
    const key = p256(point, ref);
    const sign = async (input: Uint8Array): Promise<Buffer> => needed(await token.ask({ work: 'sign', label, digest: hash('sha256', input, 'base64') }), ref);
    return { kid: thumbprint(key), alg: 'ES256', key, sign };
  }

  /** As `signer`. */
  async opener(ref: string): Promise<Opener> {
    if (!isInToken(ref)) return this.files.opener(ref);
    const { token, label, point } = await this.#inToken(ref);
    const key = p256(point, ref);
    const agree = async (publicKey: KeyObject): Promise<Buffer> => needed(await token.ask({ work: 'agree', label, point: pointOf(publicKey).toString('base64') }), ref);
    return { kid: thumbprint(key), key, agree };
  }

  /** Of a log, a witness or an interval: `role` is for the message. As `signer`. */
  async ed25519(ref: string, role: string): Promise<Ed25519Signer> {
    if (!isInToken(ref)) return ed25519SignerOf(this.files.ed25519(ref, role));
    const { token, label, point } = await this.#inToken(ref);
    const sign = async (input: Uint8Array): Promise<Buffer> => needed(await token.ask({ work: 'signEd25519', label, text: Buffer.from(input).toString('base64') }), ref);
    return { key: ed25519(point, ref), sign };
  }

  /** A secret text as its file holds it: encrypted for the key pair `master` in the token, else under the passphrase, else in the clear. */
  async sealSecret(text: string, master: string | undefined): Promise<string> {
    return master === undefined ? this.files.sealSecret(text) : encryptJwe(Buffer.from(text), await this.opener(master), SECRET);
  }

  /** What `sealSecret` made, in whichever of the three ways: it may be set up otherwise since. Throws `config-invalid`, and `dependency-lost` for a token that is not there. */
  async openSecret(content: string, master: string | undefined, file: string): Promise<string> {
    const form = secretForm(content);
    if (form === 'clear') return content;
    if (form === 'passphrase') return this.files.openSecret(content, file);
    if (master === undefined) throw new CausewayError('config-invalid', `${file} is encrypted for a key in a token, and gateway.yaml does not name it`);
    try {
      return Buffer.from(await decryptJwe(content, [await this.opener(master)], SECRET)).toString();
    } catch (cause) {
      if (cause instanceof CausewayError && cause.code !== 'seal-mismatch') throw cause;
      throw new CausewayError('config-invalid', `${file} is not encrypted for the key ${master}`, { cause });
    }
  }

  async has(ref: string): Promise<boolean> {
    if (!isInToken(ref)) return existsSync(ref);
    return (await this.#tokenOf(ref).ask({ work: 'public', label: labelOf(ref) })) !== undefined;
  }

  /** Makes a key, where none of that name is; false where one is. */
  async make(ref: string, curve: TokenCurve): Promise<boolean> {
    if (await this.has(ref)) return false;
    if (isInToken(ref)) await this.#tokenOf(ref).ask({ work: 'generate', label: labelOf(ref), curve });
    else await this.files.make(ref, curve);
    return true;
  }

  /** Puts the key `from` in the place of `ref`, which is gone then. What was done already is left alone: a crash may lie between. */
  async replace(from: string, ref: string): Promise<void> {
    if (isInToken(ref)) await this.#tokenOf(ref).ask({ work: 'replace', from: labelOf(from), label: labelOf(ref) });
    else if (existsSync(from)) await rename(from, ref);
  }

  async #inToken(ref: string) {
    const token = this.#tokenOf(ref);
    const label = labelOf(ref);
    const point = needed(await token.ask({ work: 'public', label }), ref);
    return { token, label, point };
  }

  #tokenOf(ref: string): Token {
    if (this.#token === undefined) throw new CausewayError('config-invalid', `${ref}: gateway.yaml has no group \`pkcs11\``);
    return this.#token;
  }
}

function labelOf(ref: string): string {
  const [, label] = IN_TOKEN.exec(ref) ?? [];
  if (label === undefined) throw new CausewayError('config-invalid', `${ref}: write pkcs11:object=<label>`);
  return decodeURIComponent(label);
}

function needed(found: Buffer | undefined, ref: string): Buffer {
  if (found === undefined) throw new CausewayError('config-invalid', `${ref}: the token has no such key`);
  return found;
}

function p256(der: Buffer, ref: string): KeyObject {
  if (der.length !== POINT_BYTES || !der.subarray(0, 3).equals(POINT_PREFIX)) throw new CausewayError('config-invalid', `${ref} is no key on P-256`);
  const coordinate = (from: number) => der.subarray(from, from + 32).toString('base64url');
  return createPublicKey({ key: { kty: 'EC', crv: 'P-256', x: coordinate(3), y: coordinate(35) }, format: 'jwk' });
}

function ed25519(point: Buffer, ref: string): KeyObject {
  const raw = point.subarray(0, 2).equals(OCTETS_OF_32) && point.length === 34 ? point.subarray(2) : point;
  if (raw.length !== 32) throw new CausewayError('config-invalid', `${ref} is no Ed25519 key`);
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') }, format: 'jwk' });
}

/** Uncompressed. */
function pointOf(key: KeyObject): Buffer {
  const { x = '', y = '' } = key.export({ format: 'jwk' });
  return Buffer.concat([Buffer.of(4), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]);
}
