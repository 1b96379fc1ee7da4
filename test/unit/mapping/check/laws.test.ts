/** The round-trip laws: what breaks them is found, with a document as small as it gets; what the mapping says that it loses breaks nothing. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { check, country, errors, lineOf } from './folder.ts';

const SOAP = 'xx/thing.yaml';
const REST = 'xx/things.yaml';

/** Errors of mappings; their samples are not adapted here. */
async function rules(folder: string): Promise<string[]> {
  return (await errors(folder)).filter((one) => !one.startsWith('xx/samples/'));
}

test('a lossy codec breaks the law, and the counterexample is the smallest document that shows it', async (t) => {
  const folder = country(t, [SOAP, 'neutral: note, optional: true', 'neutral: note, as: collapse, optional: true']);
  const problems = (await check(folder)).problems;
  assert.deepEqual(problems.map(({ line, text, hint }) => [line, text, hint]), [[lineOf(folder, SOAP, 'as: collapse'), 'neutral → domestic → neutral: "thing.note" is not the same', '"collapse" does not give back what it took']]);
  const shown = JSON.parse(problems[0]?.counterexample ?? '') as { thing: { note: string; name: string; made?: string } };
  // Two spaces become one; the rest has shrunk away.
  assert.equal(shown.thing.note.length, 4);
  assert.match(shown.thing.note, /^\S {2}\S$/);
  assert.equal(shown.thing.name.length, 1);
  assert.equal(shown.thing.made, undefined);
});

test('the same documents are made up in every run, so that a problem does not come and go', async (t) => {
  const folder = country(t, [SOAP, 'neutral: note, optional: true', 'neutral: note, as: collapse, optional: true']);
  const [first, second] = [await check(folder), await check(folder)];
  assert.deepEqual(first.problems, second.problems);
});

test('two lossy fields are both told', async (t) => {
  const found = await errors(country(t, [SOAP, 'neutral: note, optional: true', 'neutral: note, as: collapse, optional: true'], [SOAP, '{ domestic: name, neutral: name }', '{ domestic: name, neutral: name, as: collapse }']));
  assert.deepEqual(new Set(found.map((one) => /"thing\.(\w+)" is not the same/.exec(one)?.[1])), new Set(['name', 'note']));
});

test('a codec that says that it cuts breaks no law', async (t) => {
  assert.deepEqual(await errors(country(t, [SOAP, 'neutral: note, optional: true', 'neutral: note, as: cut(3), optional: true'])), []);
});

test('a default that is put in is reported, and breaks no law', async (t) => {
  assert.deepEqual(await rules(country(t, [SOAP, 'as: date(dd.mm.yyyy), optional: true', 'as: date(dd.mm.yyyy), optional: true, default: { neutral: 1900-01-01, domestic: 01.01.1900 }'])), []);
});

test('domestic to neutral to domestic: of two cases of one outcome only the first is written, so that what the second reads must not depend on it', async (t) => {
  const second = `    - outcome: found
      match: { state: "2" }
      rules:
        - at: { domestic: thing, neutral: thing }
          rules:
            - { domestic: "@id", drop: a key of the register }
            - { domestic: name, neutral: note, optional: true }
            - { domestic: note, neutral: name }
            - { domestic: colour, neutral: colour, as: codelist(colour) }
            - { domestic: [made, part], drop: not agreed }
`;
  const folder = country(t, [SOAP, /$/, second]);
  const { problems } = await check(folder);
  assert.ok(problems.some(({ line, text, counterexample }) => line === lineOf(folder, SOAP, 'domestic: name, neutral: note') && text === 'domestic → neutral → domestic: "thing/name" is not the same' && counterexample?.startsWith('<t:askResponse xmlns:t="urn:t"><state>2</state>') === true), JSON.stringify(problems));
});

test('a document that the neutral schema allows and the form cannot hold is refused: told with the document', async (t) => {
  const folder = country(t, [SOAP, 'neutral: note, optional: true', 'neutral: note, empty: kept'], ['xx/thing.wsdl', 'name="note" type="xs:string" minOccurs="0"', 'name="note" type="xs:string"']);
  const problems = (await check(folder)).problems.filter(({ file }) => file === SOAP);
  assert.deepEqual(problems.map(({ line, text }) => [line, text]), [[lineOf(folder, SOAP, 'domestic: note'), 'a neutral document that the schema allows cannot be written: the field is missing at "thing.note"']]);
  assert.ok(!(problems[0]?.counterexample ?? '"note"').includes('"note"'));
});

test('outcomes that cannot be told apart are told: the first case that fits is read', async (t) => {
  const folder = country(t, [REST, 'match: { count: 1 }', 'present: [count]\n      write: { count: 1 }'], [REST, /match: \{ count: 0 \}/, 'present: [count]\n      write: { count: 0 }']);
  const found = await rules(folder);
  assert.ok(found.includes(`xx/things.yaml:${lineOf(folder, REST, 'outcome: found')}: neutral → domestic → neutral: the outcome is read back as another (the first case that fits is taken)`), found.join('\n'));
});

test('rules that no document of the description fulfils are told, with what is refused', async (t) => {
  const folder = country(t, ['xx/thing.wsdl', 'name="state" type="xs:int"', 'name="status" type="xs:int"']);
  const found = await rules(folder);
  assert.ok(found.includes(`xx/thing.yaml:${lineOf(folder, SOAP, 'outcome: found')}: of 60 made-up domestic documents none is accepted: an outcome that the mapping knows is expected at "state" (what the rules demand and what the description says do not meet)`), found.join('\n'));
});

test('a mapping whose files have errors is not tried on documents: what follows from an error is noise', async (t) => {
  const { problems, mappings } = await check(country(t, [SOAP, 'as: date(dd.mm.yyyy)', 'as: date(us)']));
  assert.deepEqual(problems.map(({ severity }) => severity), ['error']);
  assert.deepEqual(mappings.map(({ documents }) => documents), [0, 0]);
});
