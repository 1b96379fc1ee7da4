/** A source text as tokens, without comments: what the laws are judged by, so that no comment or string can hide or fake a call. */
import { SyntaxKind } from 'typescript/unstable/ast';
import { createScanner } from 'typescript/unstable/ast/scanner';

export interface Token {
  readonly kind: SyntaxKind;
  /** As written; of a string literal, its value. */
  readonly text: string;
  /** From 1. */
  readonly line: number;
}

/** After these a slash divides; anywhere else it begins a regular expression. */
const ENDS_VALUE = new Set([
  SyntaxKind.Identifier,
  SyntaxKind.PrivateIdentifier,
  SyntaxKind.NumericLiteral,
  SyntaxKind.BigIntLiteral,
  SyntaxKind.StringLiteral,
  SyntaxKind.NoSubstitutionTemplateLiteral,
  SyntaxKind.TemplateTail,
  SyntaxKind.RegularExpressionLiteral,
  SyntaxKind.CloseParenToken,
  SyntaxKind.CloseBracketToken,
  SyntaxKind.CloseBraceToken,
  SyntaxKind.ThisKeyword,
]);

export function tokensOf(source: string): Token[] {
  const scanner = createScanner(true, undefined, source);
  const tokens: Token[] = [];
  /** Braces open within each `${…}` that is open. */
  const templates: number[] = [];
  let previous: SyntaxKind | undefined;
  let line = 1;
  let counted = 0;
  for (let kind = scanner.scan(); kind !== SyntaxKind.EndOfFile; kind = scanner.scan()) {
    if ((kind === SyntaxKind.SlashToken || kind === SyntaxKind.SlashEqualsToken) && (previous === undefined || !ENDS_VALUE.has(previous))) kind = scanner.reScanSlashToken();
    if (kind === SyntaxKind.CloseBraceToken && templates.at(-1) === 0) kind = scanner.reScanTemplateToken(false);
    countBraces(kind, templates);
    const start = scanner.getTokenStart();
    for (; counted < start; counted++) if (source[counted] === '\n') line++;
    tokens.push({ kind, line, text: kind === SyntaxKind.StringLiteral ? scanner.getTokenValue() : scanner.getTokenText() });
    previous = kind;
  }
  return tokens;
}

function countBraces(kind: SyntaxKind, templates: number[]): void {
  const innermost = templates.length - 1;
  if (kind === SyntaxKind.TemplateHead) templates.push(0);
  else if (kind === SyntaxKind.TemplateTail) templates.pop();
  else if (kind === SyntaxKind.OpenBraceToken && innermost >= 0) templates[innermost]! += 1;
  else if (kind === SyntaxKind.CloseBraceToken && innermost >= 0) templates[innermost]! -= 1;
}
