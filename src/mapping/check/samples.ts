/**
 * Golden cases: mappings/<country>/samples/<mapping>/*.yaml, one case a file, input and expectation together. `for`: country of the service; `direction`;
 * `input`, `request` (for answers to domestic) and `output`: XML text, a JSON document, or for a REST request { body, query, path }; `loss`: what is
 * stated must be exactly so; `refused`: code and field instead of output.
 */
import { CausewayError } from '../../errors.ts';
import { DEFAULT_XML_LIMITS } from '../../platform/limits.ts';
import type { JsonValue, LossReport, Payload, XmlElement } from '../../stages.ts';
import { parseXml } from '../../xml/parse.ts';
import type { CompiledMapping } from '../compiler.ts';
import { readFields, type Fields } from '../fields.ts';
import type { Kind } from '../neutral.ts';
import type { SourceFile } from '../problems.ts';
import { translateBare } from '../translation.ts';

const DIRECTIONS = ['request-to-neutral', 'request-to-domestic', 'response-to-neutral', 'response-to-domestic'] as const;
const KINDS = ['dropped', 'defaulted', 'approximated', 'unknown'] as const;

interface Sample {
  readonly fields: Fields;
  readonly direction: (typeof DIRECTIONS)[number];
  readonly kind: Kind;
  readonly values: Readonly<Record<string, JsonValue>>;
}

/** Runs one case; what is not as it says is reported in its file, by paths and never by values. */
export function checkSample(source: SourceFile, mappingFor: (country: string) => CompiledMapping | undefined): void {
  const fields = readFields(source, [], source.value, ['case', 'for', 'direction', 'input', 'request', 'output', 'loss', 'refused']);
  const direction = fields?.choice('direction', DIRECTIONS);
  const country = fields?.string('for');
  if (fields === undefined || direction === undefined || country === undefined) return fields?.report('a case needs "for", a country, and "direction"', DIRECTIONS.join(', '));
  const mapping = mappingFor(country);
  if (mapping === undefined) return fields.report('the case is for no mapping of this country', undefined);
  const kind = direction.startsWith('request') ? 'request' : 'response';
  run({ fields, direction, kind, values: source.value as Readonly<Record<string, JsonValue>> }, mapping);
}

function run(sample: Sample, mapping: CompiledMapping): void {
  const { fields, values } = sample;
  const refused = fields.map('refused', ['code', 'field']);
  const wanted = refused === undefined ? undefined : { code: refused.string('code') ?? '', field: refused.string('field') ?? '' };
  try {
    const { document, loss } = translated(sample, mapping);
    if (wanted !== undefined) return fields.report('the case is not refused', undefined, 'refused');
    checkOutput(sample, document, values['output'] ?? null);
    checkLoss(fields, loss);
  } catch (error) {
    if (!(error instanceof CausewayError)) throw error;
    const { code } = error;
    const field = typeof error.facts.field === 'string' ? error.facts.field : '';
    if (wanted === undefined) fields.report(`the case is refused: ${code}${field === '' ? '' : ` at "${field}"`}`, error.facts.hint, 'input');
    else if (wanted.code !== code || wanted.field !== field) fields.report(`the case is refused as ${code} at "${field}"`, undefined, 'refused');
  }
}

type Translated = { readonly document: { readonly neutral: JsonValue } | { readonly domestic: Payload }; readonly loss: LossReport };

function translated({ direction, kind, values }: Sample, mapping: CompiledMapping): Translated {
  const bare = translateBare(mapping.parts);
  if (direction.endsWith('to-neutral')) {
    const { document, loss } = bare.toNeutral(kind, payloadOf(values['input'] ?? null, kind));
    return { document: { neutral: document }, loss };
  }
  const { document, loss } = bare.toDomestic(kind, values['input'] ?? null, values['request'] === undefined ? undefined : payloadOf(values['request'], 'request'));
  return { document: { domestic: document }, loss };
}

