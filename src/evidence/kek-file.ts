/**
 * The file of the key-encryption keys (`keys.evidence`): the base64 of one key, as it begins, or a JSON object while and after it was changed; either of
 * them encrypted for `keys.evidenceMaster` in the token, under `keys.passphrase`, or in the clear. Whichever it was, it is read; what is written anew is
 * encrypted as gateway.yaml says now.
 */
import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import type { KeyStore } from '../crypto/key-store.ts';
import { CausewayError } from '../errors.ts';
import { writeDurably } from '../platform/durable-file.ts';
import { KekRing, pseudonymsOf } from './kek-ring.ts';
import type { KekRingContent } from './kek-ring.ts';

export interface KekPlace {
  readonly evidence: string;
  readonly evidenceMaster?: string | undefined;
}

const BYTES = 32;
const key = v.pipe(v.string(), v.check((text) => bytesOf(text) !== undefined), v.transform((text) => Buffer.from(text, 'base64')));
const ring = v.strictObject({
  v: v.literal(1),
  keys: v.pipe(v.tupleWithRest([key], key), v.maxLength(2)),
  pseudonyms: key,
  change: v.exactOptional(v.strictObject({ id: v.string(), retireFrom: v.number() })),
});

export class KekFile {
  readonly #place: KekPlace;
  readonly #keys: KeyStore;

  constructor(place: KekPlace, keys: KeyStore) {
    this.#place = place;
    this.#keys = keys;
  }

  /** Throws `config-invalid` for a file that is not there, is none, or does not open; `dependency-lost` where the token is not there. */
  async read(): Promise<KekRing> {
    const { evidence: file, evidenceMaster } = this.#place;
    return parse(await this.#keys.openSecret(readText(file), evidenceMaster, file), file);
  }

  /** On disk when it resolves. Throws `dependency-lost` where the token is not there. */
  async write(content: KekRingContent): Promise<void> {
    const { evidence: file, evidenceMaster } = this.#place;
    await writeDurably(file, `${await this.#keys.sealSecret(render(content), evidenceMaster)}\n`);
  }
}

/** As `KekFile.read`; what is in memory and the file in which a change of it is written. */
export async function openKeks(place: KekPlace, keys: KeyStore): Promise<{ readonly file: KekFile; readonly keks: KekRing }> {
  const file = new KekFile(place, keys);
  return { file, keks: await file.read() };
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (cause) {
    throw new CausewayError('config-invalid', `${file} cannot be read`, { cause });
  }
}

function parse(text: string, file: string): KekRing {
  const one = bytesOf(text);
  if (one !== undefined) return KekRing.of(one);
  try {
    return new KekRing(v.parse(ring, JSON.parse(text)));
  } catch {
    // Without its cause: a parser quotes what it read.
    throw new CausewayError('config-invalid', `${file}: the evidence key must be 32 bytes in base64, or what a change of it wrote`);
  }
}

function render({ keys, pseudonyms, change }: KekRingContent): string {
  const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
  if (keys.length === 1 && change === undefined && Buffer.compare(pseudonyms, pseudonymsOf(keys[0])) === 0) return base64(keys[0]);
  return JSON.stringify({ v: 1, keys: keys.map(base64), pseudonyms: base64(pseudonyms), ...(change && { change }) });
}

function bytesOf(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === BYTES && bytes.toString('base64') === text ? bytes : undefined;
}
