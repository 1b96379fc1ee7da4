/**
 * Strict reading of YAML 1.2 (core schema) with positions, for configuration and mappings: one document, string keys
 * as they are written, no repeated keys, no anchors, aliases, merge keys or tags. What an operator sees in the file is
 * what the gateway reads, and no file can be larger in memory than on disk.
 */
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, visit, type Document, type Node } from 'yaml';

/** Longest accepted file, in UTF-16 units. */
const MAX_LENGTH = 4 * 1024 * 1024;

/** Line and column, both from 1. */
export interface YamlPosition {
  readonly line: number;
  readonly column: number;
}

export interface YamlProblem extends YamlPosition {
  readonly text: string;
}

export type YamlPath = readonly (string | number)[];

export interface YamlDocument {
  /** Plain data: null, boolean, number, string, arrays and objects. `undefined` when there are problems. */
  readonly value: unknown;
  readonly problems: readonly YamlProblem[];
  /** Where the entry at `path` is written (a map entry: its key). For a path that is not there, its nearest ancestor. */
  positionOf(path: YamlPath): YamlPosition;
}

/** Reads one YAML document. Never throws on bad input: every problem is in `problems`, with its position. */
export function readYaml(text: string): YamlDocument {
  const start = { line: 1, column: 1 };
  if (text.length > MAX_LENGTH) return { value: undefined, problems: [{ ...start, text: `longer than ${MAX_LENGTH} characters` }], positionOf: () => start };
  const lines = new LineCounter();
  const document = parseDocument(text, { version: '1.2', schema: 'core', stringKeys: true, uniqueKeys: true, strict: true, prettyErrors: false, logLevel: 'error', lineCounter: lines });
  const at = (offset: number): YamlPosition => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const problems = [
    ...[...document.errors, ...document.warnings].map((error) => ({ ...at(error.pos[0]), text: error.message })),
    ...refusedNodes(document).map(({ offset, text: reason }) => ({ ...at(offset), text: reason })),
  ];
  return {
    value: problems.length === 0 ? (document.toJS() as unknown) : undefined,
    problems,
    positionOf: (path) => at(offsetOf(document, path)),
  };
}

function refusedNodes(document: Document.Parsed): { offset: number; text: string }[] {
  const refused: { offset: number; text: string }[] = [];
  visit(document, {
    Node(_key, node) {
      const offset = node.range?.[0] ?? 0;
      if (isAlias(node)) refused.push({ offset, text: 'aliases are not accepted: write the value out' });
      else if (node.anchor !== undefined) refused.push({ offset, text: 'anchors are not accepted' });
      else if (node.tag !== undefined && !isDefaultTag(node)) refused.push({ offset, text: `tag ${node.tag} is not accepted` });
    },
    Pair(_key, pair) {
      // An own "__proto__" key would change the prototype of what reads it carelessly.
      if (isScalar(pair.key) && pair.key.value === '__proto__') refused.push({ offset: pair.key.range?.[0] ?? 0, text: 'key __proto__ is not accepted' });
    },
  });
  return refused;
}

/** The parser notes a tag on collections even where none is written. */
function isDefaultTag(node: Node): boolean {
  return (isMap(node) && node.tag === 'tag:yaml.org,2002:map') || (isSeq(node) && node.tag === 'tag:yaml.org,2002:seq');
}

function offsetOf(document: Document.Parsed, path: YamlPath): number {
  let node: unknown = document.contents;
  let offset = document.contents?.range[0] ?? 0;
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && item.key.value === step);
      if (pair === undefined || !isScalar(pair.key)) return offset;
      offset = pair.key.range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      const item = node.items[Number(step)];
      if (!isNode(item)) return offset;
      offset = item.range?.[0] ?? offset;
      node = item;
    } else return offset;
  }
  return offset;
}

function isNode(value: unknown): value is Node {
  return isScalar(value) || isMap(value) || isSeq(value);
}
