import assert from 'node:assert/strict';
import { test } from 'node:test';
import { childrenOf, DescriptionError, isOpen, type Described } from '../../../../src/mapping/describe/description.ts';
import { readDescription } from '../../../../src/mapping/describe/read.ts';

const from = (files: Readonly<Record<string, string>>) => (path: string): Uint8Array | undefined => (files[path] === undefined ? undefined : Buffer.from(files[path]));
const child = (node: Described, name: string): Described => childrenOf(node).find(({ node: one }) => one.name === name)?.node ?? assert.fail(`no ${name}`);
const outline = (node: Described): string[] => childrenOf(node).map(({ node: one, required }) => `${one.name}${required ? ' required' : ''} ${one.value?.name ?? (one.items === undefined ? 'object' : 'list')}`);

const API = `
openapi: 3.1.0
paths:
  /things/{id}:
    parameters: [{ name: id, in: path, required: true, schema: { type: string, pattern: "^[0-9]+$" } }]
    post:
      parameters:
        - { $ref: "#/components/parameters/page" }
        - { name: X-Trace, in: header, schema: { type: string } }
      requestBody: { required: true, content: { application/vnd.x+json: { schema: { $ref: "common.yaml#/Question" } } } }
      responses:
        "404": { description: none }
        "200": { description: fine, content: { text/html: { schema: { type: string } }, application/json: { schema: { $ref: "#/components/schemas/Answer" } } } }
components:
  parameters:
    page: { name: page, in: query, schema: { type: integer } }
  schemas:
    Base: { type: object, required: [id], properties: { id: { type: string } } }
    Answer:
      allOf:
        - { $ref: "#/components/schemas/Base" }
        - type: object
          required: [state]
          properties:
            state: { type: [string, "null"], enum: [a, b, null] }
            number: { type: integer, minimum: 1, maximum: 9 }
            list: { type: array, minItems: 1, maxItems: 2, items: { $ref: "#/components/schemas/Answer" } }
            either: { oneOf: [{ type: object, properties: { x: { type: boolean } }, required: [x] }, { type: object, properties: { y: { type: string, format: date } } }] }
            free: { type: object, additionalProperties: true }
`;
const FILES = { 'dir/api.yaml': API, 'dir/common.yaml': 'Question: { type: object, properties: { deep: { $ref: "#/Deep" } } }\nDeep: { type: string, maxLength: 5 }\n' };

test('a request has its body, and the query and path parameters as texts', () => {
  const { request } = readDescription('dir/api.yaml', 'POST /things/{id}', undefined, from(FILES));
  assert.deepEqual(outline(request), ['query object', 'path object', 'body required object']);
  assert.deepEqual(outline(child(request, 'query')), ['page string']);
  assert.deepEqual(outline(child(request, 'path')), ['id required string']);
  assert.equal(child(child(request, 'body'), 'deep').value?.maxLength, 5);
});

test('an answer has the properties of all parts, those of alternatives as optional, and null where its type says', () => {
  const { response } = readDescription('dir/api.yaml', 'POST /things/{id}', undefined, from(FILES));
  assert.deepEqual(outline(response), ['id required string', 'state required string', 'number integer', 'list list', 'either object', 'free object']);
  const state = child(response, 'state');
  assert.deepEqual([state.nillable, state.value?.enumeration], [true, ['a', 'b']]);
  assert.deepEqual(outline(child(response, 'either')), ['x boolean', 'y string']);
  assert.deepEqual([child(response, 'number').value?.minimum, child(response, 'number').value?.maximum], [1, 9]);
  const list = child(response, 'list');
  assert.deepEqual([list.minItems, list.maxItems, list.items?.().items], [1, 2, undefined]);
  assert.equal(child(list.items?.() ?? list, 'list').maxItems, 2);
});

test('only a schema that says so lets other properties stand', () => {
  const { response } = readDescription('dir/api.yaml', 'POST /things/{id}', undefined, from(FILES));
  assert.ok(!isOpen(response));
  assert.ok(isOpen(child(response, 'free')));
});

test('a JSON Schema for each message describes the body of the request, and the answer', () => {
  const { request, response } = readDescription({ request: 'q.json', response: 'a.json' }, '', undefined, from({ 'q.json': '{ "type": "object", "properties": { "a": { "type": "number" } } }', 'a.json': '{ "type": "array", "items": { "type": "string" } }' }));
  assert.deepEqual(outline(child(request, 'body')), ['a number']);
  assert.equal(response.items?.().value?.name, 'string');
});

for (const [title, files, reason, message] of [
  ['a reference to the network', { ...FILES, 'dir/api.yaml': API.replace('"common.yaml#/Question"', '"https://example.org/common.yaml#/Question"') }, 'wrong', /on the network: save the file beside/],
  ['a reference that leads nowhere', { ...FILES, 'dir/common.yaml': 'x: {}' }, 'wrong', /common\.yaml#\/Question leads nowhere/],
  ['a file that a reference names and that is not there', { 'dir/api.yaml': API }, 'incomplete', /dir\/common\.yaml is not there/],
  ['a reference that goes in a circle', { ...FILES, 'dir/common.yaml': 'Question: { $ref: "#/Question" }' }, 'wrong', /in a circle/],
  ['a file that is no YAML', { 'dir/api.yaml': 'a: [' }, 'wrong', /dir\/api\.yaml:1: /],
  ['a file that is no OpenAPI', { 'dir/api.yaml': 'a: 1' }, 'wrong', /is not OpenAPI/],
  ['an operation that is not there', { ...FILES, 'dir/api.yaml': API.replace('post:', 'put:') }, 'wrong', /no operation "POST \/things\/\{id\}"/],
  ['an operation without a JSON answer', { ...FILES, 'dir/api.yaml': API.replace('application/json:', 'text/plain:') }, 'wrong', /no successful answer in JSON/],
  ['no file', {}, 'absent', /dir\/api\.yaml is not there/],
] as const) {
  test(`${title} is told`, () => {
    const deep = (node: Described): unknown => childrenOf(node).map(({ node: one }) => [one.value, childrenOf(one)]);
    assert.throws(() => deep(readDescription('dir/api.yaml', 'POST /things/{id}', undefined, from(files)).request), (error) => {
      assert.ok(error instanceof DescriptionError);
      assert.match(error.message, message);
      return assert.equal(error.reason, reason), true;
    });
  });
}
