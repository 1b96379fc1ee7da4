/** A country on UXP and one on X-Road, both ways: REST with headers of UXP out to an X-Road REST service, X-Road REST in to a SOAP service behind UXP. */
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { EE_FI } from '../../src/sandbox/kits.ts';
import { Desk } from '../../src/sandbox/desk.ts';
import { SECURITY_SERVER } from '../../src/sandbox/faults.ts';
import { pinOf, tlsOf } from '../../src/sandbox/pki/credentials.ts';
import { EXAMPLES } from '../../src/sandbox/scenarios.ts';
import { RunningPair } from '../support/running-pair.ts';
import { startUxpFront, uxpRoot } from '../support/uxp-country.ts';
import type { UxpFront } from '../support/uxp-country.ts';

const BANK = 'EE/COM/10137319/pank';
const COMPANIES = 'EE/GOV/70006317/FI-prh/lihtandmed_v2';
const INCOME = 'EE/GOV/70000349/emta/xteePalgaandmed/v1';
const PURPOSE = '9K9J65I75ILCLMPDUIRXS';

const root = uxpRoot();
const pair = new RunningPair(EE_FI);
let uxp: UxpFront;
let bank: Desk;

before(async () => {
  await pair.start({ root, changes: { gateway: [[['ecosystems'], join(root, 'federation-config/ecosystems')]] } });
  uxp = await startUxpFront(pair);
  const { keys } = pair.countries.EE;
  bank = new Desk({ securityServerUrl: uxp.url, pin: pinOf(keys.securityServer), identity: tlsOf(keys, 'pank'), connections: 1, patience: 30_000 });
});
after(async () => {
  await bank.close();
  await uxp.close();
  await pair.end();
  rmSync(root, { recursive: true });
});

/** The bank asks its own UXP server; a header that is `undefined` is left out. */
async function ask(target: string, headers: Readonly<Record<string, string | undefined>> = {}) {
  const id = crypto.randomUUID();
  const all: Readonly<Record<string, string | undefined>> = { 'uxp-client': BANK, 'uxp-service': `${COMPANIES}/v1`, 'uxp-queryid': id, 'uxp-userid': 'EE60001019906', 'uxp-purpose-ids': PURPOSE, ...headers };
  const sent = Object.fromEntries(Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
  const { reply, json } = await bank.sendRest(id, { method: 'GET', target: `/restapi${target}`, headers: sent, body: new Uint8Array() });
  return { status: reply.status, headers: reply.headers, json: json as Record<string, unknown> };
}

suite('an agency on UXP', () => {
  test('gets a foreign company as from a service at home', async () => {
    const { status, json } = await ask(`/${EXAMPLES.company}`);
    assert.equal(status, 200);
    assert.deepEqual((json['companies'] as { code: string; name: string }[]).map(({ code, name }) => [code, name]), [[EXAMPLES.company, 'Kuusiniemi Konepaja Oy']]);
    const [handed] = pair.countries.FI.log.records('FI/GOV/0244683-1/prh/companies').slice(-1);
    assert.equal(handed?.client, 'FI/GOV/0245437-2/EE-COM-10137319-pank');
  });

  test('may name no version, or the literal undefined, and ids as query parameters', async () => {
    for (const service of [COMPANIES, `${COMPANIES}/undefined`]) {
      const id = crypto.randomUUID();
      const { status } = await ask(`/${EXAMPLES.company}?queryId=${id}&userId=EE1`, { 'uxp-service': service, 'uxp-queryid': undefined, 'uxp-userid': undefined });
      assert.equal(status, 200);
    }
  });

  test('that carries no purpose acts under the only one that is granted; a purpose of somebody else is refused', async () => {
    assert.equal((await ask(`/${EXAMPLES.company}`, { 'uxp-purpose-ids': undefined })).status, 200);
    const { status, headers, json } = await ask(`/${EXAMPLES.company}`, { 'uxp-purpose-ids': 'SOMETHING-ELSE' });
    assert.deepEqual([status, headers['uxp-faultcode'], json['code'], json['country']], [403, 'server.gateway.not_allowed', 'not-allowed', 'EE']);
  });

  test('under a message id that was used before with another question is refused', async () => {
    const id = crypto.randomUUID();
    assert.equal((await ask(`/${EXAMPLES.company}`, { 'uxp-queryid': id })).status, 200);
    assert.equal((await ask('/0244683-1', { 'uxp-queryid': id })).json['code'], 'duplicate-id');
  });

  test('gets the error of a foreign service as that service wrote it, not as a fault of UXP or of a gateway', async () => {
    pair.countries.FI.faults.set('FI/GOV/0244683-1/prh/companies', { kind: 'rest-500' });
    const { status, headers, json } = await ask(`/${EXAMPLES.company}`);
    pair.countries.FI.faults.clear();
    assert.deepEqual([status, headers['uxp-faultcode'], json['message']], [500, undefined, 'Tietokanta ei vastaa']);
  });
});

suite('a service behind UXP', () => {
  const question = { personId: EXAMPLES.person, from: '2025-01', to: '2025-12' };

  test('answers a foreign agency in SOAP, and the hash of Trembita 1.x binds its answer', async () => {
    const { status, incomes } = await pair.agencies.tax.ask(question);
    assert.deepEqual([status, incomes?.length], ['FOUND', 16]);
    const [handed] = uxp.log.records(INCOME).slice(-1);
    assert.deepEqual([handed?.client, handed?.id], ['EE/GOV/70006317/FI-GOV-0245458-6-vero', pair.lastAsked('FI')]);
  });

  test('whose answer is to another request is not believed', async () => {
    uxp.faults.set(SECURITY_SERVER, { kind: 'wrong-request-hash' });
    const { json } = await pair.agencies.tax.ask(question);
    uxp.faults.clear();
    assert.deepEqual([(json as { code: string }).code, (json as { country: string }).country], ['service-answer-invalid', 'EE']);
  });

  test('whose server goes away in the middle is of unknown outcome', async () => {
    uxp.faults.set(SECURITY_SERVER, { kind: 'down' });
    const { json } = await pair.agencies.tax.ask(question);
    uxp.faults.clear();
    assert.deepEqual([(json as { code: string }).code, (json as { delivered: string }).delivered], ['outcome-unknown', 'unknown']);
  });
});
