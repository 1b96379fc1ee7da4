/** What follows the service URL: path against templates, query as parameters. One decoding, and nothing that two servers could read differently. */
import { CausewayError } from '../../errors.ts';
import { malformed } from '../malformed.ts';
import { checkCharacters, decodeSegment, encodeSegment } from '../xroad-identifiers.ts';

/** PR-REST recommends 2000 characters; servers commonly take 8000. */
export const MAX_TARGET = 8000;

export type Parameters = Readonly<Record<string, string>>;

export interface Target {
  /** Decoded. */
  readonly segments: readonly string[];
  readonly query: Parameters;
}

/**
 * Reads `[/segment…][?name=value&…]`. Throws `malformed` for empty segments, `.` and `..`, slashes and control characters inside a segment
 * in any encoding, broken percent-encoding, fragments, and a query name that stands twice; `too-large` for a long target.
 */
export function readTarget(target: string): Target {
  const [path, query] = splitTarget(target);
  return { segments: readPath(path), query: readQuery(query) };
}

function splitTarget(target: string): readonly [path: string, query: string] {
  if (target.length > MAX_TARGET) throw new CausewayError('too-large', `target of ${target.length} characters`, { facts: { field: 'path', hint: `At most ${MAX_TARGET} characters.` } });
  if (/[^\x21-\x7e]|[#\\]/.test(target)) throw malformed('path', 'It holds characters that must be percent-encoded.');
  const mark = target.indexOf('?');
  return mark === -1 ? [target, ''] : [target.slice(0, mark), target.slice(mark + 1)];
}

/** As readTarget, of a target that crosses as it is: the query is the service's to read, names that stand twice with it. */
export function readUnmappedTarget(target: string): { readonly segments: readonly string[]; readonly path: string; readonly query: string } {
  const [path, query] = splitTarget(target);
  return { segments: readPath(path), path, query };
}

/** The parameters of `{name}` segments when `segments` fit `template`, else undefined. */
export function matchTemplate(template: string, segments: readonly string[]): Parameters | undefined {
  const parts = templateParts(template);
  if (parts.length !== segments.length) return undefined;
  const found: [string, string][] = [];
  for (const [at, part] of parts.entries()) {
    const name = parameterName(part);
    if (name === undefined && part !== segments[at]) return undefined;
    if (name !== undefined) found.push([name, segments[at]!]);
  }
  return Object.fromEntries(found);
}

/** The target for `template` with its parameters and query, percent-encoded by segment. Throws `mapping-failed` for a parameter that is missing or no segment. */
export function writeTarget(template: string, path: Parameters, query: Parameters): string {
  const segments = templateParts(template).map((part) => {
    const name = parameterName(part);
    return name === undefined ? part : encodeSegment(pathValue(path, name));
  });
  const pairs = Object.entries(query).map(([name, value]) => `${encodeSegment(name)}=${encodeSegment(value)}`);
  return `${segments.map((segment) => `/${segment}`).join('')}${pairs.length === 0 ? '' : `?${pairs.join('&')}`}`;
}

export function parameterCount(template: string): number {
  return templateParts(template).filter((part) => parameterName(part) !== undefined).length;
}

function readPath(path: string): string[] {
  if (path === '' || path === '/') return [];
  if (!path.startsWith('/')) throw malformed('path', 'It must begin with a slash.');
  return path.slice(1).split('/').map(readSegment);
}

function readSegment(raw: string): string {
  const segment = checkCharacters(decodeSegment(raw, 'path'), 'path');
  if (!isSegment(segment)) throw malformed('path', 'A segment is empty, climbs, or holds a slash.');
  return segment;
}

/** What a server behind us could take for another path, whatever it decodes. */
function isSegment(text: string): boolean {
  return text !== '' && text !== '.' && text !== '..' && !/[/\\\t\r\n]/.test(text);
}

function readQuery(query: string): Parameters {
  if (query === '') return {};
  const seen = new Map<string, string>();
  for (const pair of query.split('&')) {
    const mark = pair.indexOf('=');
    const name = readParameter(mark === -1 ? pair : pair.slice(0, mark));
    if (name === '') throw malformed('query', 'A parameter has no name.');
    // Which of two values wins differs between servers: none does.
    if (seen.has(name)) throw malformed('query', 'A parameter stands twice.');
    seen.set(name, readParameter(mark === -1 ? '' : pair.slice(mark + 1)));
  }
  return Object.fromEntries(seen);
}

/** application/x-www-form-urlencoded: a plus is a space. */
function readParameter(text: string): string {
  return checkCharacters(decodeSegment(text.replaceAll('+', ' '), 'query'), 'query');
}

function templateParts(template: string): string[] {
  return template === '/' || template === '' ? [] : template.slice(1).split('/');
}

function parameterName(part: string): string | undefined {
  return /^\{(.+)\}$/.exec(part)?.[1];
}

function pathValue(path: Parameters, name: string): string {
  const value = Object.hasOwn(path, name) ? path[name] : undefined;
  if (value === undefined || !isSegment(value)) throw new CausewayError('mapping-failed', `path parameter ${name}`, { facts: { field: `path.${name}`, delivered: 'no' } });
  return value;
}
