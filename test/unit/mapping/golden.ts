/** The golden cases of mappings/<country>/samples, read. (mappings/template is no country: the tutorial's test makes one of it.) */
import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { readYaml } from '../../../src/config/yaml.ts';
import type { JsonValue, LossReport, Payload } from '../../../src/stages.ts';
import { json, MAPPINGS, xml } from './support.ts';

export type Direction = 'request-to-neutral' | 'request-to-domestic' | 'response-to-neutral' | 'response-to-domestic';

export interface GoldenCase {
  readonly case: string;
  readonly for: string;
  readonly direction: Direction;
  readonly input: JsonValue;
  readonly request?: JsonValue;
  readonly output?: JsonValue;
  readonly loss?: Partial<LossReport>;
  readonly refused?: { readonly code: string; readonly field: string };
}

export interface GoldenFile {
  /** Path under the mappings folder. */
  readonly name: string;
  /** `ee/person` */
  readonly mapping: string;
  readonly one: GoldenCase;
  readonly problems: readonly unknown[];
}

export function goldenFiles(): GoldenFile[] {
  const files = readdirSync(MAPPINGS, { recursive: true, encoding: 'utf8' }).filter((name) => /^[a-z]{2}[\\/]samples[\\/]/.test(name) && name.endsWith('.yaml')).sort();
  return files.map((name) => {
    const [country = '', , mapping = ''] = name.split(sep);
    const { value, problems } = readYaml(readFileSync(join(MAPPINGS, name), 'utf8'));
    return { name, mapping: `${country}/${mapping}`, one: value as GoldenCase, problems };
  });
}

/** A domestic message as a case writes it: XML text, a JSON document, or for a REST request { body, query, path }. */
export function domestic(value: JsonValue | undefined, kind: 'request' | 'response'): Payload {
  if (typeof value === 'string') return xml(value);
  if (kind === 'response') return json(value);
  const { body, query, path } = value as { body?: JsonValue; query?: Record<string, string>; path?: Record<string, string> };
  return json(body, query, path);
}
