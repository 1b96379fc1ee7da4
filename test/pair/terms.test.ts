/** Terms of the link and settings of the gateway, each seen to act: sealing, evidence, end users, verifiers, fault spelling, budgets, grants, suspension. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { suite, test, before } from 'node:test';
import { SCENARIOS, EXAMPLES } from '../../src/sandbox/scenarios.ts';
import type { Bodies } from '../../src/evidence/keep.ts';
import { fieldList } from '../../src/mapping/field-list.ts';
import { auditorOpens, claimsOf, evidenceOf } from '../support/pair-evidence.ts';
import { personalDataOnDisk } from '../support/personal-data.ts';
import { COMPANY, INCOME, POPULATION, assertFault } from '../support/questions.ts';
import type { Question } from '../support/questions.ts';
import { COUNTRIES, IMPATIENT, runningPair } from '../support/running-pair.ts';

// Leg 0 is from Finland to Estonia, leg 1 back.
const leg = (index: 0 | 1, name: string, value: unknown) => [['agreement', 'legs', index, name], value] as const;
const grant = (index: 0 | 1, at: number, name: string, value: unknown) => [['agreement', 'legs', index, 'grants', at, name], value] as const;
/** Of an answer about companies all but days and the European identifier. */
const FIELDS = ['/outcome', '/companies/*/identifier', '/companies/*/legalName', '/companies/*/legalForm', '/companies/*/status'];
const verifiers = (value: string) => [['home', 'wss', 'verifiers'], value] as const;

const pair = runningPair({
  changes: {
    gateway: [verifiers('xml-crypto'), [['home', 'faultCodes'], 'old']],
    link: [leg(0, 'sealing', 'tls'), leg(0, 'evidence', 'digests'), leg(0, 'endUser', 'pseudonym'), leg(1, 'evidence', 'full-readable-by-the-gateway'), leg(1, 'endUser', 'organisation-only')],
  },
});

async function asked(question: Question, id?: string): Promise<string> {
  const { reply } = await question.ask(pair, id);
  assert.equal(reply.status, 200, Buffer.from(reply.body).toString());
  return pair.lastAsked(question.from);
}

async function allScenariosHold(): Promise<void> {
  for (const { run } of SCENARIOS) {
    const { ok, details } = await run(pair.countries);
    assert.ok(ok, details);
  }
}

/** Policies under which both countries proved signed messages. */
async function policies(): Promise<string[]> {
  const xid = await asked(POPULATION);
  return [pair.facts('FI', 'outbound.translated', xid), pair.facts('EE', 'inbound.answer-translated', xid)].map(([facts]) => (facts?.['proof'] as { policy: string } | undefined)?.policy ?? 'none');
}

/** The end user that crossed. */
const endUserOf = ({ context }: Bodies): string | undefined => context.userId;

