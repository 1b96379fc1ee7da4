/** Documents against their description: each complaint with its path, and none without cause. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { conformJson, conformXml } from '../../../../src/mapping/check/conform.ts';
import { readDescription } from '../../../../src/mapping/describe/read.ts';
import type { JsonValue } from '../../../../src/stages.ts';
import { xml } from '../support.ts';

const XSD = `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:t"><xs:element name="q" type="xs:string"/>
  <xs:element name="a"><xs:complexType><xs:sequence>
    <xs:element name="first" type="xs:int"/>
    <xs:choice><xs:element name="left" type="xs:string"/><xs:element name="right" type="xs:string"/></xs:choice>
    <xs:element name="day" type="xs:date" nillable="true" minOccurs="0" maxOccurs="2"/>
    <xs:element name="inner" minOccurs="0"><xs:complexType><xs:choice minOccurs="0" maxOccurs="unbounded"><xs:element name="x" type="xs:string"/><xs:element name="y" type="xs:string"/></xs:choice></xs:complexType></xs:element>
    <xs:element name="open" minOccurs="0"/>
  </xs:sequence><xs:attribute name="id" type="xs:int" use="required"/></xs:complexType></xs:element></xs:schema>`;

function complaints(inner: string, attributes = 'id="1"'): string[] {
  const name = (local: string) => ({ ns: 'urn:t', name: local });
  const { response } = readDescription('t.xsd', '', { request: name('q'), response: name('a') }, () => Buffer.from(XSD));
  const payload = xml(`<t:a xmlns:t="urn:t" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" ${attributes}>${inner}</t:a>`);
  assert.ok(payload.form === 'xml');
  return conformXml(payload.element, response, { kind: 'xml', namespaces: new Map() }).map(({ path, text }) => `${path}: ${text}`);
}

for (const [title, inner, expected] of [
  ['the fewest elements', '<first>1</first><left/>', []],
  ['all of them, the inner ones in any order and number, anything where anything may stand', '<first>-2</first><right>r</right><day>2026-02-28</day><day xsi:nil="true"/><inner><y/><x/><y/></inner><open><z>1</z></open>', []],
  ['a required element that is missing', '<left/>', ['first: the description demands it']],
  ['an element too many', '<first>1</first><left/><day>2026-01-01</day><day>2026-01-01</day><day>2026-01-01</day>', ['day: the description says at most 2']],
  ['both of a choice', '<first>1</first><left/><right/>', [': the description does not have its elements together so']],
  ['an element in the wrong place', '<left/><first>1</first>', ['first: the description has it before "left"']],
  ['an element that is not there', '<first>1</first><left/><other/>', [': the description does not have its elements together so', 'other: the description has no such element there']],
  ['a day that the calendar has not', '<first>1</first><left/><day>2026-02-30</day>', ['day: the description says xs:date']],
  ['an empty number', '<first/><left/>', ['first: the description says xs:int, which has no empty form']],
  ['a number beyond its type', '<first>2147483648</first><left/>', ['first: the description says from -2147483648 to 2147483647']],
  ['nil where it is not allowed', '<first xsi:nil="true"/><left/>', ['first: the description does not allow xsi:nil']],
  ['text between elements', '<first>1</first><left/><inner>text</inner>', ['inner: the description says elements, not a value']],
] as const) test(`XML, ${title}`, () => assert.deepEqual(complaints(inner), expected));

test('XML, a required attribute that is missing, and one of another type', () => {
  assert.deepEqual(complaints('<first>1</first><left/>', ''), ['@id: the description demands it']);
  assert.deepEqual(complaints('<first>1</first><left/>', 'id="x"'), ['@id: the description says xs:int']);
});

const SCHEMA = { type: 'object', required: ['a'], properties: { a: { type: 'integer', minimum: 1 }, list: { type: 'array', minItems: 1, maxItems: 2, items: { type: 'object', required: ['b'], properties: { b: { type: ['string', 'null'], pattern: '^x' } } } }, free: { type: 'object', additionalProperties: true } } };

function jsonComplaints(value: JsonValue): string[] {
  const { response } = readDescription({ request: 's.json', response: 's.json' }, '', undefined, () => Buffer.from(JSON.stringify(SCHEMA)));
  return conformJson(value, response).map(({ path, text }) => `${path}: ${text}`);
}

for (const [title, value, expected] of [
  ['what the schema says', { a: 1, list: [{ b: 'x' }, { b: null }], free: { z: [1] } }, []],
  ['a required property that is missing', {}, ['a: the description demands it']],
  ['a property that is not there', { a: 1, c: 2 }, ['c: the description has no such property there']],
  ['a fraction where a whole number is meant', { a: 1.5 }, ['a: the description says integer, not a number with a fraction']],
  ['a text where a number is meant', { a: '1' }, ['a: the description says integer, not string']],
  ['a number below its bound', { a: 0 }, ['a: the description says from 1 up']],
  ['no list where one is meant', { a: 1, list: { b: 'x' } }, ['list: the description says a list']],
  ['an empty list, and one too long', { a: 1, list: [] }, ['list: the description says at least 1 items']],
  ['a text of another pattern', { a: 1, list: [{ b: 'y' }] }, ['list.b: the description says another pattern']],
  ['a value where an object is meant', { a: 1, free: 'x' }, ['free: the description says an object']],
  ['a list where a value is meant', { a: [1] }, ['a: the description says no list']],
] as const) test(`JSON, ${title}`, () => assert.deepEqual(jsonComplaints(value as JsonValue), expected));

test('no complaint holds the value that it is about', () => {
  const secret = '36805280109x';
  assert.ok(![...complaints(`<first>${secret}</first><left/>`), ...jsonComplaints({ a: secret, list: [{ b: secret }] })].some((one) => one.includes(secret)));
});
