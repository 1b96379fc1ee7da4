/** What is wrong with an operator's files: collected, so that all of it is shown at once (style.md 8). */
import { readYaml, type YamlPath, type YamlPosition } from '../config/yaml.ts';
import { CausewayError } from '../errors.ts';

export interface Problem {
  /** Path under the mappings folder. */
  readonly file: string;
  readonly line: number;
  readonly text: string;
  readonly hint?: string;
  /** A warning is told and stops nothing. */
  readonly severity: 'error' | 'warning';
  /** A made-up document that shows it, as small as it gets. */
  readonly counterexample?: string;
}

/** What goes with a problem. */
export type Details = Partial<Pick<Problem, 'severity' | 'counterexample'>>;

/** One YAML file being checked: its value, and where to report what is wrong in it. */
export interface SourceFile {
  readonly file: string;
  /** The bytes' text, for hashing. */
  readonly text: string;
  readonly value: unknown;
  report(path: YamlPath, text: string, hint?: string, details?: Details): void;
  /** Whether an error was reported there, or below. */
  isReported(path: YamlPath): boolean;
  /** Line of the entry at `path`, from 1. */
  lineOf(path: YamlPath): number;
}

export class Problems {
  readonly list: Problem[] = [];

  add(file: string, position: YamlPosition, text: string, hint?: string, details?: Details): void {
    this.list.push({ file, line: position.line, text, severity: 'error', ...(hint === undefined ? {} : { hint }), ...details });
  }

  /** The file's value, or undefined when it is not YAML; its problems are kept here. */
  source(file: string, text: string): SourceFile | undefined {
    const document = readYaml(text);
    for (const problem of document.problems) this.add(file, problem, problem.text);
    if (document.problems.length > 0) return undefined;
    const reported = new Set<string>();
    const key = (path: YamlPath): string => JSON.stringify(path).slice(0, -1);
    return {
      file,
      text,
      value: document.value,
      report: (path, what, hint, details) => {
        if (details?.severity !== 'warning') reported.add(key(path));
        this.add(file, document.positionOf(path), what, hint, details);
      },
      isReported: (path) => [...reported].some((one) => one === key(path) || one.startsWith(`${key(path)},`)),
      lineOf: (path) => document.positionOf(path).line,
    };
  }

  /** By file and line. A file may be compiled for several countries, and a rule stand in several outcomes: each problem is told once. */
  sorted(): Problem[] {
    const told = new Map(this.list.map((problem) => [renderProblem(problem), problem]));
    return [...told.values()].sort((a, b) => (a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1));
  }

  /** Throws `config-invalid` with every problem as a line `file:line: problem (hint)`; returns when there is none. */
  throwIfAny(): void {
    const lines = this.sorted().filter(({ severity }) => severity === 'error').map(renderProblem);
    if (lines.length === 0) return;
    throw new CausewayError('config-invalid', lines.join('\n'), { facts: { hint: `${lines.length} problem${lines.length === 1 ? '' : 's'} in the mappings.` } });
  }
}

/** One line: `file:line: problem (hint)`. */
export function renderProblem({ file, line, text, hint }: Problem): string {
  return `${file}:${line}: ${text}${hint === undefined ? '' : ` (${hint})`}`;
}