suite('with one set of terms', () => {
  test('the three scenarios hold', allScenariosHold);

  test('messages of a leg that is sealed by TLS alone say so in their signed statements', async () => {
    const [income, company] = [await asked(INCOME), await asked(COMPANY)];
    assert.deepEqual(['request', 'response'].map((step) => claimsOf(evidenceOf(pair, 'EE', income, step as 'request'))['sealing']), ['tls', 'tls']);
    assert.equal(claimsOf(evidenceOf(pair, 'EE', company, 'request'))['sealing'], 'jwe');
  });

  test('what TLS alone seals on its way lies encrypted in the store of either side, while the answer is kept', async () => {
    await asked(INCOME);
    await asked(POPULATION);
    for (const country of COUNTRIES) assert.deepEqual(personalDataOnDisk(pair, country), [], country);
  });

  test('evidence as digests holds the statement and digests and no bodies', async () => {
    const xid = await asked(INCOME);
    for (const country of COUNTRIES) {
      for (const step of ['request', 'response'] as const) {
        const record = evidenceOf(pair, country, xid, step);
        assert.deepEqual(Object.keys(record).toSorted(), ['digests', 'kind', 'salt', 'statement', 'v']);
        assert.equal(record.kind, 'digests');
      }
    }
  });

  test('full evidence opens with the gateway\'s own keys', async () => {
    const xid = await asked(COMPANY);
    for (const country of COUNTRIES) {
      const { bodies, kind } = evidenceOf(pair, country, xid, 'response');
      assert.equal(kind, 'full-readable-by-the-gateway');
      assert.match(JSON.stringify(bodies?.neutral), new RegExp(EXAMPLES.company));
    }
  });

  test('of a leg for organisations only, no end user crosses', async () => {
    const record = evidenceOf(pair, 'FI', await asked(COMPANY), 'request');
    assert.ok(record.bodies);
    assert.equal(endUserOf(record.bodies), undefined);
    assert.doesNotMatch(Buffer.from(record.bodies.domestic!).toString(), /EE47101010033/);
  });

  test('both verifiers can be the second one: xml-crypto proves what the members signed', async () => {
    assert.deepEqual(await policies(), ['wss-xroad-v1/xml-crypto', 'wss-xroad-v1/xml-crypto']);
  });

  test('fault codes are spelled as before X-Road 7.8', async () => {
    const id = randomUUID();
    await pair.agencies.municipality.ask({ personCode: EXAMPLES.person }, { id });
    const again = await pair.agencies.municipality.ask({ personCode: EXAMPLES.nobody }, { id });
    assertFault(POPULATION, again, { code: 'duplicate-id', status: 409, country: 'FI', retry: 'new-id', faultcode: 'Server.Gateway.DuplicateId' });
  });
});

suite('with other terms, after a restart of both gateways', () => {
  before(() =>
    pair.reconfigure({
      gateway: [verifiers('both'), [['home', 'faultCodes'], 'new'], ...IMPATIENT],
      link: [
        leg(0, 'sealing', 'jwe'), leg(0, 'evidence', 'escrow'), leg(0, 'endUser', 'pseudonym'), leg(1, 'endUser', 'required'), leg(1, 'evidence', 'escrow'),
        grant(0, 0, 'maxBudget', '3s'),
      ],
    }),
  );

  test('the three scenarios hold, signatures proven by both verifiers', async () => {
    await allScenariosHold();
    assert.deepEqual(await policies(), ['wss-xroad-v1/both', 'wss-xroad-v1/both']);
  });

  test('an end user crosses as a pseudonym: the same for the same official, another for another, and never the official', async () => {
    const pseudonyms: (string | undefined)[] = [];
    for (const userId of ['FIverotarkastaja-4', 'FIverotarkastaja-4', 'FIverotarkastaja-5']) {
      await pair.agencies.tax.ask({ personId: EXAMPLES.person, from: '2025-01', to: '2025-02' }, { userId });
      const xid = pair.lastAsked('FI');
      const bodies = await auditorOpens(pair, 'EE', evidenceOf(pair, 'EE', xid, 'request'), xid, 'request');
      pseudonyms.push(endUserOf(bodies));
      assert.doesNotMatch(Buffer.from(bodies.domestic!).toString(), /verotarkastaja/);
      assert.ok(Buffer.from(bodies.domestic!).toString().includes(endUserOf(bodies) ?? 'no pseudonym'));
    }
    const [first, second, third] = pseudonyms;
    assert.match(first ?? '', /^[\w-]{43}$/);
    assert.equal(first, second);
    assert.notEqual(first, third);
  });

  test('where an end user is required, a request that names none is refused at home', async () => {
    const { bank } = pair.agencies;
    const answer = await bank.ask({ registryCode: EXAMPLES.company }, { userId: ' ' });
    const xid = assertFault(COMPANY, answer, { code: 'end-user-missing', status: 400, country: 'EE', retry: 'new-id' });
    assert.deepEqual(pair.trail('EE', xid), ['local: refusal SubmissionRejection end-user-missing']);
    await asked(COMPANY);
  });

  test('a register that is slower than the budget of the link is service-slow, told before the asker gives up', async () => {
    pair.countries.EE.faults.set(INCOME.service, { kind: 'slow', ms: 4000 });
    const xid = assertFault(INCOME, await INCOME.ask(pair), { code: 'service-slow', status: 504, country: 'EE', retry: 'ask-operator', delivered: 'unknown', peerCode: 'service-slow' });
    assert.deepEqual(pair.trail('EE', xid), ['ee-fi: request RelayAcceptance', 'ee-fi: refusal ContentHandoverFailure service-slow']);
    pair.countries.EE.faults.clear();
  });
});

