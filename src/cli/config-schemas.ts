/** `causeway config schemas`: the JSON Schemas of the configuration files, for editors. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { jsonSchemas } from '../config/json-schemas.ts';

/** Writes one file a schema; returns their paths. */
export function writeSchemas(folder: string): string[] {
  mkdirSync(folder, { recursive: true });
  return Object.entries(jsonSchemas()).map(([name, text]) => {
    const file = join(folder, name);
    writeFileSync(file, text);
    return file;
  });
}
