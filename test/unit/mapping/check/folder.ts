/** A small made-up country, right as it stands: a register in XML and one in JSON. Each test breaks one thing. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { DIALECT_FORMS } from '../../../../src/ecosystems/dialects.ts';
import { checkCountry, type CountryReport } from '../../../../src/mapping/check/country.ts';
import { readFiles, rootsOf } from '../../../../src/mapping/folder.ts';
import { renderProblem } from '../../../../src/mapping/problems.ts';

const SCHEMA = { $schema: 'https://json-schema.org/draft/2020-12/schema', type: 'object', additionalProperties: false };
const WORDS = { type: 'string', minLength: 1, maxLength: 40 };

const REQUEST = { ...SCHEMA, required: ['number'], properties: { number: { type: 'string', pattern: '^[0-9]{4}$' } } };
const RESPONSE = {
  ...SCHEMA,
  required: ['outcome'],
  properties: {
    outcome: { type: 'string', enum: ['found', 'not-found'] },
    thing: {
      type: 'object',
      additionalProperties: false,
      required: ['name', 'colour'],
      properties: { name: WORDS, colour: { type: 'string', enum: ['red', 'blue'] }, made: { type: 'string', format: 'date' }, note: WORDS, parts: { type: 'array', minItems: 1, items: { type: 'object', additionalProperties: false, required: ['label'], properties: { label: WORDS } } } },
    },
  },
};
const CONDITION = '"if":{"type":"object","properties":{"outcome":{"const":"found"}}},"then":{"type":"object","properties":{"thing":true},"required":["thing"]},"else":{"type":"object","properties":{"thing":false}}';

const WSDL = `<w:definitions xmlns:w="http://schemas.xmlsoap.org/wsdl/" xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:t="urn:t" targetNamespace="urn:t">
  <w:types><xs:schema targetNamespace="urn:t">
    <xs:simpleType name="Colour"><xs:restriction base="xs:string"><xs:enumeration value="R"/><xs:enumeration value="B"/></xs:restriction></xs:simpleType>
    <xs:element name="ask"><xs:complexType><xs:sequence><xs:element name="number" type="xs:string"/></xs:sequence></xs:complexType></xs:element>
    <xs:element name="askResponse"><xs:complexType><xs:sequence>
      <xs:element name="state" type="xs:int"/>
      <xs:element name="thing" minOccurs="0"><xs:complexType><xs:sequence>
        <xs:element name="name" type="xs:string"/>
        <xs:element name="colour" type="t:Colour"/>
        <xs:element name="made" type="xs:string" minOccurs="0"/>
        <xs:element name="part" minOccurs="0" maxOccurs="unbounded"><xs:complexType><xs:sequence><xs:element name="label" type="xs:string"/><xs:element name="weight" type="xs:decimal" minOccurs="0"/></xs:sequence></xs:complexType></xs:element>
        <xs:element name="note" type="xs:string" minOccurs="0"/>
      </xs:sequence><xs:attribute name="id" type="xs:string"/></xs:complexType></xs:element>
    </xs:sequence></xs:complexType></xs:element>
  </xs:schema></w:types>
  <w:message name="in"><w:part name="body" element="t:ask"/></w:message><w:message name="out"><w:part name="body" element="t:askResponse"/></w:message>
  <w:portType name="p"><w:operation name="ask"><w:input message="t:in"/><w:output message="t:out"/></w:operation></w:portType>
</w:definitions>`;

const SOAP = `mapping: xx/thing
revision: 1
neutral: thing/v1
domestic: { dialect: xroad-soap, operation: ask, schema: xx/thing.wsdl, namespaces: { t: { uri: "urn:t" } } }
request:
  root: t:ask
  rules:
    - { domestic: number, neutral: number }
response:
  root: t:askResponse
  outcomes:
    - outcome: not-found
      match: { state: "1" }
    - outcome: found
      match: { state: "0" }
      rules:
        - at: { domestic: thing, neutral: thing }
          rules:
            - { domestic: "@id", drop: a key of the register }
            - { domestic: name, neutral: name }
            - { domestic: colour, neutral: colour, as: codelist(colour) }
            - { domestic: made, neutral: made, as: date(dd.mm.yyyy), optional: true }
            - each: { domestic: part, neutral: parts }
              optional: true
              rules:
                - { domestic: label, neutral: label }
                - { domestic: weight, drop: not agreed }
            - { domestic: note, neutral: note, optional: true }
`;

const API = `openapi: 3.1.0
paths:
  /things:
    get:
      parameters: [{ name: number, in: query, required: true, schema: { type: string } }]
      responses:
        "200": { description: fine, content: { application/json: { schema: { $ref: "#/components/schemas/Answer" } } } }
components:
  schemas:
    Answer:
      type: object
      required: [count]
      properties:
        count: { type: integer }
        items:
          type: array
          maxItems: 1
          items:
            type: object
            required: [names, colour]
            properties:
              names: { type: array, items: { type: object, required: [kind, text], properties: { kind: { type: string }, text: { type: string }, until: { type: string } } } }
              colour: { type: string, enum: [R, B] }
              made: { type: string, format: date }
              note: { type: string }
              parts: { type: array, items: { type: object, required: [label], properties: { label: { type: string } } } }
`;

const REST = `mapping: xx/things
revision: 1
neutral: thing/v1
domestic: { dialect: xroad-rest, operation: GET /things, schema: xx/things.openapi.yaml }
request:
  rules:
    - { domestic: query.number, neutral: number }
response:
  outcomes:
    - outcome: not-found
      match: { count: 0 }
      rules:
        - { domestic: items, drop: an empty list }
    - outcome: found
      match: { count: 1 }
      rules:
        - at: { domestic: "items[0]", neutral: thing }
          rules:
            - { domestic: "names[kind=1][!until].text", neutral: name }
            - { domestic: colour, neutral: colour, as: codelist(colour) }
            - { domestic: made, neutral: made, as: date, optional: true }
            - { domestic: note, neutral: note, optional: true }
            - each: { domestic: parts, neutral: parts }
              optional: true
              rules:
                - { domestic: label, neutral: label }
            - { domestic: names, drop: former names are not agreed }
`;

const FILES: Readonly<Record<string, string>> = {
  'neutral/thing/v1/request.schema.json': JSON.stringify(REQUEST),
  'neutral/thing/v1/response.schema.json': `${JSON.stringify(RESPONSE).slice(0, -1)},${CONDITION}}`,
  'codelists/colour.yaml': 'codelist: colour\ncodes: { R: red, B: blue }\n',
  'xx/identifiers.yaml': 'country: XX\ninstance: XX\nclasses: [GOV]\ngateway: { class: GOV, code: "1" }\nforeign:\n  - { country: YY, classes: [GOV, COM], codes: ["99-9"] }\n',
  'xx/services.yaml': 'exported:\n  - { service: XX/GOV/2/reg/ask/v1, operation: { name: ask }, dialect: xroad-soap, mapping: xx/thing }\n  - { service: XX/GOV/2/reg/things, operation: { method: GET, template: /things }, dialect: xroad-rest, mapping: xx/things }\n',
  'xx/thing.wsdl': WSDL,
  'xx/thing.yaml': SOAP,
  'xx/things.openapi.yaml': API,
  'xx/things.yaml': REST,
  'xx/samples/thing/answer.yaml': 'case: an answer\nfor: XX\ndirection: response-to-neutral\ninput: <t:askResponse xmlns:t="urn:t"><state>0</state><thing id="7"><name>A</name><colour>R</colour></thing></t:askResponse>\noutput: { outcome: found, thing: { name: A, colour: red } }\nloss: { dropped: [thing/@id], unknown: [] }\n',
};

/** A change of one file: what is replaced must be there. */
export type Change = readonly [file: string, from: string | RegExp, to: string];

