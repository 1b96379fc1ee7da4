/** Explain says what the engine did, all of it, and nothing of what it must not say. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { DIALECT_FORMS } from '../../../src/ecosystems/dialects.ts';
import { CausewayError } from '../../../src/errors.ts';
import { loadExplainer, type Explainer, type Explanation, type Message } from '../../../src/mapping/explain/explain.ts';
import { leavesOf } from '../../../src/mapping/explain/leaves.ts';
import { HIDDEN, type Step } from '../../../src/mapping/explain/step.ts';
import type { JsonValue } from '../../../src/stages.ts';
import { domestic, goldenFiles, type GoldenCase } from './golden.ts';
import { MAPPINGS, opened, request, response, translation, mappedPayload } from './support.ts';

const LOADED = new Map<string, Promise<Explainer>>();

function explainer(id: string, country: string, showPersonal: boolean): Promise<Explainer> {
  const key = `${id} ${country} ${showPersonal}`;
  const made = LOADED.get(key) ?? loadExplainer(MAPPINGS, id, country, { forms: DIALECT_FORMS, showPersonal });
  LOADED.set(key, made);
  return made;
}

function message({ direction, input, request: asked }: GoldenCase): Message {
  const kind = direction.startsWith('request') ? 'request' : 'response';
  if (direction.endsWith('neutral')) return { kind, to: 'neutral', input: domestic(input, kind) };
  return { kind, to: 'domestic', input, ...(asked === undefined ? {} : { request: domestic(asked, 'request') }) };
}

/** What the engine itself does with the case. */
async function engine(mapping: string, one: GoldenCase): Promise<Pick<Explanation, 'output' | 'loss' | 'refused'>> {
  const to = await translation(mapping, one.for);
  const asked = message(one);
  try {
    if (asked.to === 'neutral') {
      const { document, loss } = (asked.kind === 'request' ? to.requestToNeutral(request(asked.input)) : to.responseToNeutral(response(asked.input))).fields;
      return { output: { neutral: document }, loss };
    }
    const { document, loss } = (asked.kind === 'request' ? to.requestToDomestic(opened(asked.input)) : to.responseToDomestic(opened(asked.input), request(domestic(one.request, 'request')))).fields;
    return { output: { domestic: mappedPayload(document) }, loss };
  } catch (error) {
    assert.ok(error instanceof CausewayError);
    return { refused: { code: error.code, field: error.facts.field ?? '', expected: '' } };
  }
}

