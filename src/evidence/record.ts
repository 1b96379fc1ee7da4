/**
 * Records of what was exchanged, encrypted under a key of their own exchange (trail.md, "Evidence and erasure"). Destroying the record
 * key destroys every record of the exchange on this side, salts included.
 */
import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';
import { CausewayError } from '../errors.ts';
import { randomBytes } from '../platform/random.ts';

const ALGORITHM = 'aes-256-gcm';
const NONCE = 12;
const TAG = 16;

/** Where a record stands: authenticated with it, so that none can be put in another's place. */
export interface RecordPlace {
  readonly xid: string;
  readonly step: string;
  readonly id: string;
}

/** 32 random bytes: one for each exchange and side. */
export function newRecordKey(): Uint8Array {
  return randomBytes(32);
}

/** The record key under the key-encryption key (32 bytes), bound to its exchange. 60 bytes. */
export function wrapRecordKey(kek: Uint8Array, xid: string, recordKey: Uint8Array): Uint8Array {
  return encrypt(wrappingKey(kek, xid), `causeway/record-key/v1\0${xid}`, recordKey);
}

/** Throws `internal`: another key-encryption key, or another exchange's record key. */
export function unwrapRecordKey(kek: Uint8Array, xid: string, wrapped: Uint8Array): Uint8Array {
  return decrypt(wrappingKey(kek, xid), `causeway/record-key/v1\0${xid}`, wrapped);
}

/**
 * A wrapping key for each exchange: under one key random GCM nonces are safe for 2^32 wraps only (NIST SP 800-38D, 8.3), which a busy
 * gateway reaches within weeks.
 */
function wrappingKey(kek: Uint8Array, xid: string): Buffer {
  return createHmac('sha256', kek).update(`causeway/wrapping-key/v1\0${xid}`).digest();
}

/** nonce (12) ‖ ciphertext ‖ tag (16). */
export function sealRecord(recordKey: Uint8Array, place: RecordPlace, plaintext: Uint8Array): Uint8Array {
  return encrypt(recordKey, aadOf(place), plaintext);
}

/** Throws `internal`: another key, another place, or changed bytes. */
export function openRecord(recordKey: Uint8Array, place: RecordPlace, sealed: Uint8Array): Uint8Array {
  return decrypt(recordKey, aadOf(place), sealed);
}

function aadOf({ xid, step, id }: RecordPlace): string {
  return `causeway/record/v1\0${xid}\0${step}\0${id}`;
}

function encrypt(key: Uint8Array, aad: string, plaintext: Uint8Array): Uint8Array {
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv(ALGORITHM, key, nonce).setAAD(Buffer.from(aad));
  return Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

function decrypt(key: Uint8Array, aad: string, sealed: Uint8Array): Uint8Array {
  if (sealed.length < NONCE + TAG) throw new CausewayError('internal', 'an encrypted record is cut short');
  const decipher = createDecipheriv(ALGORITHM, key, sealed.subarray(0, NONCE)).setAAD(Buffer.from(aad)).setAuthTag(sealed.subarray(sealed.length - TAG));
  const plaintext = decipher.update(sealed.subarray(NONCE, sealed.length - TAG));
  try {
    decipher.final();
  } catch (cause) {
    throw new CausewayError('internal', 'an encrypted record does not open: another key, another place, or changed bytes', { cause });
  }
  return plaintext;
}
