/** What is wrong with an operator's files: collected, so that all of it is shown at once (style.md 8). */
import { readYaml, type YamlPath, type YamlPosition } from '../config/yaml.ts';
import { CausewayError } from '../errors.ts';

export interface Problem {
  /** Path under the mappings folder. */
  readonly file: string;
  readonly line: number;
  readonly text: string;
  readonly hint?: string;
}

/** One YAML file being checked: its value, and where to report what is wrong in it. */
export interface SourceFile {
  readonly file: string;
  /** The bytes' text, for hashing. */
  readonly text: string;
  readonly value: unknown;
  report(path: YamlPath, text: string, hint?: string): void;
  /** Line of the entry at `path`, from 1. */
  lineOf(path: YamlPath): number;
}

export class Problems {
  readonly list: Problem[] = [];

  add(file: string, position: YamlPosition, text: string, hint?: string): void {
    this.list.push({ file, line: position.line, text, ...(hint === undefined ? {} : { hint }) });
  }

  /** The file's value, or undefined when it is not YAML; its problems are kept here. */
  source(file: string, text: string): SourceFile | undefined {
    const document = readYaml(text);
    for (const problem of document.problems) this.add(file, problem, problem.text);
    if (document.problems.length > 0) return undefined;
    return { file, text, value: document.value, report: (path, what, hint) => this.add(file, document.positionOf(path), what, hint), lineOf: (path) => document.positionOf(path).line };
  }

  /** Throws `config-invalid` with every problem as a line `file:line: problem (hint)`; returns when there is none. */
  throwIfAny(): void {
    if (this.list.length === 0) return;
    const sorted = this.list.toSorted((a, b) => (a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1));
    // A file may be compiled for several countries, and a rule stand in several outcomes: each problem is told once.
    const lines = [...new Set(sorted.map(({ file, line, text, hint }) => `${file}:${line}: ${text}${hint === undefined ? '' : ` (${hint})`}`))];
    throw new CausewayError('config-invalid', lines.join('\n'), { facts: { hint: `${lines.length} problem${lines.length === 1 ? '' : 's'} in the mappings.` } });
  }
}
