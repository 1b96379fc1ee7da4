import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as tlsConnect } from 'node:tls';
import { ConnectionFailed } from '../../../src/platform/http-client.ts';
import { SECURITY_SERVER } from '../../../src/sandbox/faults.ts';
import type { Fault } from '../../../src/sandbox/faults.ts';
import { MessageSigner } from '../../../src/sandbox/soap/wss-sign.ts';
import { SignatureChecker, SignatureRefused } from '../../../src/sandbox/soap/wss-verify.ts';
import { headerElements } from '../../../src/sandbox/soap/message.ts';
import { element } from '../../../src/xml/element.ts';
import { clock, inPlaceOfGateway, running } from './running.ts';

const SALARY = 'EE/GOV/70000349/emta/xteePalgaandmed/v1';
const COMPANIES = 'FI/GOV/0244683-1/prh/companies';
const POPULATION = 'EE/GOV/70008440/rr/RR456/v1';
const SERVICE_FAILED = 'server.serverproxy.service_failed';

const estonia = await running('EE');
const finland = await running('FI');

const askSalary = () => estonia.agencies.bank.askSalary({ personCode: '36805280109', from: '01.2025', to: '12.2025' });
const askCompany = () => finland.agencies.tax.askCompany('2077474-0');

/** With `fault` in force; afterwards everything works again. */
async function during<T>(target: string, fault: Fault, work: () => Promise<T>): Promise<T> {
  const { faults } = target === COMPANIES ? finland : estonia;
  faults.set(target, fault);
  try {
    // A security server that changes its certificate closes its connections: let their other ends notice.
    await sleep(20);
    return await work();
  } finally {
    faults.clear(target);
    await sleep(20);
    assert.equal((await askSalary()).requestHash, 'matches');
    assert.equal((await askCompany()).requestHash, 'matches');
  }
}

for (const [fault, code] of [
  [{ kind: 'down' }, `${SERVICE_FAILED}.io_error`],
  [{ kind: 'garbage' }, `${SERVICE_FAILED}.invalid_soap`],
  [{ kind: 'truncated' }, `${SERVICE_FAILED}.io_error`],
  [{ kind: 'rest-500' }, `${SERVICE_FAILED}.invalid_content_type`],
  [{ kind: 'wrong-id' }, 'server.clientproxy.service_failed.inconsistent_response'],
  [{ kind: 'soap-fault' }, 'SOAP-ENV:Server'],
] as const) {
  test(`a SOAP register with the fault ${fault.kind} shows as ${code}`, async () => {
    const answer = await during(SALARY, fault, askSalary);
    assert.equal(answer.fault?.code, code);
  });
}

for (const [fault, error] of [
  [{ kind: 'down' }, 'server.serverproxy.io_error'],
  [{ kind: 'truncated' }, 'server.serverproxy.io_error'],
  [{ kind: 'rest-500' }, undefined],
] as const) {
  test(`a REST register with the fault ${fault.kind} answers 500, ${error ?? 'as its own error'}`, async () => {
    const answer = await during(COMPANIES, fault, askCompany);
    assert.deepEqual([answer.reply.status, answer.platformError], [500, error]);
  });
}

test('a slow register answers late', async () => {
  const started = clock.monotonic();
  const answer = await during(SALARY, { kind: 'slow', ms: 150 }, askSalary);
  assert.equal(answer.fault, undefined);
  assert.ok(clock.monotonic() - started >= 150);
});

test('a register slower than the platform waits is an io_error, and stands in the log as failed', async () => {
  const hasty = await running('EE', { serviceTimeout: 100 });
  hasty.faults.set(SALARY, { kind: 'slow', ms: 400 });
  const answer = await hasty.agencies.bank.askSalary({ personCode: '36805280109', from: '01.2025', to: '12.2025' });
  assert.equal(answer.fault?.code, `${SERVICE_FAILED}.io_error`);
  assert.deepEqual(hasty.log.records(SALARY).map(({ outcome }) => outcome), ['failed']);
});

test('an oversized answer is as long as told, and still what it was', async () => {
  const answer = await during(COMPANIES, { kind: 'oversized', bytes: 300_000 }, askCompany);
  assert.equal(answer.reply.body.length, 300_000);
  assert.equal((answer.json as { totalResults: number }).totalResults, 1);
});

test('a security server with a wrong request hash is found out by the asking system', async () => {
  assert.equal((await during(SECURITY_SERVER, { kind: 'wrong-request-hash' }, askSalary)).requestHash, 'differs');
  finland.faults.set(SECURITY_SERVER, { kind: 'wrong-request-hash' });
  assert.equal((await askCompany()).requestHash, 'differs');
  finland.faults.clear();
});

