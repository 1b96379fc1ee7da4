/** `causeway mappings scaffold`: writes a first mapping to edit. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { CausewayError } from '../errors.ts';
import { DescriptionError, type ReadFile } from '../mapping/describe/description.ts';
import { readDescription } from '../mapping/describe/read.ts';
import type { Schema } from '../mapping/neutral.ts';
import { draftMapping } from '../mapping/scaffold.ts';

export interface ScaffoldOptions {
  /** `company/v1` */
  readonly neutral: string;
  /** Name of the mapping to write: `xx/company`. */
  readonly mapping: string;
  readonly mappings: string;
}

/** Returns the file that it has written; never replaces one. Throws `config-invalid`. */
export function scaffoldMapping(descriptionFile: string, operation: string, { neutral, mapping, mappings }: ScaffoldOptions): string {
  if (!/^[a-z]{2}\/[a-z][a-z0-9-]*$/.test(mapping)) throw wrong(`${mapping}: a mapping is named by country and subject, as ee/company`);
  const file = join(mappings, `${mapping}.yaml`);
  const text = draftMapping({ id: mapping, neutral, operation, schemas: { request: schemaOf(mappings, neutral, 'request'), response: schemaOf(mappings, neutral, 'response') }, schema: nameOf(descriptionFile, mappings), description: describe(descriptionFile, operation) });
  mkdirSync(dirname(file), { recursive: true });
  try {
    writeFileSync(file, text, { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw wrong(`${file} is there already, and is not replaced`);
    throw error;
  }
  return file;
}

/** Under the mappings folder, or by its name alone: `mappings check --schemas` then says where it is. */
function nameOf(file: string, mappings: string): string {
  const below = relative(resolve(mappings), resolve(file));
  return below.startsWith('..') ? basename(file) : below.replaceAll('\\', '/');
}

function describe(file: string, operation: string): ReturnType<typeof readDescription> {
  const folder = dirname(file);
  const read: ReadFile = (path) => {
    try {
      return readFileSync(join(folder, path));
    } catch {
      return undefined;
    }
  };
  try {
    return readDescription(basename(file), operation, undefined, read);
  } catch (error) {
    if (error instanceof DescriptionError) throw wrong(error.message);
    throw error;
  }
}

function schemaOf(mappings: string, neutral: string, kind: 'request' | 'response'): Schema {
  const file = join(mappings, 'neutral', neutral, `${kind}.schema.json`);
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Schema;
  } catch (error) {
    throw wrong(`${file}: no neutral schema (${error instanceof Error ? error.message : String(error)})`);
  }
}

function wrong(text: string): CausewayError {
  return new CausewayError('config-invalid', text);
}
