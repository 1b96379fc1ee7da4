/** Every example of docs/mapping-language.md, run: rules or outcomes, a domestic document, its neutral form, and what is lost. */
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { DIALECT_FORMS } from '../../../src/ecosystems/dialects.ts';
import { loadTranslation } from '../../../src/mapping/load.ts';
import type { JsonValue, LossReport, Payload } from '../../../src/stages.ts';
import { json, MAPPINGS, opened, request, response, ROOT, tidyPayload, xml, mappedPayload } from './support.ts';

interface Example {
  readonly line: number;
  readonly rules: string;
  readonly outcomes: boolean;
  readonly domestic: string;
  readonly form: 'xml' | 'json';
  readonly oneWay: boolean;
  readonly neutral: JsonValue;
  readonly loss: LossReport | undefined;
}

interface Block {
  readonly line: number;
  readonly words: readonly string[];
  readonly text: string;
}

function blocks(markdown: string): Block[] {
  const found: Block[] = [];
  let open: { line: number; words: string[]; lines: string[] } | undefined;
  for (const [at, line] of markdown.split('\n').entries()) {
    if (!line.startsWith('```')) open?.lines.push(line);
    else if (open === undefined) open = { line: at + 1, words: line.slice(3).split(' '), lines: [] };
    else {
      found.push({ line: open.line, words: open.words, text: open.lines.join('\n') });
      open = undefined;
    }
  }
  return found;
}

function examples(): Example[] {
  const all = blocks(readFileSync(join(ROOT, 'docs/mapping-language.md'), 'utf8'));
  return all.flatMap((domestic, at): Example[] => {
    if (domestic.words[1] !== 'domestic') return [];
    const [rules, neutral, loss] = all.slice(at + 1, at + 4);
    assert.ok(rules !== undefined && neutral?.words[1] === 'neutral', `line ${domestic.line}`);
    return [{
      line: domestic.line,
      rules: rules.text,
      outcomes: rules.words[1] === 'outcomes',
      domestic: domestic.text,
      form: domestic.words[0] === 'xml' ? 'xml' : 'json',
      oneWay: domestic.words.includes('one-way'),
      neutral: JSON.parse(neutral.text) as JsonValue,
      loss: loss?.words[1] === 'loss' ? (JSON.parse(loss.text) as LossReport) : undefined,
    }];
  });
}

/** A schema that the example's neutral document fits; an outcome and a sex get the two that examples use, and a name goes with "found". */
function schemaOf(value: JsonValue): Record<string, unknown> {
  if (Array.isArray(value)) return { type: 'array', items: schemaOf(value[0] as JsonValue) };
  if (typeof value !== 'object' || value === null) return { type: typeof value };
  const properties = Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, schemaOf(inner)]));
  if ('outcome' in value) Object.assign(properties, { outcome: { type: 'string', enum: ['found', 'not-found'] }, name: { type: 'string' } });
  // A code list is total over an enumeration, or says what stands for the rest.
  if ('sex' in value) Object.assign(properties, { sex: { type: 'string', enum: ['male', 'female'] } });
  return { type: 'object', additionalProperties: false, properties };
}

function folderFor(example: Example): string {
  const folder = mkdtempSync(join(tmpdir(), 'language-'));
  cpSync(join(MAPPINGS, 'codelists'), join(folder, 'codelists'), { recursive: true });
  mkdirSync(join(folder, 'xx'));
  mkdirSync(join(folder, 'neutral/example/v1'), { recursive: true });
  const schema = { ...schemaOf(example.neutral), $schema: 'https://json-schema.org/draft/2020-12/schema' };
  const properties = schema as unknown as { properties: Record<string, unknown> };
  if (example.rules.includes('neutral: died')) properties.properties['died'] = { type: 'string' };
  writeFileSync(join(folder, 'neutral/example/v1/response.schema.json'), JSON.stringify(schema));
  writeFileSync(join(folder, 'neutral/example/v1/request.schema.json'), '{ "type": "object" }');
  const soap = example.form === 'xml';
  writeFileSync(join(folder, 'xx/example.yaml'), [
    'mapping: xx/example',
    'revision: 1',
    'neutral: example/v1',
    `domestic: { dialect: ${soap ? 'xroad-soap' : 'xroad-rest'}, operation: x, namespaces: { p: { uri: "urn:x" } } }`,
    `request: { ${soap ? 'root: p:question, ' : ''}rules: [] }`,
    'response:',
    ...(soap ? ['  root: p:answer'] : []),
    `  ${example.outcomes ? 'outcomes' : 'rules'}:`,
    ...example.rules.split('\n').map((line) => `    ${line}`),
  ].join('\n'));
  return folder;
}

const found = examples();
assert.ok(found.length >= 6);

for (const example of found) {
  test(`docs/mapping-language.md:${example.line}: the example does what it says`, async (t) => {
    const folder = folderFor(example);
    t.after(() => rmSync(folder, { recursive: true }));
    const to = await loadTranslation(folder, 'xx/example', 'XX', DIALECT_FORMS);
    const payload: Payload = example.form === 'xml' ? xml(example.domestic) : json(JSON.parse(example.domestic) as JsonValue);
    const { document, loss } = to.responseToNeutral(response(payload)).fields;
    assert.deepEqual(document, example.neutral);
    assert.deepEqual(loss, example.loss ?? { dropped: [], defaulted: [], approximated: [], unknown: [] });
    if (example.oneWay) return;
    const question = example.form === 'xml' ? xml('<p:question xmlns:p="urn:x"/>') : json({});
    assert.deepEqual(tidyPayload(mappedPayload(to.responseToDomestic(opened(example.neutral), request(question)).fields.document)), tidyPayload(payload));
  });
}
