/** Signers at an API hub that are known by their certificates: questions and answers cross, ours bring our own, and a signer that is revoked is refused. */
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, suite, test } from 'node:test';
import { answerOcsp } from '../../src/crypto/ocsp-answer.ts';
import type { OcspAnswering } from '../../src/crypto/ocsp-answer.ts';
import type { Hub } from '../../src/sandbox/hub/hub.ts';
import { COMPANY, pairWithHub } from '../support/hub-pair.ts';
import { eventually } from '../support/eventually.ts';

/** Of the agency; the register's stays good. */
let status: OcspAnswering['status'] = 'good';
let hub: Hub | undefined;

/** Answers of the one that was asked about, as the serial number in the request says. */
const responder = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk)).once('end', () => {
    const { agency, register, authority } = hub!.keys;
    const asked = Buffer.concat(chunks).toString('hex');
    const [name = 'agency', identity = agency] = Object.entries({ agency, register }).find(([, { certificate }]) => asked.includes(new X509Certificate(certificate).serialNumber.toLowerCase())) ?? [];
    const certificate = new X509Certificate(identity.certificate).raw;
    response.writeHead(200, { 'content-type': 'application/ocsp-response' }).end(answerOcsp({ certificate, authority, status: name === 'agency' ? status : 'good', now: Date.now() }));
  });
});
before(async () => {
  responder.listen(0, '127.0.0.1');
  await once(responder, 'listening');
});
after(() => {
  responder.closeAllConnections();
  responder.close();
});

const at = pairWithHub('jws-detached', 'http-signature', (started) => {
  hub = started;
  const url = `http://127.0.0.1:${(responder.address() as AddressInfo).port}`;
  return { policy: 'required', maxAge: '2s', sources: [{ authority: started.keys.authority.certificateFile, ocsp: { url } }] };
});

const proofAt = (step: string) => (at.pair.facts('FI', step).at(-1)?.['proof'] ?? {}) as Readonly<Record<string, string>>;

suite('signers that are known by their certificates', () => {
  test("the agency's question passes, proven under the hub's authority; our answer brings our certificate", async () => {
    const { reply } = await at.ask();
    assert.equal(reply.status, 200);
    const { form, result, policy, issuer } = proofAt('outbound.translated');
    assert.deepEqual([form, result, policy, issuer], ['jws-detached', 'verified', 'jades-headers-v1+x509/mutual-tls+oauth2', 'C=FI, O=API hub (sandbox), CN=authority.fi.sandbox']);
    const [head = ''] = (reply.headers['x-jws-signature'] ?? '').split('.');
    const { x5c } = JSON.parse(Buffer.from(head, 'base64url').toString()) as { readonly x5c: readonly string[] };
    assert.deepEqual(x5c, [new X509Certificate(at.hub.keys.gateway.certificate).raw.toString('base64')]);
  });

  test("the register's answer passes; our question brings our certificate", async () => {
    const { reply } = await at.pair.agencies.bank.ask({ registryCode: COMPANY.registrationNumber });
    assert.match(Buffer.from(reply.body).toString(), /Kuusiniemi Konepaja Oy/);
    const { form, result, policy } = proofAt('inbound.answer-translated');
    assert.deepEqual([form, result, policy], ['http-signature', 'verified', 'rfc9421-v1+x509']);
    const asked = at.hub.register.asked.at(-1);
    assert.equal(asked?.headers['x-signature-certificate'], new X509Certificate(at.hub.keys.gateway.certificate).raw.toString('base64'));
    assert.match(asked.headers['signature-input'] ?? '', /"x-signature-certificate"/);
  });

  test('an agency whose certificate was revoked is refused, and nothing crosses', async () => {
    status = 'revoked';
    await eventually('it is refused', async () => (await at.ask()).reply.status !== 200, 30_000);
    const before = at.pair.facts('FI', 'outbound.request-recorded').length;
    const { reply, json } = await at.ask();
    assert.deepEqual([reply.status, (json as { code: string }).code], [403, 'signature-untrusted']);
    assert.equal(at.pair.facts('FI', 'outbound.request-recorded').length, before);
  });
});
