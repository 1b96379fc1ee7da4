/**
 * REST messages that cross unmapped (a grant's `neutral: passthrough`): any verb, any type, any size. What stands beside the body crosses as a small document, the body as the
 * one part behind it. Identifiers never do: the platform's own headers are read and written anew on each side.
 */
import { CausewayError } from '../../errors.ts';
import type { HomeService } from '../../mapping/mappings.ts';
import type { HttpHeaders, HttpReply } from '../../platform/http-client.ts';
import type { Attachment, Mapped, UnmappedPayload } from '../../stages.ts';
import { matchTemplate, readUnmappedTarget } from './target.ts';

/** Of the connection, or set by whoever sends: they never cross. */
const OF_THE_HOP = new Set(['connection', 'content-length', 'date', 'expect', 'forwarded', 'host', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'proxy-connection', 'server', 'te', 'traceparent', 'tracestate', 'trailer', 'transfer-encoding', 'upgrade', 'user-agent', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto']);
/** Identifiers and faults of the platforms, and our own. */
const OF_A_PLATFORM = /^(?:x-road|uxp|causeway|x-hash|x-proxy|x-original)-/;

const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9a-z-]{1,100}$/;
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]{0,8192}$/;
const MAX_HEADERS = 100;

export interface UnmappedRequest {
  /** What follows the service URL, as it came. */
  readonly target: string;
  readonly headers: HttpHeaders;
  readonly attachments: readonly Attachment[];
}

export function unmappedRequest(target: string, all: HttpHeaders): UnmappedPayload {
  const { path, query } = readUnmappedTarget(target);
  return { form: 'unmapped', document: { form: 'http', path, query, headers: crossing(all) } };
}

export function unmappedResponse({ status, headers: all }: HttpReply): UnmappedPayload {
  return { form: 'unmapped', document: { form: 'http', status, headers: crossing(all) } };
}

/** Target, headers and body for home. Throws `neutral-invalid` for what the peer should not have sent: another path than the operation's above all. */
export function renderUnmappedRequest({ fields }: Mapped<'domestic'>, { operation }: HomeService): UnmappedRequest {
  const { path, query, headers } = documentOf(fields, ['path', 'query']);
  if (typeof path !== 'string' || typeof query !== 'string') throw invalid('path and query must be texts');
  const target = `${path}${query === '' ? '' : `?${query}`}`;
  const { segments } = refusing(() => readUnmappedTarget(target));
  if (!('template' in operation) || matchTemplate(operation.template, segments) === undefined) throw invalid('the path is not that of the operation');
  return { target, headers, attachments: bodyOf(fields.attachments) };
}

/** The answer as the service gave it, whatever its status. Throws `neutral-invalid`. */
export function renderUnmappedResponse({ fields }: Mapped<'domestic'>): HttpReply {
  const { status, headers } = documentOf(fields, ['status']);
  if (typeof status !== 'number' || !Number.isInteger(status) || status < 200 || status > 599) throw invalid('the status is none of an answer');
  return { status, headers, body: new Uint8Array(), attachments: bodyOf(fields.attachments) };
}

/** The header lines that are part of the message, for its proof. */
export function crossingNames(all: HttpHeaders): string[] {
  return crossing(all).map(([one]) => one);
}

/** Without what the sender itself calls a header of the connection (RFC 9110, section 7.6.1). */
function crossing(all: HttpHeaders): [string, string][] {
  const ofConnection = (all['connection'] ?? '').split(',').map((one) => one.trim().toLowerCase());
  return Object.entries(all).filter(([one]) => crosses(one) && !ofConnection.includes(one));
}

function crosses(header: string): boolean {
  return !OF_THE_HOP.has(header) && !OF_A_PLATFORM.test(header);
}

function bodyOf(attachments: readonly Attachment[] = []): readonly Attachment[] {
  if (attachments.length > 1) throw invalid('more than one body');
  return attachments;
}

/** The peer's document: exactly these members, form and headers. */
function documentOf({ document }: Mapped<'domestic'>['fields'], members: readonly string[]): Readonly<Record<string, unknown>> & { readonly headers: HttpHeaders } {
  if (document.form !== 'unmapped') throw new CausewayError('internal', 'a mapped document where none is mapped');
  const found = document.document;
  if (typeof found !== 'object' || found === null || Array.isArray(found)) throw invalid('it is no object');
  const all: Readonly<Record<string, unknown>> = { ...found };
  if (Object.keys(all).sort().join() !== ['form', 'headers', ...members].sort().join() || all['form'] !== 'http') throw invalid('it has other members');
  return { ...all, headers: readHeaders(all['headers']) };
}

function readHeaders(list: unknown): HttpHeaders {
  if (!Array.isArray(list) || list.length > MAX_HEADERS) throw invalid('its headers are no list, or too many');
  const headers = new Map<string, string>();
  for (const pair of list as readonly unknown[]) {
    const [name, value, ...more]: readonly unknown[] = Array.isArray(pair) ? (pair as readonly unknown[]) : [];
    if (typeof name !== 'string' || typeof value !== 'string' || more.length > 0 || !HEADER_NAME.test(name) || !HEADER_VALUE.test(value) || !crosses(name)) throw invalid('a header that cannot cross');
    if (headers.has(name)) throw invalid('a header stands twice');
    headers.set(name, value);
  }
  return Object.fromEntries(headers);
}

function refusing<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw invalid('the path cannot stand in a request', cause);
  }
}

function invalid(message: string, cause?: unknown): CausewayError {
  return new CausewayError('neutral-invalid', `a REST message that crosses unmapped: ${message}`, { cause });
}
