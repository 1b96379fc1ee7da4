/** A drafted mapping says every field of both forms, and what it leaves to a person is what the loader then asks for. */
import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { DIALECT_FORMS } from '../../../src/ecosystems/dialects.ts';
import { scaffoldMapping } from '../../../src/cli/mappings-scaffold.ts';
import { CausewayError } from '../../../src/errors.ts';
import { loadTranslation } from '../../../src/mapping/load.ts';
import { MAPPINGS, response, SHARED, xml } from './support.ts';

const folder = mkdtempSync(join(tmpdir(), 'scaffold-'));
const mappings = join(folder, 'mappings');
cpSync(MAPPINGS, mappings, { recursive: true });
after(() => rmSync(folder, { recursive: true }));

const OPENAPI = `openapi: 3.1.0
info: { title: Companies, version: "1" }
paths:
  /companies:
    get:
      parameters: [{ name: code, in: query, required: true, schema: { type: string } }]
      responses:
        "200":
          description: found
          content:
            application/json:
              schema:
                type: object
                required: [total]
                properties:
                  total: { type: integer }
                  results:
                    type: array
                    items:
                      type: object
                      required: [legalName]
                      properties:
                        legalName: { type: string }
                        registered: { type: string, format: date }
                        address: { type: object, properties: { street: { type: string } } }
`;
writeFileSync(join(folder, 'companies.yaml'), OPENAPI);

function draft(file: string, operation: string, neutral: string, mapping: string): string {
  return readFileSync(scaffoldMapping(file, operation, { neutral, mapping, mappings }), 'utf8');
}

const problemsOf = (mapping: string): Promise<string> => loadTranslation(mappings, mapping, 'XX', DIALECT_FORMS).then(() => '', (error: unknown) => (error instanceof CausewayError ? error.message : String(error)));

