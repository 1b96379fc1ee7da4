/** A country whose platform is an API hub, and one with X-Road: questions both ways, and what goes wrong at a hub. */
import assert from 'node:assert/strict';
import { beforeEach, suite, test } from 'node:test';
import { AUTHORISATION_SERVER } from '../../src/sandbox/hub/authorisation-server.ts';
import { REGISTER } from '../../src/sandbox/hub/register.ts';
import type { ApiAnswer } from '../../src/sandbox/hub/agency.ts';
import { isExchangeId } from '../../src/platform/ids.ts';
import { COMPANY, pairWithHub } from '../support/hub-pair.ts';
import { filesOf, holds } from '../support/personal-data.ts';
import { assertFault, COMPANY as ASKS_COMPANY, gatewayFault } from '../support/questions.ts';

const at = pairWithHub('api-client', 'api-client');

/** What the hub's gateway said of the last message that reached the step. */
const proofAt = (step: string) => (at.pair.facts('FI', step).at(-1)?.['proof'] ?? {}) as Readonly<Record<string, string>>;
beforeEach(() => at.hub.faults.clear());

function assertProblem({ reply, json }: ApiAnswer, status: number, code: string): Record<string, unknown> {
  const problem = json as Record<string, unknown>;
  assert.deepEqual([reply.status, problem['code'], problem['type'], reply.headers['content-type']], [status, code, `urn:causeway:error:${code}`, 'application/problem+json'], JSON.stringify(problem));
  assert.ok(isExchangeId(String(problem['exchange'])));
  assert.equal(problem['instance'], `urn:uuid:${String(problem['exchange'])}`);
  return problem;
}

suite('an agency at the hub asks Estonia', () => {
  test('by certificate and access token, and is answered as by any API; both trails hold it', async () => {
    const answer = await at.ask();
    assert.equal(answer.reply.status, 200, JSON.stringify(answer.json));
    assert.equal((answer.json as { status: string }).status, 'FOUND');
    assert.equal(answer.reply.headers['x-request-id'], answer.id);
    const xid = at.pair.lastAsked('FI');
    assert.deepEqual(at.pair.trail('FI', xid), ['ee-fi: request SubmissionAcceptance', 'ee-fi: response ContentConsignment']);
    assert.deepEqual(at.pair.trail('EE', xid), ['ee-fi: request RelayAcceptance', 'ee-fi: response ContentHandover']);
    const { form, result, policy } = proofAt('outbound.translated');
    assert.deepEqual([form, result, policy], ['api-client', 'asserted', 'mutual-tls+oauth2']);
  });

  test('again under the same id and a new token, and gets the same answer without a second exchange', async () => {
    const before = at.pair.facts('FI', 'outbound.request-recorded').length;
    const first = await at.ask({ id: 'once' });
    const second = await at.ask({ id: 'once' });
    assert.deepEqual(second.json, first.json);
    assert.equal(at.pair.facts('FI', 'outbound.request-recorded').length, before + 1);
    assertProblem(await at.ask({ id: 'once', body: { person: { idCountry: 'EE', id: '1' }, period: { from: '2025-01', to: '2025-02' } } }), 409, 'duplicate-id');
  });

  test('without a token it is told to get one', async () => {
    const answer = await at.ask({ token: null });
    assertProblem(answer, 401, 'caller-unauthenticated');
    assert.equal(answer.reply.headers['www-authenticate'], 'Bearer');
  });

  test('with an expired token it is told so', async () => {
    at.hub.setTokenLifetime(-60);
    const answer = await at.ask();
    at.hub.setTokenLifetime(300);
    assert.match(String(assertProblem(answer, 401, 'caller-unauthenticated')['detail']), /has expired/);
  });

  test('with what is not in the API it is told what is', async () => {
    const { url } = at;
    assertProblem(await at.ask({ method: 'GET', url: `${url}/services/ee-employment-income/income-queries`, body: undefined }), 404, 'unknown-service');
    assertProblem(await at.ask({ body: { person: 7 } }), 422, 'mapping-failed');
  });
});

suite('Estonia asks the register behind the hub', () => {
  const bank = () => at.pair.agencies.bank.ask({ registryCode: COMPANY.registrationNumber });

  test('with our token, and the bank reads the answer in its own form', async () => {
    const answer = await bank();
    assert.equal(answer.reply.status, 200);
    assert.match(Buffer.from(answer.reply.body).toString(), /Kuusiniemi Konepaja Oy/);
    const asked = at.hub.register.asked.at(-1);
    assert.equal(asked?.headers['x-client-member'], 'FI/GOV/0245437-2/EE-COM-10137319-pank');
    assert.equal(asked?.headers['x-represented-party'], 'COM/EE-10137319');
    assert.ok(isExchangeId(asked?.headers['x-request-id'] ?? ''));
  });

  test('one token serves many questions, and a withdrawn one is replaced once', async () => {
    await bank();
    const before = at.hub.authorisation.issued();
    await Promise.all([bank(), bank(), bank()]);
    assert.equal(at.hub.authorisation.issued(), before);
    at.hub.authorisation.withdraw();
    assert.equal((await bank()).reply.status, 200);
    assert.equal(at.hub.authorisation.issued(), before + 1);
  });

  test('while the token endpoint is down nothing reaches the register, and the bank may ask again', async () => {
    at.hub.authorisation.withdraw();
    at.hub.faults.set(AUTHORISATION_SERVER, { kind: 'down' });
    const before = at.hub.register.asked.length;
    assertFault(ASKS_COMPANY, await bank(), { code: 'service-unreachable', status: 502, country: 'FI', retry: 'later', peerCode: 'service-unreachable', delivered: 'no' });
    assert.equal(at.hub.register.asked.length, before);
    at.hub.faults.clear();
    assert.equal((await bank()).reply.status, 200);
  });

  test('a fault of the register crosses in its own words, and is told as a SOAP service would tell its own', async () => {
    at.hub.faults.set(REGISTER, { kind: 'rest-500' });
    const answer = await bank();
    assert.equal(gatewayFault(answer), undefined);
    assert.match(Buffer.from(answer.reply.body).toString(), /Tietokanta ei vastaa/);
  });

  test('a register that is slow leaves the outcome unknown', async () => {
    at.hub.faults.set(REGISTER, { kind: 'slow', ms: 4000 });
    assertFault(ASKS_COMPANY, await bank(), { code: 'service-slow', status: 504, country: 'FI', retry: 'ask-operator', peerCode: 'service-slow', delivered: 'unknown' });
  });
});

test('no file of the gateway holds a credential in the clear', async () => {
  const token = await at.hub.agency.token();
  await at.ask({ token });
  for (const [name, content] of filesOf(at.pair, 'FI')) assert.ok(!holds(content, token.split('.')[2] ?? ''), name);
});
