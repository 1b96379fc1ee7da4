/** What must never stand in the clear on a gateway: codes, names and officials of the sandbox's questions, in any file or metric. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EXAMPLES } from '../../src/sandbox/scenarios.ts';
import type { PairCountry, RunningPair } from './running-pair.ts';

const PERSONAL = [EXAMPLES.person, EXAMPLES.nobody, 'Sõrmus', 'Jüri', 'FIverotarkastaja-4', 'FIvirkailija-17', 'EE47101010033'];

/** The personal data that `bytes` hold, in any encoding in which a database or a log might write them. */
export function personalDataIn(bytes: Buffer): string[] {
  return PERSONAL.filter((text) => holds(bytes, text));
}

export function holds(bytes: Buffer, text: string): boolean {
  return bytes.includes(text) || bytes.includes(Buffer.from(text, 'utf16le')) || bytes.includes(Buffer.from(text, 'latin1'));
}

/** Every file below a gateway's folder: configuration, keys, log and store. */
export function filesOf(pair: RunningPair, country: PairCountry): ReadonlyMap<string, Buffer> {
  const { folder } = pair.gateway(country);
  // A running gateway replaces files: one that is gone has another name by now, or none.
  return new Map(globSync('**/*', { cwd: folder }).flatMap((name) => {
    const bytes = readIfFile(join(folder, name));
    return bytes === undefined ? [] : [[name, bytes] as const];
  }));
}

function readIfFile(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch (error) {
    if (!['ENOENT', 'EISDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    return undefined;
  }
}

/** `<file>: <what>` for each that is found. */
export function personalDataOnDisk(pair: RunningPair, country: PairCountry): string[] {
  return [...filesOf(pair, country)].flatMap(([name, bytes]) => personalDataIn(bytes).map((text) => `${name}: ${text}`));
}