const RULE_LINE = /^ *(?:#|- |each:|at:|domestic:|neutral:|outcome|from:|compute:)/;

for (const { name, mapping, one } of goldenFiles()) {
  suite(name, () => {
    test('explained with the values, it is what the engine makes of it', async () => {
      const [explained, made] = [(await explainer(mapping, one.for, true)).explain(message(one)), await engine(mapping, one)];
      assert.deepEqual(explained.output, made.output);
      assert.deepEqual(explained.loss, made.loss);
      assert.equal(explained.refused?.code, made.refused?.code);
      assert.equal(explained.refused?.field, made.refused?.field);
      assert.equal(explained.steps.filter(({ became }) => became === 'refused').length, explained.refused === undefined ? 0 : 1);
    });

    test('every neutral field that comes or goes has its step, and every loss', async () => {
      const { steps, output, loss, refused, to } = (await explainer(mapping, one.for, true)).explain(message(one));
      if (refused !== undefined) return;
      const neutral = to === 'neutral' && output !== undefined && 'neutral' in output ? output.neutral : one.input;
      for (const path of leavesOf({ neutral }).keys()) assert.ok(steps.some((step) => covers(step, path)), path);
      for (const [kind, paths] of Object.entries(loss ?? {})) for (const path of paths as readonly string[]) assert.ok(steps.some((step) => step.became === kind && plain(to === 'neutral' ? step.domestic : step.neutral) === plain(path)), `${kind} ${path}`);
    });

    test('each rule that is named stands at its line', async () => {
      const { steps, file } = (await explainer(mapping, one.for, true)).explain(message(one));
      const lines = readFileSync(join(MAPPINGS, file), 'utf8').split('\n');
      for (const { line } of steps) if (line !== undefined) assert.match(lines[line - 1] ?? '', RULE_LINE, `${file}:${line}`);
    });

    // Companies are no persons: their marks say so.
    if (!mapping.endsWith('company')) {
      test('explained as it is by default, no value of a person is in it', async () => {
        const explained = JSON.stringify((await explainer(mapping, one.for, false)).explain(message(one)));
        for (const secret of secrets(one)) assert.ok(!explained.includes(secret), secret);
      });
    }
  });
}

/** A step speaks of a path itself, or drops what stands around it. */
function covers({ neutral, became }: Step, path: string): boolean {
  return neutral === path || (became === 'dropped' && plain(path).startsWith(plain(neutral)));
}

function plain(path: string | undefined): string {
  return (path ?? '?').replaceAll(/\[\d*\]/g, '');
}

/** Values of the case that are about a person: numbers, names, amounts and days. */
function secrets({ input, request: asked, output }: GoldenCase): string[] {
  const texts = [input, asked, output].filter((value) => value !== undefined).map((value) => (typeof value === 'string' ? value.replaceAll(/<[^>]*>/g, ' ') : JSON.stringify(value))).join(' ');
  return [...new Set(texts.match(/\d{11}|\d{6}[-A]\d{3}\w|\d+\.\d{2}\b|\b\d{2}\.\d{2}\.\d{4}|Näide AS|Jaan|Tamm|Mari|Оксана|Aminah|HOUNGBO|Aviâja|SOK|secret/g) ?? [])];
}

/** Where a rule stands. */
function lineOf(file: string, rule: string): number {
  const line = readFileSync(join(MAPPINGS, file), 'utf8').split('\n').findIndex((text) => text.includes(rule)) + 1;
  assert.ok(line > 0, rule);
  return line;
}

test('what a refused message holds is hidden too, and the line of the rule is told', async () => {
  const [bad] = goldenFiles().filter(({ name }) => name.endsWith('answer-bad-amount.yaml'));
  assert.ok(bad);
  const { steps, refused } = (await explainer(bad.mapping, 'EE', false)).explain(message(bad.one));
  assert.deepEqual(refused, { code: 'service-answer-unmappable', field: 'keha/perioodJada/item[2]/summa', expected: 'at most 2 digits after the point are expected' });
  assert.deepEqual(steps.at(-1), { line: lineOf('ee/employment-income.yaml', 'domestic: summa,'), domestic: 'keha/perioodJada/item[2]/summa', neutral: 'payments[1].amount.value', became: 'refused', why: 'at most 2 digits after the point are expected', as: 'decimal(2)', from: HIDDEN });
});

test('a value that the schema refuses is told with the line of the rule that let it through', async () => {
  const { steps, refused } = (await explainer('fi/company', 'FI', true)).explain({ kind: 'response', to: 'neutral', input: { form: 'json', path: {}, query: {}, body: { totalResults: 1, companies: [{ businessId: { value: '2077474-0' }, names: [{ type: '1', name: '' }] }] } } });
  assert.equal(refused?.field, 'companies.names[type=1][!endDate].name');
  assert.equal(steps.at(-1)?.line, lineOf('fi/company.yaml', '.name", '));
});

test('a rule that does not cross is told with its reason, as often as it came', async () => {
  const [answer] = goldenFiles().filter(({ name }) => name === join('fi', 'samples', 'company', 'answer.yaml'));
  assert.ok(answer);
  const { steps } = (await explainer('fi/company', 'FI', false)).explain(message(answer.one));
  assert.deepEqual(steps.find(({ domestic: path }) => path === 'companies[].companyForms'), { became: 'dropped', domestic: 'companies[].companyForms', line: lineOf('fi/company.yaml', 'domestic: companyForms,'), why: 'former forms and descriptions are not agreed', times: 3 });
  assert.deepEqual(steps.find(({ became }) => became === 'computed')?.to, 'registered');
});

test('a personal answer in the domestic form keeps its shape and loses its values, echoes included', async () => {
  const [one] = goldenFiles().filter(({ name }) => name === join('fi', 'samples', 'employment-income', 'answer.yaml'));
  assert.ok(one);
  const { output } = (await explainer('fi/employment-income', 'EE', false)).explain(message(one.one));
  assert.ok(output !== undefined && 'domestic' in output && output.domestic.form === 'json');
  const body = output.domestic.body as { person: JsonValue; status: string; incomes: readonly JsonValue[] };
  assert.deepEqual(body.person, { idCountry: HIDDEN, id: HIDDEN });
  assert.equal(body.status, 'FOUND');
  assert.deepEqual(body.incomes[0], { month: HIDDEN, employer: { idCountry: HIDDEN, businessId: HIDDEN, name: HIDDEN }, amountInCents: HIDDEN, currency: HIDDEN });
});

test('one explainer explains many messages, none mixed with another', async () => {
  const shared = await explainer('ee/person', 'EE', true);
  const cases = goldenFiles().filter(({ mapping }) => mapping === 'ee/person');
  const first = cases.map(({ one }) => JSON.stringify(shared.explain(message(one))));
  assert.deepEqual(cases.toReversed().map(({ one }) => JSON.stringify(shared.explain(message(one)))).toReversed(), first);
});