/** Writes the folder, changed, for the time of a test. */
export function country(t: TestContext, ...changes: readonly Change[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'country-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const files = { ...FILES };
  for (const [file, from, to] of changes) {
    const before = files[file] ?? '';
    files[file] = before === '' ? to : before.replace(from, to);
    if (files[file] === before) throw new Error(`the change of ${file} changes nothing`);
  }
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  return folder;
}

export async function check(folder: string, options: { readonly requireSchemas?: boolean; readonly runs?: number } = {}): Promise<CountryReport> {
  const read = (path: string): Uint8Array | undefined => {
    try {
      return readFileSync(join(folder, path));
    } catch {
      return undefined;
    }
  };
  return checkCountry(await readFiles(folder, rootsOf('XX')), 'XX', { forms: DIALECT_FORMS, runs: options.runs ?? 60, read, requireSchemas: options.requireSchemas ?? false });
}

/** Problems as lines, without warnings. */
export async function errors(folder: string): Promise<string[]> {
  return (await check(folder)).problems.filter(({ severity }) => severity === 'error').map(renderProblem);
}

/** The line of a file on which a text stands, counted from 1, after the changes. */
export function lineOf(folder: string, file: string, text: string): number {
  const at = readFileSync(join(folder, file), 'utf8').split('\n').findIndex((line) => line.includes(text)) + 1;
  if (at === 0) throw new Error(`${file} does not say ${text}`);
  return at;
}
