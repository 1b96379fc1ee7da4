/** What is wrong with an operator's files: collected, so that all of it is shown at once. */
import { CausewayError } from '../errors.ts';
import type { YamlPath, YamlPosition } from './yaml.ts';

export interface Problem extends YamlPosition {
  readonly file: string;
  /** Dotted path in the file, '' for the file itself. */
  readonly path: string;
  readonly text: string;
  readonly hint?: string;
  /** A gateway does not start on an error; a warning is for a person to judge. */
  readonly severity: 'error' | 'warning';
}

/** A file that was read: where its entries stand, for what is found later. */
export interface Located {
  readonly file: string;
  positionOf(path: YamlPath): YamlPosition;
}

export function problemAt(located: Located, path: YamlPath, text: string, options: { hint?: string; severity?: Problem['severity'] } = {}): Problem {
  const { hint, severity = 'error' } = options;
  return { file: located.file, ...located.positionOf(path), path: dotted(path), text, ...(hint === undefined ? {} : { hint }), severity };
}

function dotted(path: YamlPath): string {
  return path.reduce<string>((before, step) => (typeof step === 'number' ? `${before}[${step}]` : `${before}${before === '' ? '' : '.'}${step}`), '');
}

/** `file:line:column: path: text (hint)`, as editors and terminals link it. */
export function renderProblem({ file, line, column, path, text, hint, severity }: Problem): string {
  return `${file}:${line}:${column}: ${severity === 'warning' ? 'warning: ' : ''}${path === '' ? '' : `${path}: `}${text}${hint === undefined ? '' : ` (${hint})`}`;
}

/** Throws `config-invalid` with every error as a line; warnings pass. */
export function throwIfAny(problems: readonly Problem[]): void {
  const errors = inOrder(problems.filter(({ severity }) => severity === 'error'));
  if (errors.length === 0) return;
  throw new CausewayError('config-invalid', errors.map(renderProblem).join('\n'), { facts: { hint: `${errors.length} problem${errors.length === 1 ? '' : 's'} in the configuration.` } });
}

/** By file and place, as an operator works them off. */
export function inOrder(problems: readonly Problem[]): Problem[] {
  return problems.toSorted((a, b) => (a.file === b.file ? a.line - b.line || a.column - b.column : a.file < b.file ? -1 : 1));
}
