/** The authority that says whether members' certificates are good goes away, comes back, and revokes one: what a member signed is judged by it, what its security server vouches for is not. */
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { answerOcsp } from '../../src/crypto/ocsp-answer.ts';
import type { OcspAnswering } from '../../src/crypto/ocsp-answer.ts';
import { Caller, POPULATION as ASKED, exchangesOf } from '../support/callers.ts';
import { INCOME, POPULATION, assertFault } from '../support/questions.ts';
import { eventually, runningPair } from '../support/running-pair.ts';

const pair = runningPair({ changes: { link: [[['agreement', 'degraded', 'ocsp'], { continueFor: '3s', refuse: 'signed', alarm: 'error' }]] } });
let status: OcspAnswering['status'] | 'down' = 'good';

/** Finland's authority, about the municipality's certificate. */
const responder = createServer((request, response) => {
  request.resume().once('end', () => {
    if (status === 'down') return void response.destroy();
    const { signingAuthority, systems } = pair.countries.FI.keys;
    const certificate = new X509Certificate(systems['vaestotiedot']!.member!.valid.certificate).raw;
    return void response.writeHead(200, { 'content-type': 'application/ocsp-response' }).end(answerOcsp({ certificate, authority: signingAuthority, status, now: Date.now() }));
  });
});
after(() => {
  responder.closeAllConnections();
  responder.close();
});

const passes = async (question: typeof INCOME): Promise<boolean> => (await question.ask(pair)).reply.status === 200;

test('while nobody says that signers are good, what they sign is refused after the time of the link, and nothing else; a revoked one is refused at once', { timeout: 180_000 }, async () => {
  responder.listen(0, '127.0.0.1');
  await once(responder, 'listening');
  const url = `http://127.0.0.1:${(responder.address() as AddressInfo).port}`;
  await pair.reconfigure({ gateway: [[['home', 'wss', 'revocation'], { policy: 'required', maxAge: '2s', sources: [{ authority: 'home/member-ca.cert.pem', ocsp: { url } }] }]] }, ['FI']);
  await eventually('a signed question passes', () => passes(POPULATION), 20_000);
  status = 'down';
  await eventually('signed questions are refused', async () => !(await passes(POPULATION)), 30_000);
  assertFault(POPULATION, await POPULATION.ask(pair), { code: 'dependency-lost', status: 503, country: 'FI', retry: 'later' });
  assert.ok(await passes(INCOME), 'what the security server vouches for goes on');
  status = 'good';
  await eventually('signed questions go on', () => passes(POPULATION), 30_000);
  status = 'revoked';
  await eventually('the revoked signer is refused', async () => !(await passes(POPULATION)), 30_000);
  assertFault(POPULATION, await POPULATION.ask(pair), { code: 'signature-untrusted', status: 400, country: 'FI', retry: 'new-id' });
});

test('a question that was on its way at a crash ends as answered, though nobody says any more that its signer is good', { timeout: 120_000 }, async () => {
  status = 'good';
  await eventually('a signed question passes', () => passes(POPULATION), 30_000);
  const caller = new Caller(ASKED, pair);
  await pair.gateway('FI').crashAt('outbound.request-recorded');
  void caller.send().catch(() => {});
  assert.equal(await pair.gateway('FI').ended, 'SIGKILL');
  status = 'down';
  await pair.restart('FI');
  const state = () => exchangesOf(pair, 'FI', 'outbound').find(({ id }) => id === caller.id)?.state;
  await eventually('it is answered', () => state() === 'answered', 30_000);
});
