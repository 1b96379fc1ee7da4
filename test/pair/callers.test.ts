/** What our own members can do wrong, and what they may do twice: refusals at home, and one exchange for one message id. */
import assert from 'node:assert/strict';
import { X509Certificate, randomUUID } from 'node:crypto';
import { after, before, suite, test } from 'node:test';
import { connect } from '../../src/platform/http-client.ts';
import type { HttpConnection, HttpMessage } from '../../src/platform/http-client.ts';
import { spkiPin } from '../../src/platform/spki.ts';
import type { Answer, RestAnswer, SoapAnswer } from '../../src/sandbox/desk.ts';
import { EXAMPLES } from '../../src/sandbox/scenarios.ts';
import { faultOf, readMessage } from '../../src/sandbox/soap/message.ts';
import { auditorOpens, evidenceOf } from '../support/pair-evidence.ts';
import { COMPANY, INCOME, POPULATION, assertFault, gatewayFault } from '../support/questions.ts';
import type { ExpectedFault, Question } from '../support/questions.ts';
import { COUNTRIES, runningPair } from '../support/running-pair.ts';
import type { PairCountry } from '../support/running-pair.ts';

const pair = runningPair();

const QUESTION = { personId: EXAMPLES.person, from: '2025-01', to: '2025-12' };

function askRaw(change: (message: HttpMessage) => HttpMessage): Promise<RestAnswer> {
  const { tax } = pair.agencies;
  const id = randomUUID();
  return tax.send(id, change(tax.prepare(QUESTION, { id })));
}

/** Refused at home: an entry of the local log alone, and nothing on the link. */
function assertRefusedAtHome(question: Question, answer: Answer, expected: Omit<ExpectedFault, 'country'>): void {
  const xid = assertFault(question, answer, { ...expected, country: question.from });
  assert.deepEqual(pair.trail(question.from, xid), [`local: refusal SubmissionRejection ${expected.code}`]);
  assert.deepEqual(pair.trail(question.to, xid), []);
  assert.equal(pair.countries[question.to].log.records(question.service).filter(({ id }) => id === xid).length, 0);
}

suite('refusals at home, REST', () => {
  const cases: readonly (readonly [title: string, change: (message: HttpMessage) => HttpMessage, expected: Omit<ExpectedFault, 'country'>])[] = [
    ['a path that no operation has', (message) => ({ ...message, target: message.target.replace('income-queries', 'incomes') }), { code: 'unknown-service', status: 404, retry: 'no' }],
    ['a method that the path does not take', (message) => ({ ...message, method: 'PUT' }), { code: 'unknown-service', status: 404, retry: 'no' }],
    ['a body that is cut short', (message) => ({ ...message, body: message.body.subarray(0, message.body.length - 1) }), { code: 'malformed', status: 400, retry: 'new-id' }],
    ['a body that names a member twice', (message) => ({ ...message, body: Buffer.from(`{"person":{},${Buffer.from(message.body).toString().slice(1)}`) }), { code: 'malformed', status: 400, retry: 'new-id' }],
    ['a body of another type', (message) => ({ ...message, headers: { ...message.headers, 'content-type': 'text/plain' } }), { code: 'malformed', status: 400, retry: 'new-id' }],
    ['a month that is none', (message) => ({ ...message, body: Buffer.from(Buffer.from(message.body).toString().replace('2025-12', '2025-13')) }), { code: 'mapping-failed', status: 422, retry: 'new-id' }],
  ];
  for (const [title, change, expected] of cases) {
    test(`${title} is ${expected.code}`, async () => assertRefusedAtHome(INCOME, await askRaw(change), expected));
  }

  test('a field that the agreed form does not know stays at home, and the loss report that crosses names it', async () => {
    const { reply } = await askRaw((message) => ({ ...message, body: Buffer.from(`{"reason":"x",${Buffer.from(message.body).toString().slice(1)}`) }));
    assert.equal(reply.status, 200);
    const xid = pair.lastAsked('FI');
    const { context, neutral } = await auditorOpens(pair, 'EE', evidenceOf(pair, 'EE', xid, 'request'), xid, 'request');
    assert.deepEqual([context.loss.unknown, Object.keys(neutral as object).includes('reason')], [['body.reason'], false]);
  });

  test('a caller that accepts XML alone gets the refusal as XML', async () => {
    const { reply } = await askRaw((message) => ({ ...message, method: 'PUT', headers: { ...message.headers, accept: 'application/xml' } }));
    assert.match(reply.headers['content-type'] ?? '', /^application\/xml/);
    assert.match(Buffer.from(reply.body).toString(), /<error><type>server\.gateway\.unknown_service<\/type>/);
  });
});

