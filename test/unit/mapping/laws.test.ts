/** The laws of translation on generated documents: what crosses and comes back is the same, and what is broken is refused or the same, never another. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CausewayError } from '../../../src/errors.ts';
import type { Translation } from '../../../src/mapping/mappings.ts';
import type { JsonValue, Payload, XmlElement } from '../../../src/stages.ts';
import { json, opened, request, response, translation, xml, mappedPayload } from './support.ts';

const day = fc.date({ min: new Date('1900-01-01T00:00:00Z'), max: new Date('2099-12-31T00:00:00Z'), noInvalidDate: true }).map((date) => date.toISOString().slice(0, 10));
const words = fc.string({ minLength: 1, maxLength: 30 }).filter((text) => text.trim() === text && /^[^\p{Cc}]+$/u.test(text));
const country = fc.constantFrom('EE', 'FI', 'UA', 'LV');
const some = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined });
const tidy = (value: unknown): JsonValue => JSON.parse(JSON.stringify(value)) as JsonValue;

const person = fc
  .record({ identifier: fc.constant('EE:36805280109'), givenName: words, familyName: words, deathDate: some(day), sex: some(fc.constantFrom('male', 'female')), birthCountry: some(country), citizenships: some(fc.array(country, { minLength: 1, maxLength: 1 })), residence: some(fc.record({ country, municipality: some(words), address: some(words), since: some(day) })) })
  .map((one) => tidy({ outcome: 'found', person: one }));
const month = fc.tuple(fc.integer({ min: 1990, max: 2030 }), fc.integer({ min: 1, max: 12 })).map(([y, m]) => `${y}-${String(m).padStart(2, '0')}`);
const value = fc.integer({ min: 0, max: 10 ** 9 }).map((cents) => `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`);
const income = fc
  .array(fc.record({ month, employer: fc.record({ identifier: fc.constantFrom('EE:10137319', 'EE:70000349'), name: some(words) }), amount: fc.record({ value, currency: fc.constantFrom('EUR', 'EEK') }) }), { minLength: 1, maxLength: 4 })
  .map((payments) => tidy({ outcome: 'found', payments }));
const company = fc
  .record({ identifier: fc.constant('FI:2077474-0'), legalName: words, registered: some(day), removed: some(day), status: fc.constantFrom('registered', 'in-liquidation', 'bankrupt', 'removed'), legalForm: some(fc.constantFrom('limited-company', 'public-limited-company')) })
  .map((one) => tidy({ outcome: 'found', companies: [one] }));

const NO_REQUEST: Record<string, Payload> = {
  'ee/person': xml('<p:RR456 xmlns:p="http://rr.x-road.eu/producer"><request/></p:RR456>'),
  'fi/person': xml('<q:HenkilonTunnusKysely xmlns:q="http://xml.vrk.fi/ws/vtj/vtjkysely/1"/>'),
  'ee/employment-income': xml('<t:xteePalgaandmed xmlns:t="http://emta-v6.x-road.eu"/>'),
  'fi/employment-income': json({}),
  'ee/company': xml('<a:lihtandmed_v2 xmlns:a="http://arireg.x-road.eu/producer/"/>'),
};

function write(to: Translation, id: string, neutral: JsonValue): Payload {
  const none = NO_REQUEST[id];
  assert.ok(none);
  return mappedPayload(to.responseToDomestic(opened(neutral), request(none)).fields.document);
}

for (const [id, of, documents] of [
  ['ee/person', 'EE', person],
  ['fi/person', 'EE', person],
  ['ee/employment-income', 'EE', income],
  ['fi/employment-income', 'EE', income],
  ['ee/company', 'FI', company],
] as const) {
  test(`${id}: an answer written in the domestic form and read back is the same, with nothing unknown`, async () => {
    const to = await translation(id, of);
    fc.assert(fc.property(documents, (neutral) => {
      const back = to.responseToNeutral(response(write(to, id, neutral))).fields;
      assert.deepEqual(withoutEmptyLists(back.document), neutral);
      assert.deepEqual(back.loss.unknown, []);
      assert.deepEqual(back.loss.approximated, []);
    }));
  });
}

/** A form that writes one empty element for no citizenship cannot tell an empty list from none. */
function withoutEmptyLists(value: JsonValue): JsonValue {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => !Array.isArray(inner) || inner.length > 0).map(([name, inner]) => [name, withoutEmptyLists(inner)]));
}

type Mutation = (children: readonly (XmlElement | string)[], at: number) => (XmlElement | string)[];
const MUTATIONS: Record<string, Mutation> = {
  removed: (children, at) => children.toSpliced(at, 1),
  repeated: (children, at) => children.toSpliced(at, 0, ...children.slice(at, at + 1)),
  emptied: (children, at) => children.map((child, place) => (place === at && typeof child !== 'string' ? { ...child, children: [] } : child)),
  'in another namespace': (children, at) => children.map((child, place) => (place === at && typeof child !== 'string' ? { ...child, ns: 'urn:other' } : child)),
  'moved to the end': (children, at) => [...children.toSpliced(at, 1), ...children.slice(at, at + 1)],
};

/** `mutate` at the n-th element, counted in document order. */
function mutated(root: XmlElement, n: number, mutate: Mutation): XmlElement {
  let seen = -1;
  const walk = (element: XmlElement): XmlElement => {
    for (const [at, child] of element.children.entries()) {
      if (typeof child === 'string') continue;
      seen += 1;
      if (seen === n) return { ...element, children: mutate(element.children, at) };
      const inner = walk(child);
      if (inner !== child) return { ...element, children: element.children.with(at, inner) };
    }
    return element;
  };
  return walk(root);
}

for (const [name, mutate] of Object.entries(MUTATIONS)) {
  test(`an element ${name}: the message is refused with a code and a field, or reads as a part of what it was`, async () => {
    for (const [id, of, documents] of [['ee/person', 'EE', person], ['fi/person', 'EE', person], ['ee/employment-income', 'EE', income]] as const) {
      const to = await translation(id, of);
      fc.assert(fc.property(documents, fc.integer({ min: 0, max: 80 }), (neutral, n) => {
        const payload = write(to, id, neutral);
        assert.ok(payload.form === 'xml');
        try {
          const { document } = to.responseToNeutral(response({ form: 'xml', element: mutated(payload.element, n, mutate) })).fields;
          assert.ok(isPart(document, neutral), JSON.stringify(document));
        } catch (error) {
          if (error instanceof assert.AssertionError) throw error;
          assert.ok(error instanceof CausewayError && error.code === 'service-answer-unmappable' && error.facts.field !== undefined, String(error));
        }
      }), { numRuns: 150 });
    }
  });
}

/** No value in `part` that is not in `whole` at the same place: a repeated list item may stand twice, an outcome may become not-found. */
function isPart(part: JsonValue, whole: JsonValue | undefined): boolean {
  if (Array.isArray(part)) return part.length === 0 || (Array.isArray(whole) && (part as readonly JsonValue[]).every((item) => (whole as readonly JsonValue[]).some((one) => isPart(item, one))));
  if (typeof part === 'object' && part !== null) return typeof whole === 'object' && Object.entries(part).every(([key, inner]) => isPart(inner, (whole as Record<string, JsonValue>)[key]));
  return part === whole || part === 'not-found';
}
