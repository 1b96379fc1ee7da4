/**
 * Every domestic message that is at hand, the registers' own and the golden cases, damaged at every place in every way: it is refused with a code and a field, or read as a
 * part of what it was. Never a crash, never another value. Written in another way, with other prefixes or in another encoding, it is the same.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { DIALECT_FORMS } from '../../../src/ecosystems/dialects.ts';
import { CausewayError } from '../../../src/errors.ts';
import { loadExplainer, type Explainer } from '../../../src/mapping/explain/explain.ts';
import { DEFAULT_XML_LIMITS } from '../../../src/platform/limits.ts';
import type { JsonValue, Payload, XmlElement } from '../../../src/stages.ts';
import { parseXml } from '../../../src/xml/parse.ts';
import { renderText } from '../../../src/xml/render.ts';
import { jsonMutants, xmlMutants } from '../../support/mutations.ts';
import { domestic, goldenFiles } from './golden.ts';
import { MAPPINGS, SHARED, soapBody } from './support.ts';

type Kind = 'request' | 'response';

interface Source {
  readonly name: string;
  readonly mapping: string;
  readonly of: string;
  readonly kind: Kind;
  /** Undefined where ../shared is absent. */
  readonly payload: Payload | undefined;
}

function real(file: string, mapping: string, of: string, kind: Kind): Source {
  const path = join(SHARED, 'messages', file);
  const text = existsSync(path) ? readFileSync(path, 'utf8').replaceAll('{{.Identity}}', '36805280109').replace('{{.IDName1}}', 'Mari').replace('{{.IDName2}}', 'Maasikas').replace(/\{\{\.IDNvl2[^}]*\}\}/, 'N') : undefined;
  return { name: file, mapping, of, kind, payload: text === undefined ? undefined : soapBody(text) };
}

const SOURCES: readonly Source[] = [
  real('ee-rr.rr456.v1-rr456.paring.xml', 'ee/person', 'EE', 'request'),
  real('ee-rr.rr456.v1-response.xml', 'ee/person', 'EE', 'response'),
  real('ee-rr.rr456.v1-not_found.xml', 'ee/person', 'EE', 'response'),
  real('fi-vtj-henkilontunnuskysely.response.xml', 'fi/person', 'FI', 'response'),
  ...goldenFiles().filter(({ one }) => one.direction.endsWith('to-neutral') && one.refused === undefined).map(({ name, mapping, one }): Source => {
    const kind = one.direction.startsWith('request') ? 'request' : 'response';
    return { name, mapping, of: one.for, kind, payload: domestic(one.input, kind) };
  }),
  // What our own side writes is read by the other kind of gateway: the same form.
  ...goldenFiles().filter(({ one }) => one.direction === 'response-to-domestic' && one.refused === undefined).map(({ name, mapping, one }): Source => ({ name, mapping, of: one.for, kind: 'response', payload: domestic(one.output, 'response') })),
];

const LOADED = new Map<string, Promise<Explainer>>();

function explainer(mapping: string, of: string): Promise<Explainer> {
  const made = LOADED.get(`${mapping} ${of}`) ?? loadExplainer(MAPPINGS, mapping, of, { forms: DIALECT_FORMS, showPersonal: true });
  LOADED.set(`${mapping} ${of}`, made);
  return made;
}

function* mutants(payload: Payload): Generator<{ title: string; message: Payload }> {
  if (payload.form === 'xml') for (const { title, message } of xmlMutants(payload.element)) yield { title, message: { form: 'xml', element: message } };
  else for (const { title, message } of jsonMutants(payload.body ?? null)) yield { title, message: { ...payload, body: message } };
}

