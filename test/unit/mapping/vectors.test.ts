/** Real messages of the registers, read by the mappings; their template fields filled with plausible data. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { XmlDocument, XsdValidator } from 'libxml2-wasm';
import { xmlRegisterFsInputProviders } from 'libxml2-wasm/lib/nodejs.mjs';
import type { JsonValue, Payload } from '../../../src/stages.ts';
import { renderXml } from '../../../src/xml/render.ts';
import { opened, request, response, SHARED, soapBody, translation, xml, mappedPayload } from './support.ts';

const VTJ_REQUEST = '<q:HenkilonTunnusKysely xmlns:q="http://xml.vrk.fi/ws/vtj/vtjkysely/1"><q:request><q:SoSoNimi>Perussanoma 3</q:SoSoNimi><q:Salasana>secret</q:Salasana><q:Henkilotunnus>36805280109</q:Henkilotunnus></q:request></q:HenkilonTunnusKysely>';

function message(t: TestContext, name: string): Payload | undefined {
  const file = join(SHARED, 'messages', name);
  if (!existsSync(file)) return t.skip('skipped: no ../shared'), undefined;
  const text = readFileSync(file, 'utf8').replaceAll('{{.Identity}}', '36805280109').replace('{{.IDName1}}', 'Mari').replace('{{.IDName2}}', 'Maasikas').replace(/\{\{\.IDNvl2[^}]*\}\}/, 'N');
  return soapBody(text);
}

const MARI: JsonValue = {
  outcome: 'found',
  person: {
    identifier: 'EE:36805280109',
    givenName: 'Mari',
    familyName: 'Maasikas',
    sex: 'female',
    birthDate: '2010-01-09',
    birthCountry: 'EE',
    citizenships: ['EE'],
    residence: { since: '2010-01-09', country: 'EE', municipality: 'Lääne-Nigula vald', address: 'Lääne maakond, Lääne-Nigula vald' },
  },
};

test('a real RR456 answer: the agreed fields cross, the others are dropped by name, and nothing is unknown', async (t) => {
  const payload = message(t, 'ee-rr.rr456.v1-response.xml');
  if (payload === undefined) return;
  const { document, loss } = (await translation('ee/person', 'EE')).responseToNeutral(response(payload)).fields;
  assert.deepEqual(document, MARI);
  assert.deepEqual(loss.unknown, []);
  assert.deepEqual(loss.approximated, []);
  assert.ok(loss.dropped.includes('response/Isikud/Isik/Isik.KirjeStaatus'));
  assert.ok(!loss.dropped.some((path) => path.endsWith('Isik.Korternr')), 'an empty element is no loss');
});

test('a real RR456 answer that finds nobody becomes VTJ\'s own not-found', async (t) => {
  const payload = message(t, 'ee-rr.rr456.v1-not_found.xml');
  if (payload === undefined) return;
  const neutral = (await translation('ee/person', 'EE')).responseToNeutral(response(payload)).fields;
  assert.deepEqual(neutral.document, { outcome: 'not-found' });
  const vtj = (await translation('fi/person', 'EE')).responseToDomestic(opened(neutral.document), request(xml(VTJ_REQUEST))).fields;
  assert.match(text(mappedPayload(vtj.document)), /koodi="0001"/);
});

test('a real RR456 request is read in the namespace that it uses', async (t) => {
  const payload = message(t, 'ee-rr.rr456.v1-rr456.paring.xml');
  if (payload === undefined) return;
  const { document } = (await translation('ee/person', 'EE')).requestToNeutral(request(payload)).fields;
  assert.match((document as { identifier: string }).identifier, /^EE:\d{11}$/);
});

test('a real VTJ answer: padded texts are read, empty elements are absent, and nothing is unknown', async (t) => {
  const payload = message(t, 'fi-vtj-henkilontunnuskysely.response.xml');
  if (payload === undefined) return;
  const { document, loss } = (await translation('fi/person', 'FI')).responseToNeutral(response(payload)).fields;
  assert.deepEqual(document, { outcome: 'found', person: { identifier: 'FI:020501A999T', familyName: 'Jäppinen', givenName: 'Albert Kristian', sex: 'male', citizenships: ['FI'] } });
  assert.deepEqual(loss.unknown, []);
});

for (const [title, neutral] of [['found', MARI], ['found with the fewest fields', { outcome: 'found', person: { identifier: 'EE:36805280109', givenName: 'A', familyName: 'B' } }], ['not found', { outcome: 'not-found' }]] as const) {
  test(`a VTJ answer of ours (${title}) is valid against VTJ's schema, but for the Finnish form of the code`, async (t) => {
    const schemaFile = join(SHARED, 'wsdl/vtj/query.xsd');
    if (!existsSync(schemaFile)) return t.skip('skipped: no ../shared');
    xmlRegisterFsInputProviders();
    using schema = XmlDocument.fromBuffer(readFileSync(schemaFile), { url: schemaFile });
    using validator = XsdValidator.fromDoc(schema);
    const answer = mappedPayload((await translation('fi/person', 'EE')).responseToDomestic(opened(neutral), request(xml(VTJ_REQUEST))).fields.document);
    using document = XmlDocument.fromString(text(answer));
    const complaints = problems(() => validator.validate(document));
    assert.ok(complaints.length > 0);
    for (const complaint of complaints) assert.match(complaint, /Henkilotunnus': \[facet 'pattern'\] The value '36805280109'/);
    assert.ok(!text(answer).includes('secret'));
  });
}

function text(payload: Payload): string {
  return payload.form === 'xml' ? new TextDecoder().decode(renderXml(payload.element, {})) : assert.fail('XML is expected');
}

function problems(validate: () => void): string[] {
  try {
    validate();
    return [];
  } catch (error) {
    return ((error as { details?: { message: string }[] }).details ?? []).map(({ message: one }) => one);
  }
}