test('a security server with a wrong id answers under another one', async () => {
  const answer = await during(SECURITY_SERVER, { kind: 'wrong-id' }, askSalary);
  assert.doesNotMatch(Buffer.from(answer.reply.body).toString(), new RegExp(answer.id));
  finland.faults.set(SECURITY_SERVER, { kind: 'wrong-id' });
  const rest = await askCompany();
  assert.notEqual(rest.reply.headers['x-road-id'], rest.id);
  finland.faults.clear();
});

test('a security server that is down or breaks off leaves the asking system without an answer', async () => {
  for (const kind of ['down', 'truncated'] as const) {
    await assert.rejects(during(SECURITY_SERVER, { kind }, askSalary), (error) => error instanceof ConnectionFailed && error.sent);
  }
});

test('a security server that is down hands nothing over', async () => {
  estonia.log.clear();
  estonia.faults.set(SECURITY_SERVER, { kind: 'down' });
  await assert.rejects(askSalary());
  estonia.faults.clear();
  assert.equal(estonia.log.size, 0);
});

test('a security server with an expired certificate shows it to the next connection', async () => {
  const expiry = () =>
    new Promise<string>((resolve, reject) => {
      const { port } = new URL(estonia.securityServerUrl);
      const socket = tlsConnect({ host: '127.0.0.1', port: Number(port), ca: estonia.keys.tlsAuthority.certificate, rejectUnauthorized: false }, () => {
        resolve(String(socket.authorizationError));
        socket.destroy();
      });
      socket.on('error', reject);
    });
  assert.equal(await expiry(), 'null');
  assert.match(await during(SECURITY_SERVER, { kind: 'expired-certificate' }, expiry), /CERT_HAS_EXPIRED/);
  assert.equal(await expiry(), 'null');
});

test('a security server with an expired certificate gets nothing from an asking system, and comes back when it is mended', async () => {
  await assert.rejects(during(SECURITY_SERVER, { kind: 'expired-certificate' }, askSalary), (error) => error instanceof ConnectionFailed && !error.sent);
});

for (const [fault, reason] of [
  [{ kind: 'expired-certificate' }, /out of its time/],
  [{ kind: 'clock-off', ms: -600_000 }, /creation time/],
] as const) {
  test(`a population register with the fault ${fault.kind} signs so that its answer is refused`, async () => {
    const answer = await during(POPULATION, fault, () => estonia.agencies.taxOfficer.ask('36805280109'));
    const checker = new SignatureChecker(estonia.keys.signingAuthority.certificate);
    assert.throws(() => checker.check(answer.reply.body, 'EE/GOV/70008440', clock.now()), (error) => error instanceof SignatureRefused && reason.test(error.message));
  });

  test(`a municipality with the fault ${fault.kind} signs so that its question is refused`, async () => {
    finland.faults.set('FI/MUN/0101263-6/vaestotiedot', fault);
    const { body } = finland.agencies.municipality.prepare({ personCode: '36805280109' }, { id: 'x' });
    finland.faults.clear();
    const checker = new SignatureChecker(finland.keys.signingAuthority.certificate);
    assert.throws(() => checker.check(body, 'FI/MUN/0101263-6', clock.now()), (error) => error instanceof SignatureRefused && reason.test(error.message));
  });
}

test('several faults at once all show', async () => {
  estonia.faults.set(SALARY, { kind: 'slow', ms: 60 });
  const started = clock.monotonic();
  const answer = await during(SALARY, { kind: 'soap-fault' }, askSalary);
  assert.equal(answer.fault?.code, 'SOAP-ENV:Server');
  assert.ok(clock.monotonic() - started >= 60);
});

test('a municipality checks who signed the answer', async () => {
  const { gateway, systems } = finland.keys;
  const own = systems['vaestotiedot']?.member?.valid;
  assert.ok(own !== undefined);
  const answers = [];
  for (const signer of [gateway.member, own]) {
    await inPlaceOfGateway(finland, () => {
      const header = headerElements({ client: 'FI/MUN/0101263-6/vaestotiedot', service: 'FI/GOV/0245437-2/EE-rr/HenkilonTunnusKysely/v1', id: 'q', userId: 'FIvirkailija-17' });
      const body = element('urn:a', 'HenkilonTunnusKyselyResponse');
      return { status: 200, headers: { 'content-type': 'text/xml' }, body: new MessageSigner(signer, { 'urn:a': 'a' }).message(header, body, clock.now()) };
    });
    answers.push((await finland.agencies.municipality.ask({ personCode: '1' }, { id: 'q' })).signature);
  }
  assert.deepEqual(answers, ['valid', { refused: 'certificate is of another member' }]);
});
