/** For each kind of problem a country that has it: it is found, at its line, with a hint, and nothing else is. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderProblem } from '../../../../src/mapping/problems.ts';
import { check, country, errors, lineOf, type Change } from './folder.ts';

test('a country that is right has no problems, and both laws were tried on all its forms', async (t) => {
  const report = await check(country(t), { requireSchemas: true });
  assert.deepEqual(report.problems.map(renderProblem), []);
  assert.ok(report.ok);
  assert.deepEqual(report.mappings, [
    { id: 'xx/thing', for: 'XX', description: 'xx/thing.wsdl', documents: 360 },
    { id: 'xx/things', for: 'XX', description: 'xx/things.openapi.yaml', documents: 360 },
  ]);
  assert.equal(report.samples, 1);
});

const SOAP = 'xx/thing.yaml';
const REST = 'xx/things.yaml';

/** Title; the changes; the file and a text of the line; the problem and its hint. */
const CASES: readonly (readonly [string, readonly Change[], string, string, RegExp])[] = [
  ['an element that the description lacks', [[SOAP, 'domestic: note', 'domestic: nota']], SOAP, 'domestic: nota', /the description has no "nota" \(did you mean note\?\)/],
  ['an attribute that the description lacks', [[SOAP, '"@id"', '"@key"']], SOAP, '@key', /the description has no "@key" \(known there: @id, /],
  ['a property that the description lacks', [[REST, 'domestic: note', 'domestic: remark']], REST, 'domestic: remark', /the description has no "remark"/],
  ['a condition on a property that the items lack', [[REST, '[!until]', '[!ends]']], REST, '[!ends]', /the description has no "ends"/],
  ['a query parameter that the description lacks', [[REST, 'query.number', 'query.numero']], REST, 'query.numero', /the description has no "numero" in "query\.numero" \(did you mean number\?\)/],
  ['an outcome said by a field that is not there', [[SOAP, 'match: { state: "1" }', 'match: { status: "1" }']], SOAP, 'match: { status', /the description has no "status"/],
  ['a payload of another name', [[SOAP, 'root: t:askResponse', 'root: t:askAnswer']], SOAP, 'root: t:askAnswer', /the description names the payload "askResponse"/],
  ['a constant that is none of the type', [[SOAP, 'match: { state: "1" }', 'match: { state: none }']], SOAP, 'match: { state: none', /"none" does not fit "state": the description says xs:int/],
  ['a constant of another JSON type', [[REST, 'match: { count: 1 }', 'match: { count: "1" }']], REST, 'count: "1"', /"1" does not fit "count": the description says integer, not string/],
  ['elements where a value is meant', [[SOAP, /- \{ domestic: name, neutral: name \}/, '- { domestic: part, neutral: name }']], SOAP, 'domestic: part, neutral: name', /"part" holds further fields, not a value/],
  ['an element that may stand several times', [['xx/thing.wsdl', 'name="note" type="xs:string" minOccurs="0"', 'name="note" type="xs:string" minOccurs="0" maxOccurs="3"']], SOAP, 'domestic: note', /"note" may stand several times \(use each, or a condition in brackets\)/],
  ['a condition that writes another JSON type', [['xx/things.openapi.yaml', 'kind: { type: string }', 'kind: { type: integer }']], REST, '"names[kind=1]', /what is written to "items\.names\.kind" .*: the description says integer, not string/],
  ['a list of which one item is meant', [[REST, '"items[0]"', 'items']], REST, 'at: { domestic: items', /"items" may stand as a list \(use each for a list\)/],
  ['a list on the way', [[REST, '"names[kind=1][!until].text"', 'names.text']], REST, 'names.text', /"names" may stand as a list in "names\.text"/],
  ['each on what is no list', [[REST, 'each: { domestic: parts', 'each: { domestic: colour']], REST, 'each: { domestic: colour', /"colour" is not a list \(use at for an object\)/],
  ['each on an element that stands once', [['xx/thing.wsdl', 'minOccurs="0" maxOccurs="unbounded"', 'minOccurs="0" maxOccurs="2"']], SOAP, 'each: { domestic: part', /"part" holds at most 2, and the neutral list may hold more \(say max: 2/],
  ['a field that both forms may leave out and the rule may not', [[SOAP, 'neutral: note, optional: true', 'neutral: note']], SOAP, 'domestic: note', /"note" and "note" may both be absent, and the rule refuses that \(say optional: true\)/],
  ['a domestic field that no rule knows', [[SOAP, /.*domestic: "@id".*\n/, '']], SOAP, 'at: { domestic: thing', /no rule knows the domestic field "thing\/@id" \(map it, or drop it with a reason\)/],
  ['a field of a list item that no rule knows', [[SOAP, /.*domestic: weight.*\n/, '']], SOAP, 'each: { domestic: part', /no rule knows the domestic field "thing\/part\/weight"/],
  ['a JSON property that no rule knows', [[REST, /.*domestic: made.*\n/, '']], REST, 'at: { domestic: "items[0]"', /no rule knows the domestic field "items\.made"/],
  ['a required element that nothing writes', [['xx/thing.wsdl', 'name="weight" type="xs:decimal" minOccurs="0"', 'name="weight" type="xs:decimal"']], SOAP, 'domestic: weight', /what is written to "thing\/part\/weight" is not what the description says: the description demands it/],
  ['a required element that the rule may leave out', [['xx/thing.wsdl', 'name="note" type="xs:string" minOccurs="0"', 'name="note" type="xs:string"']], SOAP, 'domestic: note', /what is written to "thing\/note" .*demands it/],
  ['a required neutral field that nothing feeds', [[REST, /.*neutral: name \}\n/, '']], REST, 'at: { domestic: "items[0]"', /nothing feeds the required neutral field "thing\.name"/],
  ['elements in another order than that of the description', [[SOAP, /(.*domestic: name,.*\n)(.*domestic: colour.*\n)/, '$2$1']], SOAP, 'domestic: name', /what is written to "thing\/name" .*: the description has it before "colour"/],
  ['a neutral text that is longer than the form holds', [['xx/thing.wsdl', /<xs:element name="note" type="xs:string" minOccurs="0"\/>/, '<xs:element name="note" minOccurs="0"><xs:simpleType><xs:restriction base="xs:string"><xs:maxLength value="20"/></xs:restriction></xs:simpleType></xs:element>']], SOAP, 'domestic: note', /"note" may be longer \(40 characters\) than "note" holds \(20\) \(as: cut\(20\)/],
  ['a value of another type than the description says', [['xx/thing.wsdl', 'name="made" type="xs:string"', 'name="made" type="xs:date"']], SOAP, 'domestic: made', /what is written to "thing\/made" .*: the description says xs:date/],
  ['a codec whose values the neutral field does not take', [[REST, 'neutral: made, as: date', 'neutral: made, as: yearmonth']], REST, 'as: yearmonth', /no value goes both through "yearmonth" and into the neutral field "made" \(the neutral schema says string date\)/],
  ['a code of the description that the list lacks', [['xx/thing.wsdl', '<xs:enumeration value="B"/>', '<xs:enumeration value="B"/><xs:enumeration value="G"/>']], SOAP, 'codelist(colour)', /code list colour does not know "G" \(add them, or declare fallback\.neutral\)/],
  ['a code of the list that the description lacks', [['xx/thing.wsdl', '<xs:enumeration value="B"/>', '']], SOAP, 'codelist(colour)', /code list colour writes "B": the description lists "R"/],
  ['a list of codes where the description has none', [['xx/thing.wsdl', 'name="colour" type="t:Colour"', 'name="colour" type="xs:string"']], SOAP, 'codelist(colour)', /the description lists no codes for "colour", so code list colour cannot be total \(declare fallback\.neutral, or beyond: refused\)/],
  ['a neutral code that the list lacks', [['codelists/colour.yaml', ', B: blue', '']], SOAP, 'codelist(colour)', /code list colour lacks blue \(add them or declare fallback\.domestic\)/],
  ['a fallback that the neutral schema lacks', [['codelists/colour.yaml', 'blue }', 'blue }\nfallback: { neutral: green }']], SOAP, 'codelist(colour)', /code list colour falls back to "green", which the neutral schema lacks/],
  ['a description that is no XML', [['xx/thing.wsdl', '</w:definitions>', '']], SOAP, 'domestic: {', /the description cannot be used: xx\/thing\.wsdl cannot be read/],
  ['an operation that the description lacks', [['xx/thing.wsdl', '<w:operation name="ask">', '<w:operation name="asks">']], SOAP, 'domestic: {', /the description cannot be used: xx\/thing\.wsdl has no operation "ask"/],
  ['a reason that says nothing', [[SOAP, 'neutral: name }', 'neutral: name, unlike-schema: "" }']], SOAP, 'unlike-schema', /"unlike-schema" needs its reason/],
  ['a neutral field that is neither marked as personal nor as open', [['neutral/thing/v1/personal.yaml', /^/, 'neutral: thing/v1\nrequest: { personal: [number] }\nresponse: { open: [outcome, thing.colour, thing.made, thing.parts], personal: [thing.name] }\n']], 'neutral/thing/v1/personal.yaml', 'response:', /"thing\.note" is neither personal nor open/],
  ['a sample whose output is another', [['xx/samples/thing/answer.yaml', 'colour: red', 'colour: blue']], 'xx/samples/thing/answer.yaml', 'output:', /the output is not the expected one: "thing\.colour" differs/],
  ['a sample whose loss is another', [['xx/samples/thing/answer.yaml', '[thing/@id]', '[]']], 'xx/samples/thing/answer.yaml', 'loss:', /dropped is not as expected: "thing\/@id" is there too/],
  ['a sample that is refused', [['xx/samples/thing/answer.yaml', '<colour>R', '<colour>G']], 'xx/samples/thing/answer.yaml', 'input:', /the case is refused: service-answer-unmappable at "thing\/colour"/],
  ['a sample that is not refused', [['xx/samples/thing/answer.yaml', /output:[^]*/, 'refused: { code: service-answer-unmappable, field: state }\n']], 'xx/samples/thing/answer.yaml', 'refused:', /the case is not refused/],
];

for (const [title, changes, file, text, expected] of CASES) {
  test(`${title} is found, at its line`, async (t) => {
    const folder = country(t, ...changes);
    const found = await errors(folder);
    const line = lineOf(folder, file, text);
    const hit = found.filter((one) => one.startsWith(`${file}:${line}: `) && expected.test(one));
    assert.equal(hit.length, 1, found.join('\n') || 'nothing was found');
  });
}

test('all problems of all files are told at once', async (t) => {
  const found = await errors(country(t, [SOAP, 'domestic: note', 'domestic: nota'], [REST, 'query.number', 'query.numero'], ['xx/thing.wsdl', '<xs:enumeration value="B"/>', '<xs:enumeration value="B"/><xs:enumeration value="G"/>']));
  assert.ok(found.some((one) => one.includes('nota')) && found.some((one) => one.includes('numero')) && found.some((one) => one.includes('"G"')), found.join('\n'));
});

test('what the file says the description is wrong about is no problem', async (t) => {
  const folder = country(t, ['xx/thing.wsdl', 'name="made" type="xs:string"', 'name="made" type="xs:date"'], [SOAP, 'as: date(dd.mm.yyyy), optional: true', 'as: date(dd.mm.yyyy), optional: true, unlike-schema: the register writes national dates']);
  assert.deepEqual(await errors(folder), []);
});

test('a description that is not there is a warning, or an error where it is required; one with missing parts a warning that names them', async (t) => {
  const absent = country(t, [SOAP, 'xx/thing.wsdl', 'elsewhere.wsdl']);
  const told = (await check(absent)).problems;
  assert.deepEqual(told.map(({ line, severity, text }) => [line, severity, text]), [[4, 'warning', 'description not found, skipped: elsewhere.wsdl is not there']]);
  assert.deepEqual((await check(absent, { requireSchemas: true })).problems.map(({ severity }) => severity), ['error']);
  const incomplete = country(t, ['xx/thing.wsdl', /<xs:element name="askResponse">[^]*?<\/xs:element>\s*<\/xs:schema>/, '<xs:include schemaLocation="https://example.org/answers.xsd"/></xs:schema>']);
  const report = await check(incomplete, { requireSchemas: true });
  assert.deepEqual(report.problems.map(({ severity }) => severity), ['warning']);
  assert.match(report.problems[0]?.text ?? '', /^description incomplete, skipped: element "askResponse" .*https:\/\/example\.org\/answers\.xsd$/);
  assert.ok(report.ok);
});

test('a root that the operation does not have is found, and an operation that is not there, though the types of its elements are not beside the description', async (t) => {
  const include = ['xx/thing.wsdl', /<xs:element name="askResponse">[^]*?<\/xs:element>\s*<\/xs:schema>/, '<xs:include schemaLocation="https://example.org/answers.xsd"/></xs:schema>'] as const;
  const renamed = await check(country(t, include, [SOAP, 'root: t:askResponse', 'root: t:askedResponse']));
  assert.deepEqual(renamed.problems.filter(({ file }) => file === SOAP).map(({ severity, text }) => [severity, text]), [['error', 'the description cannot be used: it names the payload {urn:t}askResponse, and the root is {urn:t}askedResponse']]);
  const asked = await check(country(t, include, ['xx/thing.wsdl', '<w:operation name="ask">', '<w:operation name="inquire">']));
  assert.deepEqual(asked.problems.map(({ severity, text }) => [severity, text]), [['error', 'the description cannot be used: xx/thing.wsdl has no operation "ask"']]);
});