suite('with losses that the receivers do not accept, and fields that do not cross', () => {
  const checkDigits = (value: object) => [['settings', 'checkDigits'], value] as const;
  const refuseLoss = (value: object) => [['settings', 'refuseLoss'], value] as const;
  before(async () => {
    await pair.reconfigure({ link: [refuseLoss({ requests: ['dropped'] }), checkDigits({ received: 'reject' }), grant(1, 0, 'fields', { response: FIELDS })] }, ['EE']);
    await pair.reconfigure({ link: [refuseLoss({ answers: ['dropped'] }), checkDigits({ sent: 'reject' }), grant(1, 0, 'fields', { response: FIELDS })] }, ['FI']);
  });

  test('a request of which fields were dropped is refused before it is handed over', async () => {
    const xid = assertFault(POPULATION, await POPULATION.ask(pair), { code: 'peer-refused', status: 502, country: 'EE', retry: 'ask-operator', delivered: 'no', peerCode: 'loss-refused' });
    assert.deepEqual(pair.trail('EE', xid), ['ee-fi: request RelayRejection loss-refused', 'ee-fi: refusal RelayRejection loss-refused']);
    assert.equal(pair.countries.EE.log.deliveries(POPULATION.service).get(xid), undefined);
  });

  test('an answer of which fields were dropped is delivered, recorded, and not given to the caller', async () => {
    const xid = assertFault(INCOME, await INCOME.ask(pair), { code: 'loss-refused', status: 502, country: 'FI', retry: 'ask-operator', delivered: 'yes' });
    assert.deepEqual(pair.trail('FI', xid), ['ee-fi: request SubmissionAcceptance', 'ee-fi: response ContentConsignmentFailure']);
  });

  test('the other leg has no such setting, and its answers cross with their losses', async () => {
    const xid = await asked(COMPANY);
    const { context } = await auditorOpens(pair, 'EE', evidenceOf(pair, 'EE', xid, 'response'), xid, 'response');
    assert.ok(context.loss.dropped.length > 0);
  });

  test('a number with a wrong check digit does not leave, and is not taken, where the settings of either side say so', async () => {
    const wrong = EXAMPLES.person.replace(/.$/, (digit) => String((Number(digit) + 1) % 10));
    const atHome = assertFault(POPULATION, await pair.agencies.municipality.ask({ personCode: wrong }), { code: 'mapping-failed', status: 422, country: 'FI', retry: 'new-id' });
    assert.deepEqual([pair.trail('FI', atHome), pair.trail('EE', atHome)], [['local: refusal SubmissionRejection mapping-failed'], []]);
    const abroad = assertFault(INCOME, await pair.agencies.tax.ask({ personId: wrong, from: '2025-01', to: '2025-02' }), { code: 'mapping-failed', status: 422, country: 'EE', retry: 'new-id', delivered: 'no', peerCode: 'mapping-failed' });
    assert.equal(pair.countries.EE.log.deliveries(INCOME.service).get(abroad), undefined);
  });

  test('of an answer only the fields that the grant lists leave their country, and the escrow of neither side holds more', async () => {
    const xid = await asked(COMPANY);
    for (const country of COUNTRIES) {
      const record = evidenceOf(pair, country, xid, 'response');
      const { domestic, neutral, context } = await auditorOpens(pair, country, record, xid, 'response');
      const { companies } = neutral as { companies: object[] };
      assert.deepEqual(companies.map((company) => Object.keys(company).toSorted()), companies.map(() => ['identifier', 'legalForm', 'legalName', 'status']));
      assert.deepEqual(context.loss.minimised, ['/companies/*/registered', '/companies/*/removed', '/companies/*/euid']);
      assert.equal(claimsOf(record)['minimised'], fieldList(FIELDS).sha256);
      assert.equal(domestic === undefined, country === 'FI', 'the answer of the register says more than may cross');
    }
    assert.equal('minimised' in claimsOf(evidenceOf(pair, 'FI', xid, 'request')), false);
  });
});

