import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HttpReply } from '../../../src/platform/http-client.ts';
import incomes from '../../../src/sandbox/countries/ee/incomes.json' with { type: 'json' };
import { ARIREG_NS } from '../../../src/sandbox/countries/ee/bank.ts';
import { VTJ_ANSWER_NS, VTJ_NS } from '../../../src/sandbox/countries/fi/municipality.ts';
import { EXAMPLES, SCENARIOS } from '../../../src/sandbox/scenarios.ts';
import type { ScenarioResult } from '../../../src/sandbox/scenarios.ts';
import { XROAD_NS, envelope, readMessage, renderMessage } from '../../../src/sandbox/soap/message.ts';
import { MessageSigner } from '../../../src/sandbox/soap/wss-sign.ts';
import type { Incoming } from '../../../src/sandbox/wire.ts';
import type { XmlElement } from '../../../src/stages.ts';
import { element } from '../../../src/xml/element.ts';
import { clock, inPlaceOfGateway, running } from './running.ts';

const countries = { EE: await running('EE'), FI: await running('FI') };

async function run(name: string): Promise<ScenarioResult> {
  const scenario = SCENARIOS.find((candidate) => candidate.name === name);
  assert.ok(scenario !== undefined);
  return scenario.run(countries);
}

const asks = ({ message }: Incoming, code: string): boolean => Buffer.from(message.body).includes(`>${code}<`) || Buffer.from(message.body).includes(`"${code}"`);

/** The X-Road headers of the question again, without what its signature hung on them. */
function echoed({ message }: Incoming): XmlElement[] {
  const header = readMessage(message.body)?.header.filter(({ ns }) => ns === XROAD_NS) ?? [];
  return header.map(({ ns, name, children, attributes }) => element(ns, name, children, attributes.filter((one) => one.name !== 'Id')));
}

const xml = (body: Uint8Array): HttpReply => ({ status: 200, headers: { 'content-type': 'text/xml' }, body });

function income(incoming: Incoming): HttpReply {
  const rows = incomes.filter((row) => row.isikukood === EXAMPLES.person && row.periood.endsWith('2025'));
  const found = rows.map((row) => ({
    month: row.periood,
    employer: { idCountry: 'EE', businessId: row.ariregistri_kood, name: row.tooandja_nimi },
    amountInCents: Math.round(Number(row.summa) * 100),
    currency: row.yhik,
  }));
  const body = asks(incoming, EXAMPLES.person) ? { status: 'FOUND', incomes: found } : { status: 'NOT_FOUND' };
  return { status: 200, headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(body)) };
}

function company(incoming: Incoming, name: string): HttpReply {
  const fields = { evnimi: name, oiguslik_vorm: 'OÜ', ariregistri_kood: EXAMPLES.company, staatus: 'R', staatus_tekstina: 'Registrisse kantud' };
  const item = element(ARIREG_NS, 'item', Object.entries(fields).map(([field, value]) => element(ARIREG_NS, field, [value])));
  const found = asks(incoming, EXAMPLES.company) ? [item] : [];
  const body = [element(ARIREG_NS, 'ettevotjad', found), element(ARIREG_NS, 'leitud_ettevotjate_arv', [String(found.length)])];
  return xml(renderMessage(envelope(echoed(incoming), [element(ARIREG_NS, 'lihtandmed_v2Response', [element(ARIREG_NS, 'keha', body)])]), {}));
}

function person(incoming: Incoming, signed: boolean): HttpReply {
  const v = (name: string, children: readonly (XmlElement | string)[]): XmlElement => element(VTJ_ANSWER_NS, name, children);
  const address = v('VakinainenUlkomainenLahiosoite', [v('UlkomainenPaikkakuntaJaValtioSelvakielinen', ['Tallinn'])]);
  const record = v('Henkilo', [v('NykyinenSukunimi', [v('Sukunimi', ['Sõrmus'])]), v('NykyisetEtunimet', [v('Etunimet', ['Jüri'])]), address]);
  const found = asks(incoming, EXAMPLES.person);
  const code = element(VTJ_ANSWER_NS, 'Paluukoodi', [], { koodi: found ? '0000' : '0001' });
  const answer = element(VTJ_NS, 'HenkilonTunnusKyselyResponse', [element(VTJ_NS, 'response', [v('VTJHenkiloVastaussanoma', found ? [code, record] : [code])])]);
  const prefixes = { [VTJ_NS]: 'q', [VTJ_ANSWER_NS]: 'v' };
  if (!signed) return xml(renderMessage(envelope(echoed(incoming), [answer]), prefixes));
  return xml(new MessageSigner(countries.FI.keys.gateway.member, prefixes).message(echoed(incoming), answer, clock.now()));
}

test('the commuting worker passes with the payments of the year, and with none for nobody', async () => {
  await inPlaceOfGateway(countries.FI, income);
  const result = await run('commuting-worker');
  assert.deepEqual([result.ok, result.requestHash], [true, 'matches'], result.details);
  assert.doesNotMatch(result.details, new RegExp(EXAMPLES.person));
});

test('the commuting worker fails on an error of the platform, and names it', async () => {
  countries.FI.connectGateway('https://127.0.0.1:1');
  const result = await run('commuting-worker');
  assert.equal(result.ok, false);
  assert.match(result.details, /HTTP status: expected \[ 200, 200 \], got \[ 500, 500 \]/);
});

test('the foreign company passes with its name in force', async () => {
  await inPlaceOfGateway(countries.EE, (incoming) => company(incoming, 'Kuusiniemi Konepaja Oy'));
  const result = await run('foreign-company');
  assert.equal(result.ok, true, result.details);
});

test('the foreign company fails when a former name stands for the one in force', async () => {
  await inPlaceOfGateway(countries.EE, (incoming) => company(incoming, 'Konepaja Kuusi Oy'));
  assert.match((await run('foreign-company')).details, /evnimi: expected 'Kuusiniemi Konepaja Oy'/);
});

test('the population question passes with a signed answer in the form of VTJ', async () => {
  await inPlaceOfGateway(countries.FI, (incoming) => person(incoming, true));
  const result = await run('population');
  assert.equal(result.ok, true, result.details);
});

test('the population question fails when the answers are not signed', async () => {
  await inPlaceOfGateway(countries.FI, (incoming) => person(incoming, false));
  assert.match((await run('population')).details, /signatures of the answers: .*got \[ 'absent', 'absent' \]/);
});
