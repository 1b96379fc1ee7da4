/** Strict reading of an operator's data: a mapping of known keys, each of a known kind. */
import type { YamlPath } from '../config/yaml.ts';
import type { JsonValue } from '../stages.ts';
import type { Details, SourceFile } from './problems.ts';

/** A map in a source file. Every getter reports what does not fit and answers undefined. */
export interface Fields {
  readonly path: YamlPath;
  has(key: string): boolean;
  isList(key: string): boolean;
  isMap(key: string): boolean;
  string(key: string): string | undefined;
  strings(key: string): string[] | undefined;
  /** As strings; an empty list is none. */
  texts(key: string): string[];
  number(key: string): number | undefined;
  flag(key: string): boolean;
  scalar(key: string): JsonValue | undefined;
  choice<T extends string>(key: string, choices: readonly T[]): T | undefined;
  map(key: string, keys: readonly string[] | 'any'): Fields | undefined;
  /** Entries of a free map whose values are scalars. */
  scalars(key: string): [string, string | number | boolean][];
  list(key: string, keys: readonly string[]): Fields[];
  report(text: string, hint?: string, key?: string, details?: Details): void;
  /** Whether an error was reported here. */
  isReported(): boolean;
  keys(): string[];
}

/** The map at `path`; unknown keys are reported with the known ones as the hint. */
export function readFields(source: SourceFile, path: YamlPath, value: unknown, known: readonly string[] | 'any'): Fields | undefined {
  if (!isMap(value)) {
    source.report(path, 'a map is expected here', known === 'any' ? undefined : `with ${known.join(', ')}`);
    return undefined;
  }
  if (known !== 'any') {
    for (const key of Object.keys(value)) if (!known.includes(key)) source.report([...path, key], `unknown key "${key}"`, `known: ${known.join(', ')}`);
  }
  return new MapFields(source, path, value);
}

class MapFields implements Fields {
  readonly path: YamlPath;
  readonly #source: SourceFile;
  readonly #value: Readonly<Record<string, unknown>>;

  constructor(source: SourceFile, path: YamlPath, value: Readonly<Record<string, unknown>>) {
    this.#source = source;
    this.path = path;
    this.#value = value;
  }

  has(key: string): boolean {
    return Object.hasOwn(this.#value, key);
  }

  isList(key: string): boolean {
    return this.has(key) && Array.isArray(this.#value[key]);
  }

  isMap(key: string): boolean {
    return this.has(key) && isMap(this.#value[key]);
  }

  keys(): string[] {
    return Object.keys(this.#value);
  }

  report(text: string, hint?: string, key?: string, details?: Details): void {
    this.#source.report(key === undefined ? this.path : [...this.path, key], text, hint, details);
  }

  isReported(): boolean {
    return this.#source.isReported(this.path);
  }

  #typed<T>(key: string, is: (value: unknown) => value is T, kind: string): T | undefined {
    if (!this.has(key)) return undefined;
    const value = this.#value[key];
    if (is(value)) return value;
    this.report(`"${key}" must be ${kind}`, undefined, key);
    return undefined;
  }

  string(key: string): string | undefined {
    return this.#typed(key, isText, 'a text (quote it if it looks like a number)');
  }

  strings(key: string): string[] | undefined {
    return this.#typed(key, isTexts, 'a list of texts');
  }

  texts(key: string): string[] {
    const value = this.#typed(key, (one): one is string[] => Array.isArray(one) && one.every(isText), 'a list of texts');
    return value ?? [];
  }

  number(key: string): number | undefined {
    return this.#typed(key, isInteger, 'a whole number');
  }

  flag(key: string): boolean {
    return this.#typed(key, (value) => typeof value === 'boolean', 'true or false') ?? false;
  }

  scalar(key: string): JsonValue | undefined {
    return this.#typed(key, isScalar, 'a text, a number, true, false or null');
  }

  choice<T extends string>(key: string, choices: readonly T[]): T | undefined {
    return this.#typed(key, (value): value is T => choices.some((choice) => choice === value), `one of ${choices.join(', ')}`);
  }

  map(key: string, keys: readonly string[] | 'any'): Fields | undefined {
    return this.has(key) ? readFields(this.#source, [...this.path, key], this.#value[key], keys) : undefined;
  }

  scalars(key: string): [string, string | number | boolean][] {
    const fields = this.map(key, 'any');
    if (fields === undefined) return [];
    return fields.keys().flatMap((name): [string, string | number | boolean][] => {
      const value = fields.scalar(name);
      return value === undefined || value === null || typeof value === 'object' ? [] : [[name, value]];
    });
  }

  list(key: string, keys: readonly string[]): Fields[] {
    if (!this.has(key)) return [];
    const value = this.#value[key];
    if (!Array.isArray(value)) {
      this.report(`"${key}" must be a list`, undefined, key);
      return [];
    }
    return value.flatMap((item, at) => readFields(this.#source, [...this.path, key, at], item, keys) ?? []);
  }
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.length > 0 && value.every(isText);
}

function isInteger(value: unknown): value is number {
  return Number.isInteger(value);
}

function isScalar(value: unknown): value is JsonValue {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}