/** The domestic listeners as the security server sees them: for what the stand-in would not let through. */
suite('refusals at home, SOAP', () => {
  const connections = new Map<PairCountry, HttpConnection>();
  before(() => {
    for (const country of COUNTRIES) {
      const { keys } = pair.countries[country];
      const pin = spkiPin(new X509Certificate(keys.gateway.tls.certificate).publicKey);
      const { key, certificate } = keys.securityServer;
      connections.set(country, connect({ origin: `https://127.0.0.1:${pair.gateway(country).ports.domestic}`, tls: { key, cert: certificate, pins: [pin], minVersion: 'TLSv1.2' }, connections: 1 }));
    }
  });
  after(async () => {
    for (const connection of connections.values()) await connection.close();
  });

  async function post(question: Question, body: Uint8Array, change: Partial<HttpMessage> = {}): Promise<SoapAnswer> {
    const target = question === COMPANY ? '/services/fi-companies' : '/services/ee-population';
    const request = { method: 'POST', target, headers: { 'content-type': 'text/xml; charset=utf-8' }, body, ...change };
    const reply = await connections.get(question.from)!.send(request, { signal: AbortSignal.timeout(10_000), maxBytes: 1_000_000 });
    const message = readMessage(reply.body);
    const fault = message && faultOf(message);
    return { request, reply, id: '', requestHash: 'absent', ...(message && { message }), ...(fault && { fault }) };
  }

  const company = (): string => Buffer.from(pair.agencies.bank.prepare({ registryCode: EXAMPLES.company }, { id: randomUUID() }).body).toString();
  const person = (): string => Buffer.from(pair.agencies.municipality.prepare({ personCode: EXAMPLES.person }, { id: randomUUID() }).body).toString();

  const cases: readonly (readonly [title: string, question: Question, body: () => string, expected: Omit<ExpectedFault, 'country'>])[] = [
    ['a message that is no XML', COMPANY, () => company().slice(0, -1), { code: 'malformed', status: 500, retry: 'new-id' }],
    ['a document type', COMPANY, () => company().replace('?>', '?><!DOCTYPE x [<!ENTITY a "b">]>'), { code: 'malformed', status: 500, retry: 'new-id' }],
    ['a service that is not offered here', COMPANY, () => company().replaceAll('lihtandmed_v2', 'lihtandmed_v3'), { code: 'unknown-service', status: 500, retry: 'no' }],
    ['a service of the same name under another member', COMPANY, () => company().replace('70006317', '70006318'), { code: 'unknown-service', status: 500, retry: 'no' }],
    ['a member that the link does not name', COMPANY, () => company().replace('>10137319<', '>10137320<'), { code: 'not-allowed', status: 500, retry: 'no' }],
    ['another subsystem of a member that the link names', COMPANY, () => company().replace('>pank<', '>laenud<'), { code: 'not-allowed', status: 500, retry: 'no' }],
    ['a member of another country', COMPANY, () => company().replace('xRoadInstance>EE<', 'xRoadInstance>FI<'), { code: 'unknown-member', status: 500, retry: 'no' }],
    ['no signature where the link demands one', POPULATION, () => Buffer.from(pair.agencies.municipality.prepareUnsigned({ personCode: EXAMPLES.person }, { id: randomUUID() }).body).toString(), { code: 'signature-missing', status: 500, retry: 'new-id' }],
    ['a signed message in which the person was exchanged', POPULATION, () => person().replace(EXAMPLES.person, EXAMPLES.nobody), { code: 'signature-invalid', status: 500, retry: 'new-id' }],
    ['a signed message under another message id', POPULATION, () => person().replace(/(<\w+:id [^>]*>)[^<]*/, '$1another'), { code: 'signature-invalid', status: 500, retry: 'new-id' }],
  ];
  for (const [title, question, body, expected] of cases) {
    test(`${title} is ${expected.code}`, async () => assertRefusedAtHome(question, await post(question, Buffer.from(body())), expected));
  }

  test('a GET is malformed', async () => {
    assertRefusedAtHome(COMPANY, await post(COMPANY, Buffer.alloc(0), { method: 'GET' }), { code: 'malformed', status: 500, retry: 'new-id' });
  });

  test('the message from which these were made is answered', async () => {
    for (const [question, body] of [[COMPANY, company()], [POPULATION, person()]] as const) {
      const answer = await post(question, Buffer.from(body));
      assert.deepEqual([answer.reply.status, gatewayFault(answer)], [200, undefined]);
    }
  });
});