suite('with narrow terms, after another restart', () => {
  before(() =>
    pair.reconfigure({
      link: [
        [['settings', 'refuseLoss'], undefined], [['settings', 'checkDigits'], undefined],
        grant(0, 0, 'maxBytes', '1536B'), grant(0, 0, 'maxBudget', '20s'), grant(0, 1, 'client', 'FI/MUN/0101263-6/kirjasto'), grant(1, 0, 'quota', 2),
      ],
    }),
  );

  test('a member to whom nothing is granted is refused at home', async () => {
    const xid = assertFault(POPULATION, await POPULATION.ask(pair), { code: 'not-allowed', status: 403, country: 'FI', retry: 'no' });
    assert.deepEqual([pair.trail('FI', xid), pair.trail('EE', xid)], [['local: refusal SubmissionRejection not-allowed'], []]);
  });

  test('an answer larger than the link allows does not cross: it is delivered, and refused', async () => {
    const xid = assertFault(INCOME, await INCOME.ask(pair), { code: 'service-answer-invalid', status: 502, country: 'EE', retry: 'ask-operator', delivered: 'yes', peerCode: 'service-answer-invalid' });
    assert.equal(pair.countries.EE.log.deliveries(INCOME.service).get(xid), 1);
  });

  test('above the quota of a minute the peer refuses, and nothing is delivered', async () => {
    const startOfMinute = () => Date.now() % 60_000;
    // Three questions must fall into one minute.
    if (startOfMinute() > 57_000) await new Promise((wake) => setTimeout(wake, 60_500 - startOfMinute()));
    await asked(COMPANY);
    await asked(COMPANY);
    const xid = assertFault(COMPANY, await COMPANY.ask(pair), { code: 'quota-exceeded', status: 429, country: 'FI', retry: 'later', delivered: 'no', peerCode: 'quota-exceeded' });
    assert.deepEqual(pair.trail('EE', xid), ['ee-fi: request SubmissionAcceptance', 'ee-fi: refusal RelayRejection quota-exceeded']);
    assert.deepEqual(pair.trail('FI', xid), ['ee-fi: request RelayRejection quota-exceeded', 'ee-fi: refusal RelayRejection quota-exceeded']);
    assert.equal(pair.countries.FI.log.deliveries(COMPANY.service).get(xid), undefined);
  });
});

suite('with a link that Finland has suspended', () => {
  const until = '2027-01-01T06:00:00.000Z';
  before(() => pair.reconfigure({ link: [[['settings', 'suspended'], { reason: 'maintenance', until }]] }, ['FI']));

  test('its own callers are refused with the time to come back, and nothing crosses', async () => {
    const answer = await INCOME.ask(pair);
    const xid = assertFault(INCOME, answer, { code: 'suspended', status: 503, country: 'FI', retry: 'later' });
    assert.equal(answer.reply.headers['retry-after'], new Date(until).toUTCString());
    assert.deepEqual([pair.trail('FI', xid), pair.trail('EE', xid)], [['local: refusal SubmissionRejection suspended'], []]);
  });

  test('the peer is refused, and its callers read which side stopped', async () => {
    const xid = assertFault(COMPANY, await COMPANY.ask(pair), { code: 'peer-refused', status: 502, country: 'FI', retry: 'ask-operator', delivered: 'no', peerCode: 'suspended' });
    assert.deepEqual(pair.trail('FI', xid), ['ee-fi: request RelayRejection suspended', 'ee-fi: refusal RelayRejection suspended']);
  });
});
