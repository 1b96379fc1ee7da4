/** Reads one operator's file against its schema: its typed value, and every problem with its place and a hint. */
import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { closest } from './closest.ts';
import { problemAt } from './problems.ts';
import type { Located, Problem } from './problems.ts';
import { readYaml } from './yaml.ts';
import type { YamlPath } from './yaml.ts';

export interface ReadFile<T> extends Located {
  /** Absent when there is a problem. */
  readonly value?: T;
  readonly problems: readonly Problem[];
}

type Schema = v.GenericSchema;

/** YAML 1.2 contains JSON: both are read by the same strict reader. */
export function readConfigFile<S extends Schema>(file: string, schema: S): ReadFile<v.InferOutput<S>> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    return unreadable(file, error);
  }
  const document = readYaml(text);
  const located = { file, positionOf: (path: YamlPath) => document.positionOf(path) };
  if (document.problems.length > 0) return { ...located, problems: document.problems.map((problem) => ({ ...problem, file, path: '', severity: 'error' as const })) };
  const result = v.safeParse(schema, document.value);
  if (result.success) return { ...located, value: result.output, problems: [] };
  return { ...located, problems: result.issues.map((issue) => issueProblem(issue, schema, located)) };
}

function unreadable(file: string, error: unknown): ReadFile<never> {
  const located = { file, positionOf: () => ({ line: 1, column: 1 }) };
  const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
  return { ...located, problems: [problemAt(located, [], missing ? 'does not exist' : 'cannot be read')] };
}

function issueProblem(issue: v.BaseIssue<unknown>, schema: Schema, located: Located): Problem {
  const path = (issue.path ?? []).map(({ key }) => (typeof key === 'number' ? key : String(key)));
  if (issue.expected !== 'never') return problemAt(located, path, issue.message);
  const known = keysAt(schema, path.slice(0, -1));
  const meant = closest(String(path.at(-1)), known);
  const hint = meant === undefined ? `known: ${known.join(', ')}` : `did you mean "${meant}"?`;
  return problemAt(located, path, issue.message, known.length === 0 ? {} : { hint });
}

/** The keys that the schema knows at `path`. */
function keysAt(schema: Schema, path: YamlPath): string[] {
  let at: unknown = schema;
  for (const step of path) at = below(unwrapped(at), step);
  const entries = member(unwrapped(at), 'entries');
  return typeof entries === 'object' && entries !== null ? Object.keys(entries) : [];
}

function below(schema: unknown, step: string | number): unknown {
  if (typeof step === 'string') return member(member(schema, 'entries'), step);
  return member(member(schema, 'items'), step) ?? member(schema, 'item');
}

function unwrapped(schema: unknown): unknown {
  let inner = schema;
  while (member(inner, 'wrapped') !== undefined) inner = member(inner, 'wrapped');
  return inner;
}

function member(value: unknown, key: string | number): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string | number, unknown>)[key] : undefined;
}
