/** The public keys that a trail is verified with, as a file beside it (`trail-keys.json`), so that a copied data folder can be verified elsewhere. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { mldsa44FromBase64 } from '../crypto/mldsa.ts';
import { CausewayError } from '../errors.ts';
import { cosignatureVerifier } from './cosignature.ts';
import { COSIGNATURE_MLDSA44, mldsaCosignatureVerifier } from './cosignature-mldsa.ts';
import { COSIGNATURE_V1, ed25519FromBase64, ed25519Verifier, isOfKey, noteKeyId } from './note.ts';
import type { NoteSignature, NoteVerifier } from './note.ts';
import { parseOrigin } from './shards.ts';

const FILE = 'trail-keys.json';

const named = v.array(v.strictObject({ name: v.string(), key: v.string() }));
const schema = v.strictObject({ v: v.literal(1), logs: named, witnesses: named });

/** `logs`: our own and the peers', by origin. `witnesses`: ours and the peers', by name. Keys are base64 of 32 bytes (Ed25519), as in the link; a witness may have a second one of 1312 bytes (ML-DSA-44). */
export type TrailKeys = v.InferOutput<typeof schema>;

/** Keys that the file names already stay in it: what they signed is to be verified for as long as it is kept. */
export function writeTrailKeys(folder: string, keys: TrailKeys): void {
  const before = keysIn(folder);
  const witnesses = before.witnesses.filter(({ name, key }) => !keys.witnesses.some((one) => one.name === name && one.key === key));
  const logs = before.logs.filter(({ name, key }) => !keys.logs.some((one) => baseOf(one.name) === baseOf(name) && one.key === key));
  writeFileSync(join(folder, FILE), `${JSON.stringify({ ...keys, logs: [...keys.logs, ...logs], witnesses: [...keys.witnesses, ...witnesses] }, undefined, 2)}\n`);
}

/** None where the file is not there, or was cut short by a crash: the configuration names those in use. */
function keysIn(folder: string): Pick<TrailKeys, 'logs' | 'witnesses'> {
  try {
    return readTrailKeys(folder);
  } catch {
    return { logs: [], witnesses: [] };
  }
}

/** The keys beside a trail. They prove no more than the folder does: an auditor brings keys of his own. Throws `config-invalid`. */
export function readTrailKeys(folder: string): TrailKeys {
  try {
    return parseTrailKeys(readFileSync(join(folder, FILE), 'utf8'));
  } catch (cause) {
    throw new CausewayError('config-invalid', `${join(folder, FILE)} is missing or not of the form {v, logs, witnesses}`, { cause });
  }
}

/** Throws for any other form. */
export function parseTrailKeys(json: string): TrailKeys {
  return v.parse(schema, JSON.parse(json));
}

/** The verifiers of a log's keys under the name of one of its shards: the keys name one shard of each log, and there are several once a key was changed. None where none is known. */
export function logVerifiers(keys: Pick<TrailKeys, 'logs'>, origin: string): NoteVerifier[] {
  const known = new Set(keys.logs.filter(({ name }) => name === origin || baseOf(name) === baseOf(origin)).map(({ key }) => key));
  return [...known].map((key) => ed25519Verifier(origin, ed25519FromBase64(key)));
}

function baseOf(origin: string): string {
  return parseOrigin(origin).base;
}

/** A name may have two keys: Ed25519, and ML-DSA-44, whose lines are ignored where this Node does not know it. */
export function witnessVerifiers(keys: TrailKeys): NoteVerifier[] {
  return keys.witnesses.flatMap(({ name, key }) => (key.length > ED25519_CHARACTERS ? mldsaVerifier(name, key) : [cosignatureVerifier(name, ed25519FromBase64(key))]));
}

/** Whether a signature claims to be of a witness's key, also of one whose algorithm this Node does not know. */
export function isOfWitness(signature: NoteSignature, { witnesses }: TrailKeys): boolean {
  return witnesses.some(({ name, key }) => isOfKey(signature, { name, keyId: noteKeyId(name, key.length > ED25519_CHARACTERS ? COSIGNATURE_MLDSA44 : COSIGNATURE_V1, Buffer.from(key, 'base64')) }));
}

/** Of base64 of 32 bytes. */
const ED25519_CHARACTERS = 44;

/** None where this Node does not know the algorithm. */
export function mldsaVerifier(name: string, key: string): NoteVerifier[] {
  const publicKey = mldsa44FromBase64(key);
  return publicKey === undefined ? [] : [mldsaCosignatureVerifier(name, publicKey)];
}