/** A domestic message as a case writes it. */
function payloadOf(value: JsonValue, kind: Kind): Payload {
  if (typeof value === 'string') return { form: 'xml', element: parseXml(Buffer.from(value), DEFAULT_XML_LIMITS) };
  if (kind === 'response') return { form: 'json', body: value, path: {}, query: {} };
  const { body, query = {}, path = {} } = value as { body?: JsonValue; query?: Record<string, string>; path?: Record<string, string> };
  return { form: 'json', body, path, query };
}

function checkOutput({ fields, kind }: Sample, document: Translated['document'], output: JsonValue): void {
  const difference = 'neutral' in document ? differenceJson(document.neutral, output, '') : differencePayload(document.domestic, payloadOf(output, kind));
  if (difference !== undefined) fields.report(`the output is not the expected one${difference === '' ? '' : `: "${difference}" differs`}`, undefined, 'output');
}

function checkLoss(fields: Fields, loss: LossReport): void {
  const expected = fields.map('loss', KINDS);
  for (const kind of KINDS) {
    if (expected?.has(kind) !== true) continue;
    const wanted = expected.texts(kind);
    const missing = wanted.filter((path) => !loss[kind].includes(path));
    const more = loss[kind].filter((path) => !wanted.includes(path));
    if (missing.length + more.length > 0) expected.report(`${kind} is not as expected: ${[...missing.map((path) => `"${path}" is missing`), ...more.map((path) => `"${path}" is there too`)].join(', ')}`, undefined, kind);
  }
}

function differencePayload(was: Payload, wanted: Payload): string | undefined {
  if (was.form === 'xml') return wanted.form === 'xml' ? differenceXml(was.element, wanted.element, was.element.name) : '';
  return wanted.form === 'json' ? differenceJson({ body: was.body ?? null, query: was.query, path: was.path }, { body: wanted.body ?? null, query: wanted.query, path: wanted.path }, '') : '';
}

/** The path of the first value that differs. */
function differenceJson(was: JsonValue, wanted: JsonValue, path: string): string | undefined {
  if (typeof was !== 'object' || typeof wanted !== 'object' || was === null || wanted === null || Array.isArray(was) !== Array.isArray(wanted)) return was === wanted ? undefined : path;
  const [a, b] = [was, wanted] as Readonly<Record<string, JsonValue>>[];
  for (const name of new Set([...Object.keys(was), ...Object.keys(wanted)])) {
    const here = Array.isArray(was) ? `${path}[${name}]` : path === '' ? name : `${path}.${name}`;
    const [left, right] = [a?.[name], b?.[name]];
    if (left === undefined || right === undefined) return here;
    const difference = differenceJson(left, right, here);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

/** In order; white space that only lays a document out does not count. */
function differenceXml(was: XmlElement, wanted: XmlElement, path: string): string | undefined {
  const attributes = ({ attributes: list }: XmlElement): string[] => list.map(({ ns, name, value }) => `{${ns}}${name}=${value}`).sort();
  if (was.name !== wanted.name || was.ns !== wanted.ns || attributes(was).join('\n') !== attributes(wanted).join('\n')) return path;
  const [left, right] = [contentOf(was), contentOf(wanted)];
  for (const [at, one] of left.entries()) {
    const other = right[at];
    const here = typeof one === 'string' ? path : `${path}/${one.name}`;
    if (other === undefined || typeof one === 'string' || typeof other === 'string') {
      if (one !== other) return here;
      continue;
    }
    const difference = differenceXml(one, other, here);
    if (difference !== undefined) return difference;
  }
  return left.length === right.length ? undefined : path;
}

function contentOf({ children }: XmlElement): readonly (XmlElement | string)[] {
  const holdsElements = children.some((child) => typeof child !== 'string');
  return holdsElements ? children.filter((child) => typeof child !== 'string' || child.trim() !== '') : children;
}
