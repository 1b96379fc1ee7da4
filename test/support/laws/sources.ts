/** The source files of Causeway with what each imports, as plain values: the laws' subject. */
import { globSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { SyntaxKind } from 'typescript/unstable/ast';
import { tokensOf, type Token } from './tokens.ts';

const ROOT = join(import.meta.dirname, '../../..');

export interface Import {
  /** As written: a relative path, a package, or a `node:` module. */
  readonly specifier: string;
  /** The file that a relative specifier names, from the root of the repository. */
  readonly file?: string;
  readonly names: readonly string[];
  readonly line: number;
  /** `import` (static), `dynamic` (`import('…')`), or `reexport` (`export … from`). */
  readonly form: 'import' | 'dynamic' | 'reexport';
  readonly typeOnly: boolean;
}

export interface Source {
  /** From the root of the repository, with forward slashes. */
  readonly path: string;
  readonly tokens: readonly Token[];
  readonly imports: readonly Import[];
}

/** Reads one source text; tests of the laws make up their own. */
export function sourceOf(path: string, text: string): Source {
  const tokens = tokensOf(text);
  return { path, tokens, imports: importsOf(path, tokens) };
}

/** Every TypeScript file under src. */
export function allSources(): Source[] {
  return globSync('src/**/*.ts', { cwd: ROOT })
    .map((file) => file.replaceAll('\\', '/'))
    .sort()
    .map((path) => sourceOf(path, readFileSync(join(ROOT, path), 'utf8')));
}

function importsOf(path: string, tokens: readonly Token[]): Import[] {
  return tokens.flatMap((token, at) => {
    if (token.kind === SyntaxKind.ImportKeyword) {
      if (tokens[at + 1]?.text === '.') return [];
      if (tokens[at + 1]?.text === '(') return dynamicImport(path, tokens, at);
      return staticImport(path, tokens, at, 'import');
    }
    return token.kind === SyntaxKind.ExportKeyword && ['{', '*', 'type'].includes(tokens[at + 1]?.text ?? '') ? staticImport(path, tokens, at, 'reexport') : [];
  });
}

function dynamicImport(path: string, tokens: readonly Token[], at: number): Import[] {
  const argument = tokens[at + 2];
  const specifier = argument?.kind === SyntaxKind.StringLiteral ? argument.text : '<computed>';
  return [made(path, specifier, [], tokens[at]!.line, 'dynamic', false)];
}

/** `import … from '…'`, `import '…'`, `export … from '…'`; nothing for an export without `from`. */
function staticImport(path: string, tokens: readonly Token[], at: number, form: 'import' | 'reexport'): Import[] {
  const end = tokens.findIndex((token, index) => index > at && (token.kind === SyntaxKind.StringLiteral || token.text === ';' || token.text === '='));
  const specifier = tokens[end];
  if (specifier?.kind !== SyntaxKind.StringLiteral) return [];
  const clause = tokens.slice(at + 1, end);
  if (form === 'reexport' && clause.at(-1)?.text !== 'from') return [];
  const names = clause.filter((token, index) => token.kind === SyntaxKind.Identifier && clause[index - 1]?.text !== 'as').map((token) => token.text);
  return [made(path, specifier.text, names, tokens[at]!.line, form, clause[0]?.text === 'type')];
}

function made(path: string, specifier: string, names: readonly string[], line: number, form: Import['form'], typeOnly: boolean): Import {
  const file = specifier.startsWith('.') ? { file: posix.join(posix.dirname(path), specifier) } : {};
  return { specifier, ...file, names, line, form, typeOnly };
}
