/**
 * Data subjects as the index of the citizen's view holds them (trail.md, "Evidence and erasure"): HMACs under a key of the year. Whoever has the store alone cannot
 * try identifiers out, and what a year left behind cannot be tried out by anybody once its key is destroyed.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { openRecord, sealRecord } from './record.ts';

export interface SubjectId {
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  readonly type: string;
  readonly identifier: string;
}

/** 32 bytes of HMAC-SHA-256. No part can hold the 00 between the parts: neither a country, nor a type, nor a checked identifier. */
export function subjectTag(key: Uint8Array, { country, type, identifier }: SubjectId): Uint8Array {
  return createHmac('sha256', key).update(['causeway/subject/v1', country, type, identifier].join('\0')).digest();
}

/** A new key of a year (32 random bytes), under the key-encryption key. */
export function newSubjectKey(kek: Uint8Array, year: number): Uint8Array {
  return sealSubjectKey(kek, year, randomBytes(32));
}

export function sealSubjectKey(kek: Uint8Array, year: number, key: Uint8Array): Uint8Array {
  return sealRecord(wrappingKey(kek), placeOf(year), key);
}

/** Throws `internal`: another key-encryption key, or another year's. */
export function openSubjectKey(kek: Uint8Array, year: number, wrapped: Uint8Array): Uint8Array {
  return openRecord(wrappingKey(kek), placeOf(year), wrapped);
}

function wrappingKey(kek: Uint8Array): Uint8Array {
  return createHmac('sha256', kek).update('causeway/subject-key/v1').digest();
}

function placeOf(year: number): Parameters<typeof openRecord>[1] {
  return { xid: '', step: 'subject-key', id: String(year) };
}
