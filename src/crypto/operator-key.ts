/** Keys of operators: Ed25519, one a person, kept where that person is. What they sign are orders to a gateway. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { CausewayError } from '../errors.ts';
import { canonicalJson } from '../platform/canonical-json.ts';
import { ed25519Key } from './keys.ts';

export interface OperatorSignature {
  /** Public key: 32 bytes in base64. */
  readonly key: string;
  /** 64 bytes in base64. */
  readonly signature: string;
}

/** Public key (base64) as it stands in gateway.yaml. The private key (PEM) is made once, readable by this user alone; one that is there is kept. */
export function makeOperatorKey(file: string): string {
  if (!existsSync(file)) {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(file, generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600, flag: 'wx' });
  }
  return rawPublic(createPrivateKey(readFileSync(file)));
}

/** Signs the RFC 8785 form of `order`. Throws `config-invalid` for a file that holds no Ed25519 key. */
export function signOrder(order: object, file: string): OperatorSignature {
  const key = ed25519Key(pemOf(file), 'operator');
  return { key: rawPublic(key), signature: sign(null, signedBytes(order), key).toString('base64') };
}

/** Whether the owner of `key` signed exactly this order. */
export function isSigned(order: object, { key, signature }: OperatorSignature): boolean {
  const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(key, 'base64').toString('base64url') }, format: 'jwk' });
  return verify(null, signedBytes(order), publicKey, Buffer.from(signature, 'base64'));
}

/** A domain of its own: no signature over anything else is one over an order. */
function signedBytes(order: object): Buffer {
  return Buffer.from(`causeway/order/v1\0${canonicalJson(order)}`);
}

function rawPublic(key: KeyObject): string {
  return Buffer.from(createPublicKey(key).export({ format: 'jwk' }).x ?? '', 'base64url').toString('base64');
}

function pemOf(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new CausewayError('config-invalid', `${file}: the operator's key cannot be read (\`causeway keys operator\` makes one)`, { cause });
  }
}
