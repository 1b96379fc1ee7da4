/** JSON bodies. */
import { parseJson } from '../../platform/json.ts';
import type { HttpHeaders } from '../../platform/http-client.ts';
import type { XmlLimits } from '../../platform/limits.ts';
import type { JsonValue } from '../../stages.ts';
import { malformed } from '../malformed.ts';

export const JSON_TYPE = 'application/json';

/** Methods whose requests have no body. */
export const BODYLESS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'DELETE']);

/** The JSON of a body, or undefined where there is none. Throws `malformed`, `too-large`. */
export function readBody(headers: HttpHeaders, body: Uint8Array, limits: XmlLimits): JsonValue | undefined {
  if (body.length === 0) return undefined;
  checkContentType(headers['content-type'] ?? '');
  // Bytes that a proof covers are read as they are: unpacked they would be others.
  if ((headers['content-encoding'] ?? 'identity').toLowerCase() !== 'identity') throw malformed('Content-Encoding', 'The body must not be compressed.');
  return parseJson(body, limits);
}

function checkContentType(contentType: string): void {
  const [type, ...parameters] = contentType.toLowerCase().split(';').map((part) => part.trim());
  if (type !== JSON_TYPE) throw malformed('Content-Type', 'The body must be application/json.');
  const charset = parameters.find((part) => part.startsWith('charset='))?.slice('charset='.length).replaceAll('"', '');
  if (charset !== undefined && charset !== 'utf-8') throw malformed('Content-Type', 'The character set must be UTF-8.');
}