suite('one exchange for one message id', () => {
  for (const question of [INCOME, COMPANY, POPULATION]) {
    test(`${question.name}: copies that arrive together, and one that comes later, are handed over once and answered alike`, async () => {
      const { bank, tax, municipality } = pair.agencies;
      const id = randomUUID();
      const agency = question === INCOME ? tax : question === COMPANY ? bank : municipality;
      const message = question === INCOME ? tax.prepare(QUESTION, { id }) : question === COMPANY ? bank.prepare({ registryCode: EXAMPLES.company }, { id }) : municipality.prepare({ personCode: EXAMPLES.person }, { id });
      const { log } = pair.countries[question.to];
      const handed = log.records(question.service).length;
      const together = await Promise.all([1, 2, 3].map(() => agency.send(id, message)));
      const later = await agency.send(id, message);
      assert.deepEqual([...together, later].map(({ reply }) => reply.status), [200, 200, 200, 200]);
      const [first, ...rest] = [...together, later].map(({ reply }) => Buffer.from(reply.body).toString());
      for (const body of rest) assert.equal(body, first);
      assert.equal(log.records(question.service).length, handed + 1);
    });

    test(`${question.name}: other bytes under an id that was used are a duplicate id`, async () => {
      const id = randomUUID();
      await question.ask(pair, id);
      const { tax, bank, municipality } = pair.agencies;
      const other = question === INCOME ? tax.ask({ ...QUESTION, personId: EXAMPLES.nobody }, { id }) : question === COMPANY ? bank.ask({ registryCode: EXAMPLES.noCompany }, { id }) : municipality.ask({ personCode: EXAMPLES.nobody }, { id });
      assertRefusedAtHome(question, await other, { code: 'duplicate-id', status: 409, retry: 'new-id' });
    });
  }

  test('other bytes under an id that is on its way are a duplicate id, and the first is answered', async () => {
    const { faults } = pair.countries.EE;
    faults.set(INCOME.service, { kind: 'slow', ms: 400 });
    const id = randomUUID();
    const { tax } = pair.agencies;
    const first = tax.ask(QUESTION, { id });
    await new Promise((wake) => setTimeout(wake, 150));
    assertRefusedAtHome(INCOME, await tax.ask({ ...QUESTION, personId: EXAMPLES.nobody }, { id }), { code: 'duplicate-id', status: 409, retry: 'new-id' });
    assert.equal((await first).status, 'FOUND');
    faults.clear();
  });

  test('the same id of another member is another exchange', async () => {
    const id = randomUUID();
    const [income, person] = [await INCOME.ask(pair, id), await POPULATION.ask(pair, id)];
    assert.deepEqual([income.reply.status, person.reply.status], [200, 200]);
  });
});

test('the trace of the asking system goes on at the peer, under a parent of each gateway', async () => {
  const trace = '0af7651916cd43dd8448eb211c80319c';
  const { reply } = await askRaw((message) => ({ ...message, headers: { ...message.headers, traceparent: `00-${trace}-b7ad6b7169203331-01` } }));
  assert.equal(reply.status, 200);
  const xid = pair.lastAsked('FI');
  assert.equal(pair.facts('EE', 'inbound.authenticated', xid)[0]?.['trace'], trace);
});