test('of an OpenAPI operation: parameters, nested fields, the list paired, equal names paired', () => {
  const text = draft(join(folder, 'companies.yaml'), 'GET /companies', 'company/v1', 'xx/companies');
  assert.match(text, /^ {2}dialect: xroad-rest\n {2}operation: GET \/companies\n {2}schema: companies\.yaml$/m);
  assert.match(text, /^ {4}- \{ domestic: query\.code, drop: not decided yet \} {2}# string, required$/m);
  assert.match(text, /^ {6}present: \[results\]$/m);
  assert.match(text, /- each: \{ domestic: results, neutral: companies \} {2}# of each item: identifier \(required\), legalName \(required\)/);
  assert.match(text, /- \{ domestic: legalName, neutral: legalName \} {2}# string, required/);
  assert.match(text, /- \{ domestic: address\.street, drop: not decided yet \} {2}# string, optional/);
});

test('what the draft leaves open, the loader names: the required neutral fields, and nothing else', async () => {
  const lines = (await problemsOf('xx/companies')).split('\n');
  assert.deepEqual(lines.map((line) => /nothing feeds the required neutral field "([^"]+)"/.exec(line)?.[1] ?? line).sort(), ['companies.identifier', 'companies.status', 'identifier']);
});

test('an edited draft runs', async () => {
  const file = join(mappings, 'xx/companies.yaml');
  const edited = readFileSync(file, 'utf8')
    .replace('domestic: query.code, drop: not decided yet', 'domestic: query.code, neutral: identifier')
    .replace('- { domestic: legalName,', '- { domestic: code, neutral: identifier }\n            - { neutral: status, constant: registered }\n            - { domestic: legalName,');
  writeFileSync(file, edited);
  assert.equal(await problemsOf('xx/companies'), '');
  const to = await loadTranslation(mappings, 'xx/companies', 'XX', DIALECT_FORMS);
  const body = { total: 1, results: [{ code: 'XX:1', legalName: 'A', address: { street: 'x' } }] };
  const { document, loss } = to.responseToNeutral(response({ form: 'json', body, path: {}, query: {} })).fields;
  assert.deepEqual(document, { outcome: 'found', companies: [{ identifier: 'XX:1', status: 'registered', legalName: 'A' }] });
  assert.deepEqual(loss.unknown, []);
});

test('a mapping that is there is not replaced', () => {
  assert.throws(() => draft(join(folder, 'companies.yaml'), 'GET /companies', 'company/v1', 'ee/company'), /ee\/company\.yaml is there already/);
});

for (const [title, args, expected] of [
  ['an operation that is not there', ['companies.yaml', 'GET /none', 'company/v1', 'xx/a'], /has no operation "GET \/none"/],
  ['a neutral form that is not there', ['companies.yaml', 'GET /companies', 'cars/v1', 'xx/b'], /no neutral schema/],
  ['a name that is none', ['companies.yaml', 'GET /companies', 'company/v1', '../x'], /named by country and subject/],
  ['a file that is not there', ['none.wsdl', 'x', 'company/v1', 'xx/c'], /none\.wsdl is not there/],
] as const) {
  test(`${title} is told, and nothing is written`, () => {
    const [file, operation, neutral, mapping] = args;
    assert.throws(() => draft(join(folder, file), operation, neutral, mapping), (error) => error instanceof CausewayError && error.code === 'config-invalid' && expected.test(error.message));
    assert.ok(!existsSync(join(mappings, `${mapping}.yaml`)));
  });
}

for (const [wsdl, operation, neutral, mapping, answer] of [
  ['tsd.wsdl', 'xteePalgaandmed', 'employment-income/v1', 'xx/income', '<t:xteePalgaandmedResponse xmlns:t="http://emta-v6.x-road.eu"><keha><perioodJada/></keha></t:xteePalgaandmedResponse>'],
  ['rr.wsdl', 'RR456', 'person/v1', 'xx/person', undefined],
  ['vtj/service.wsdl', 'HenkilonTunnusKysely', 'person/v1', 'xx/vtj', undefined],
] as const) {
  test(`of the real ${wsdl}: every path is one that the loader reads, and only neutral fields are missing`, async (t) => {
    if (!existsSync(join(SHARED, 'wsdl', wsdl))) return t.skip('skipped: no ../shared');
    draft(join(SHARED, 'wsdl', wsdl), operation, neutral, mapping);
    const problems = await problemsOf(mapping);
    for (const line of problems.split('\n').filter((one) => one !== '')) assert.match(line, /nothing feeds the required neutral field/);
    if (answer === undefined) return;
    const file = join(mappings, `${mapping}.yaml`);
    const given: Record<string, string> = { 'keha/isikukood': 'person.identifier', 'keha/algkuup': 'period.from', 'keha/loppkuup': 'period.to', 'periood': 'month', 'ariregistri_kood': 'employer.identifier', 'summa': 'amount.value', 'summa/@yhik': 'amount.currency' };
    writeFileSync(file, Object.entries(given).reduce((text, [domestic, field]) => text.replace(`domestic: ${domestic}, drop: not decided yet`, `domestic: ${domestic}, neutral: ${field}`), readFileSync(file, 'utf8')));
    assert.equal(await problemsOf(mapping), '');
    const { document } = (await loadTranslation(mappings, mapping, 'XX', DIALECT_FORMS)).responseToNeutral(response(xml(answer))).fields;
    assert.deepEqual(document, { outcome: 'not-found' });
  });
}

test('a type that holds itself ends', () => {
  mkdirSync(join(folder, 'deep'));
  writeFileSync(join(folder, 'deep/tree.yaml'), OPENAPI.replace('address: { type: object, properties: { street: { type: string } } }', 'parent: { $ref: "#/components/schemas/node" }').concat('components:\n  schemas:\n    node: { type: object, properties: { name: { type: string }, parent: { $ref: "#/components/schemas/node" } } }\n'));
  assert.match(draft(join(folder, 'deep/tree.yaml'), 'GET /companies', 'company/v1', 'xx/tree'), /domestic: parent\.parent\.name, drop/);
});