for (const { name, mapping, of, kind, payload } of SOURCES) {
  suite(name, () => {
    test('damaged anywhere, it is refused with its field or read as a part of itself', async (t) => {
      if (payload === undefined) return t.skip('skipped: no ../shared');
      const { plain, explain } = await explainer(mapping, of);
      const whole = plain.toNeutral(kind, payload).document;
      // What a rule computes from all of a part may well change with it; what is approximated or made up is reported, and so not silent.
      const reported = (message: Payload): Set<string | undefined> => new Set(explain({ kind, to: 'neutral', input: message }).steps.filter(({ became }) => ['computed', 'approximated', 'defaulted'].includes(became)).map(({ neutral }) => neutral?.split('.').at(-1)));
      let count = 0;
      for (const { title, message } of mutants(payload)) {
        count += 1;
        const document = readOrRefused(() => plain.toNeutral(kind, message).document, kind, title);
        if (document !== undefined && !isPart(document, whole, NOTHING)) assert.ok(isPart(document, whole, reported(message)), `${title}: ${JSON.stringify(document)}`);
      }
      // An element with nothing in it, as some registers say that nobody is found, has little to damage.
      assert.ok(count > 5 || (payload.form === 'xml' && payload.element.children.length === 0), 'there was something to damage');
    });

    if (payload?.form !== 'xml') return;
    test('with other prefixes, or none, it is the same', async () => {
      const { plain } = await explainer(mapping, of);
      const whole = plain.toNeutral(kind, payload);
      for (const text of [renderText(payload.element, prefixed(payload.element)), withoutPrefix(payload.element)]) {
        assert.deepEqual(plain.toNeutral(kind, { form: 'xml', element: parseXml(Buffer.from(text), DEFAULT_XML_LIMITS) }), whole);
      }
    });

    test('in another encoding it is the same, or is no message at all', async () => {
      const { plain } = await explainer(mapping, of);
      const whole = plain.toNeutral(kind, payload);
      const text = renderText(payload.element, {});
      for (const [label, bytes, mustRead] of [
        ['UTF-8 with a mark', Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(text)]), true],
        ['windows-1252', Buffer.from(`<?xml version="1.0" encoding="windows-1252"?>${text}`, 'latin1'), /^[\0-\u007F\u00A0-\u00FF]*$/.test(text)],
        ['UTF-16', Buffer.from(`\uFEFF<?xml version="1.0" encoding="UTF-16"?>${text}`, 'utf16le'), false],
        ['Latin-1 that says it is UTF-8', Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>${text}`, 'latin1'), false],
      ] as const) {
        const element = parsed(bytes);
        if (element === undefined) assert.ok(!mustRead, `${label} is to be read`);
        else if (label !== 'windows-1252' || mustRead) assert.deepEqual(plain.toNeutral(kind, { form: 'xml', element }), whole, label);
      }
    });
  });
}

const NOTHING: ReadonlySet<string | undefined> = new Set();

function readOrRefused(read: () => JsonValue, kind: Kind, title: string): JsonValue | undefined {
  try {
    return read();
  } catch (error) {
    assert.ok(error instanceof CausewayError, `${title}: ${String(error)}`);
    assert.equal(error.code, kind === 'request' ? 'mapping-failed' : 'service-answer-unmappable', title);
    assert.notEqual(error.facts.field, undefined, title);
    return undefined;
  }
}

/** No value that is not in `whole` at the same place: an item may stand twice, and what is not there any more may have become not-found. */
function isPart(part: JsonValue, whole: JsonValue | undefined, reported: ReadonlySet<string | undefined>): boolean {
  if (Array.isArray(part)) return Array.isArray(whole) && (part as readonly JsonValue[]).every((item) => (whole as readonly JsonValue[]).some((one) => isPart(item, one, reported)));
  if (typeof part !== 'object' || part === null) return part === whole;
  if (typeof whole !== 'object' || whole === null) return false;
  const members = whole as Readonly<Record<string, JsonValue>>;
  return Object.entries(part).every(([key, inner]) => reported.has(key) || (key === 'outcome' && inner === 'not-found') || isPart(inner, members[key], reported));
}

/** A prefix of no meaning for each namespace. */
function prefixed(element: XmlElement): Record<string, string> {
  return Object.fromEntries([...namespaces(element)].map((ns, at) => [ns, `p${at}x`]));
}

function namespaces(element: XmlElement): Set<string> {
  return new Set([element.ns, ...element.children.flatMap((child) => (typeof child === 'string' ? [] : [...namespaces(child)]))].filter((ns) => ns !== ''));
}

/** Each element declares its own namespace as the default. */
function withoutPrefix({ ns, name, attributes, children }: XmlElement): string {
  const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
  const own = attributes.filter((one) => one.ns === '').map((one) => ` ${one.name}="${escape(one.value)}"`).join('');
  return `<${name} xmlns="${ns}"${own}>${children.map((child) => (typeof child === 'string' ? escape(child) : withoutPrefix(child))).join('')}</${name}>`;
}

function parsed(bytes: Uint8Array): XmlElement | undefined {
  try {
    return parseXml(bytes, DEFAULT_XML_LIMITS);
  } catch (error) {
    assert.ok(error instanceof CausewayError && error.code === 'malformed', String(error));
    return undefined;
  }
}
