/** The messages that the mappings commands read: a domestic message or payload, a neutral document, or a golden case. */
import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { readYaml } from '../config/yaml.ts';
import { CausewayError } from '../errors.ts';
import type { Explainer, Message } from '../mapping/explain/explain.ts';
import type { Kind } from '../mapping/neutral.ts';
import { isNamed } from '../mapping/xml-tree.ts';
import { DEFAULT_XML_LIMITS } from '../platform/limits.ts';
import type { JsonValue, Payload, XmlElement } from '../stages.ts';
import { elements } from '../xml/element.ts';
import { parseXml } from '../xml/parse.ts';

export const DIRECTIONS = ['request-to-neutral', 'request-to-domestic', 'response-to-neutral', 'response-to-domestic'] as const;
export type Direction = (typeof DIRECTIONS)[number];

export interface MessageOptions {
  /** What the message is; found out where one reading alone fits. */
  readonly direction?: Direction;
  /** File of the domestic request that an answer to domestic answers: some registers echo it. */
  readonly request?: string;
}

/** A file's content, not yet known to be a request or an answer. */
type Content = { readonly xml: XmlElement } | { readonly json: JsonValue };

const SOAP = ['http://schemas.xmlsoap.org/soap/envelope/', 'http://www.w3.org/2003/05/soap-envelope'];

/** Throws `malformed` or `config-invalid`, with the file and what is expected of it. */
export function readMessage(file: string, explainer: Explainer, options: MessageOptions): Message {
  const golden = extname(file) === '.yaml' ? readCase(file) : undefined;
  const content = golden === undefined ? contentOf(readOperatorsFile(file)) : golden.input;
  const request = options.request === undefined ? golden?.request : contentOf(readOperatorsFile(options.request));
  const direction = options.direction ?? golden?.direction ?? guess(file, content, explainer);
  const kind: Kind = direction.startsWith('request') ? 'request' : 'response';
  if (direction.endsWith('neutral')) return { kind, to: 'neutral', input: payloadOf(content, kind) };
  if ('xml' in content) throw wrong(file, `a neutral document is JSON, and this is XML: --direction ${kind}-to-neutral?`);
  return { kind, to: 'domestic', input: content.json, ...(request === undefined ? {} : { request: payloadOf(request, 'request') }) };
}

/** Throws `config-invalid` where there is no such file: the name was typed a moment ago. */
export function readOperatorsFile(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw wrong(file, code === 'ENOENT' ? 'there is no such file' : `cannot be read (${code})`);
  }
}

/** JSON, or XML: the first element of a SOAP body, or the element itself. */
function contentOf(bytes: Uint8Array): Content {
  if (!/^[^<]*[{[]/.test(Buffer.from(bytes.subarray(0, 64)).toString('latin1'))) return { xml: unwrapSoap(parseXml(bytes, DEFAULT_XML_LIMITS)) };
  return { json: parseJson(Buffer.from(bytes).toString('utf8')) };
}

export function parseJson(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    // The parser's own message repeats the text around the mistake, which may be personal.
    throw new CausewayError('malformed', 'the file is neither XML nor JSON');
  }
}

function unwrapSoap(root: XmlElement): XmlElement {
  if (root.name !== 'Envelope' || !SOAP.includes(root.ns)) return root;
  const body = elements(root).find(({ name, ns }) => name === 'Body' && ns === root.ns);
  const [payload] = body === undefined ? [] : elements(body);
  if (payload === undefined) throw new CausewayError('malformed', 'the SOAP message has no body');
  return payload;
}

/** A REST request has its body beside its parameters, `{ "body": …, "query": …, "path": … }`; an answer is its body. */
function payloadOf(content: Content, kind: Kind): Payload {
  if ('xml' in content) return { form: 'xml', element: content.xml };
  if (kind === 'response' || !isParted(content.json)) return { form: 'json', body: content.json, path: {}, query: {} };
  const { body, path, query } = content.json as { body?: JsonValue; path?: Record<string, string>; query?: Record<string, string> };
  return { form: 'json', body, path: path ?? {}, query: query ?? {} };
}

function isParted(json: JsonValue): boolean {
  return typeof json === 'object' && json !== null && !Array.isArray(json) && Object.keys(json).every((name) => ['body', 'path', 'query'].includes(name));
}

function guess(file: string, content: Content, { loaded: { file: mapping, parts } }: Explainer): Direction {
  if ('xml' in content) {
    for (const kind of ['request', 'response'] as const) {
      const { root } = mapping[kind];
      if (root !== undefined && isNamed(content.xml, root)) return `${kind}-to-neutral`;
    }
    throw wrong(file, `${mapping.id} begins with ${mapping.request.root?.text ?? 'JSON'} or ${mapping.response.root?.text ?? 'JSON'}, and this with ${content.xml.name}: say --direction`);
  }
  for (const kind of ['request', 'response'] as const) if (parts.neutral.check(kind, content.json) === undefined) return `${kind}-to-domestic`;
  if (mapping.requestForm.kind === 'json') return isParted(content.json) ? 'request-to-neutral' : 'response-to-neutral';
  throw wrong(file, `this fits neither the request nor the response of ${mapping.neutral.subject}/${mapping.neutral.version}: say --direction`);
}

interface GoldenCase {
  readonly direction: Direction;
  readonly input: Content;
  readonly request?: Content;
}

/** A golden case of mappings/<country>/samples. */
function readCase(file: string): GoldenCase {
  const { value, problems } = readYaml(readOperatorsFile(file).toString('utf8'));
  const [problem] = problems;
  if (problem !== undefined) throw wrong(`${file}:${problem.line}`, problem.text);
  const { direction, input, request } = (value ?? {}) as Readonly<Record<string, JsonValue>>;
  const known = DIRECTIONS.find((one) => one === direction);
  if (known === undefined || input === undefined) throw wrong(file, `a golden case has direction (${DIRECTIONS.join(', ')}) and input`);
  return { direction: known, input: caseContent(input), ...(request === undefined ? {} : { request: caseContent(request) }) };
}

function caseContent(value: JsonValue): Content {
  return typeof value === 'string' ? contentOf(Buffer.from(value)) : { json: value };
}

function wrong(file: string, text: string): CausewayError {
  return new CausewayError('config-invalid', `${file}: ${text}`);
}
