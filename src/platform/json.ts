/** Strict JSON from outside: what two readers could read differently is refused (I-JSON, RFC 7493). */
import { CausewayError } from '../errors.ts';
import type { JsonValue } from '../stages.ts';
import type { XmlLimits } from './limits.ts';

/** Limits of a JSON document: the same kinds as of an XML one. */
export type JsonLimits = Pick<XmlLimits, 'maxBytes' | 'maxDepth' | 'maxNodes' | 'maxText'>;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const MINUS = 0x2d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/**
 * The value of a JSON text in UTF-8 (RFC 8259). Throws `too-large` past a limit, and `malformed` for anything that is not JSON, and for what
 * JSON.parse would take: a byte order mark, a name twice in one object (it keeps the last), a name `__proto__` (a trap for whoever copies
 * objects), a lone surrogate, and a number that a double cannot hold (it would cross changed).
 */
export function parseJson(bytes: Uint8Array, limits: JsonLimits): JsonValue {
  if (bytes.length > limits.maxBytes) throw new CausewayError('too-large', `JSON of ${bytes.length} bytes`);
  const text = decode(bytes);
  scan(text, limits);
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    // The engine's own message quotes the text, and the text may hold anything.
    throw malformed('not JSON', 'The body is not JSON.');
  }
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw malformed('not UTF-8', 'The body is not UTF-8.');
  }
}

/**
 * One pass before the parser, so that nothing deep or crowded is ever built. It only has to be right about texts that are JSON:
 * whatever it misreads in others, JSON.parse refuses. `names` holds, per open container, the names seen, or null for an array; nodes are
 * containers and what follows a comma.
 */
function scan(text: string, limits: JsonLimits): void {
  const names: (Set<string> | null)[] = [];
  let nodes = 0;
  let expectName = false;
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charCodeAt(at);
    if (char === OPEN_BRACE || char === OPEN_BRACKET) {
      names.push(char === OPEN_BRACE ? new Set() : null);
      if (names.length > limits.maxDepth) throw new CausewayError('too-large', `JSON deeper than ${limits.maxDepth}`);
      expectName = char === OPEN_BRACE;
      nodes += 1;
    } else if (char === CLOSE_BRACE || char === CLOSE_BRACKET) {
      names.pop();
      expectName = false;
    } else if (char === COMMA) {
      expectName = names.at(-1) instanceof Set;
      nodes += 1;
    } else if (char === QUOTE) {
      const end = endOfString(text, at);
      const string = checkedString(text.slice(at, end + 1), limits);
      if (expectName) addName(names.at(-1), string);
      expectName = false;
      at = end;
    } else if (char === MINUS || isDigit(char)) {
      const end = endOfNumber(text, at);
      checkNumber(text.slice(at, end));
      at = end - 1;
    }
    if (nodes > limits.maxNodes) throw new CausewayError('too-large', `JSON of more than ${limits.maxNodes} values`);
  }
}

/** Index of the closing quote; of the last character where there is none. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end !== -1 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end === -1 ? text.length - 1 : end;
}

function isEscaped(text: string, quote: number): boolean {
  let at = quote;
  while (text.charCodeAt(at - 1) === BACKSLASH) at -= 1;
  return (quote - at) % 2 === 1;
}

function checkedString(literal: string, limits: JsonLimits): string {
  if (literal.length - 2 > limits.maxText) throw new CausewayError('too-large', `JSON string of more than ${limits.maxText} characters`);
  if (!literal.includes('\\')) return literal.slice(1, -1);
  const string = unescaped(literal);
  if (!string.isWellFormed()) throw malformed('lone surrogate', 'A string holds half of a surrogate pair.');
  return string;
}

function unescaped(literal: string): string {
  try {
    return JSON.parse(literal) as string;
  } catch {
    throw malformed('string literal', 'The body is not JSON.');
  }
}

function addName(names: Set<string> | null | undefined, name: string): void {
  if (!names) return;
  if (names.has(name)) throw malformed('duplicate name', 'A name stands twice in one object.');
  if (name === '__proto__') throw malformed('name __proto__', 'The name __proto__ is not accepted.');
  names.add(name);
}

function isDigit(char: number): boolean {
  return char >= 0x30 && char <= 0x39;
}

const NUMBER = /[0-9.eE+-]+/y;

function endOfNumber(text: string, start: number): number {
  NUMBER.lastIndex = start;
  NUMBER.test(text);
  return NUMBER.lastIndex;
}

function checkNumber(literal: string): void {
  const value = Number(literal);
  const exact = Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
  // Not a number at all: JSON.parse says so.
  if (!exact && !Number.isNaN(value)) throw malformed('number out of range', 'A number is too large to be exact: send it as a string.');
}

function malformed(message: string, hint: string): CausewayError {
  return new CausewayError('malformed', message, { facts: { hint } });
}
