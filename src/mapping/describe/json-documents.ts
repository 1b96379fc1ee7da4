/** JSON and YAML documents behind a description, with references between them: local files alone. */
import { readYaml } from '../../config/yaml.ts';
import { DescriptionError, type ReadFile } from './description.ts';
import { localPath } from './schema-set.ts';

export type JsonMap = Readonly<Record<string, unknown>>;

/** A part of a document, with the file that its references are relative to. */
export interface Part {
  readonly value: JsonMap;
  readonly path: string;
}

export class JsonDocuments {
  readonly #read: ReadFile;
  readonly #parsed = new Map<string, unknown>();

  constructor(read: ReadFile) {
    this.#read = read;
  }

  /** The whole document. Throws DescriptionError. */
  root(path: string): Part {
    const value = this.#document(path);
    if (!isMap(value)) throw new DescriptionError(`${path} holds no object`);
    return { value, path };
  }

  /** What `$ref` leads to, through further references; the part itself where there is none. Throws DescriptionError. */
  resolve(part: Part, depth = 0): Part {
    const reference = part.value['$ref'];
    if (typeof reference !== 'string') return part;
    if (depth > 32) throw new DescriptionError(`${part.path}: the reference ${reference} goes in a circle`);
    const [file = '', pointer = ''] = reference.split('#');
    if (/^[a-z][a-z0-9+.-]*:/i.test(file)) throw new DescriptionError(`${part.path}: ${reference} is on the network: save the file beside the description`);
    const path = file === '' ? part.path : localPath(file, part.path);
    const value = at(this.#document(path), pointer);
    if (!isMap(value)) throw new DescriptionError(`${part.path}: the reference ${reference} leads nowhere`);
    return this.resolve({ value, path }, depth + 1);
  }

  #document(path: string): unknown {
    if (!this.#parsed.has(path)) this.#parsed.set(path, this.#parse(path));
    return this.#parsed.get(path);
  }

  #parse(path: string): unknown {
    const bytes = this.#read(path);
    // The first file is the description itself; another is one that it refers to.
    if (bytes === undefined) throw new DescriptionError(`${path} is not there`, this.#parsed.size === 0 ? 'absent' : 'incomplete');
    const { value, problems } = readYaml(Buffer.from(bytes).toString('utf8'));
    const [problem] = problems;
    if (problem !== undefined) throw new DescriptionError(`${path}:${problem.line}: ${problem.text}`);
    return value;
  }
}

/** RFC 6901. */
function at(document: unknown, pointer: string): unknown {
  let value = document;
  for (const step of pointer.split('/').slice(1).map((part) => decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~'))) {
    if (isMap(value)) value = Object.hasOwn(value, step) ? value[step] : undefined;
    else value = Array.isArray(value) ? (value as unknown[])[Number(step)] : undefined;
  }
  return value;
}

export function isMap(value: unknown): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function mapAt(map: JsonMap, key: string): JsonMap | undefined {
  const value = Object.hasOwn(map, key) ? map[key] : undefined;
  return isMap(value) ? value : undefined;
}
