/** The key-encryption key of the evidence, from its file. */
import { readFileSync } from 'node:fs';
import { CausewayError } from '../errors.ts';

/** 32 bytes, which the file holds in base64. Throws `config-invalid`. */
export function readKek(file: string): Uint8Array {
  const kek = Buffer.from(readFileSync(file, 'utf8').trim(), 'base64');
  if (kek.length !== 32) throw new CausewayError('config-invalid', `${file}: the evidence key must be 32 bytes in base64`);
  return kek;
}
