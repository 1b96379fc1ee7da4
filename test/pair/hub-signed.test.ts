/** Signed messages at an API hub, both forms, across the border: proven at home, `verified` in the statement. */
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { suite, test } from 'node:test';
import { createVerifier, httpbis } from 'http-message-signatures';
import { GATEWAY_CLIENT } from '../../src/sandbox/hub/hub.ts';
import { COMPANY, pairWithHub } from '../support/hub-pair.ts';

const at = pairWithHub('jws-detached', 'http-signature');

/** What the hub's gateway said of the last message that reached the step. */
const proofAt = (step: string) => (at.pair.facts('FI', step).at(-1)?.['proof'] ?? {}) as Readonly<Record<string, string>>;

suite('questions of the agency, as detached JWS', () => {
  test('are proven, and the statement says so', async () => {
    const { reply } = await at.ask();
    assert.equal(reply.status, 200);
    const { form, result, policy, issuer } = proofAt('outbound.translated');
    assert.deepEqual([form, result, policy, issuer], ['jws-detached', 'verified', 'jades-headers-v1/mutual-tls+oauth2', 'agency-1']);
    assert.match(reply.headers['x-jws-signature'] ?? '', /^[\w-]+\.\.[\w-]+$/);
  });

  for (const signing of [undefined, 'http-signature'] as const) {
    test(`are refused ${signing === undefined ? 'without a signature' : 'under the other form'}, and nothing crosses`, async () => {
      const before = at.pair.facts('FI', 'outbound.request-recorded').length;
      const { reply, json } = await at.hub.agency.ask({ method: 'POST', url: `${at.url}/services/ee-employment-income/income-queries`, body: {}, ...(signing === undefined ? {} : { signing }) });
      assert.deepEqual([reply.status, (json as { code: string }).code], [400, 'signature-missing']);
      assert.equal(at.pair.facts('FI', 'outbound.request-recorded').length, before);
    });
  }
});

suite('answers of the register, as HTTP message signatures', () => {
  test('are proven; our question was signed as another implementation reads it', async () => {
    const { reply } = await at.pair.agencies.bank.ask({ registryCode: COMPANY.registrationNumber });
    assert.match(Buffer.from(reply.body).toString(), /Kuusiniemi Konepaja Oy/);
    const { form, result } = proofAt('inbound.answer-translated');
    assert.deepEqual([form, result], ['http-signature', 'verified']);
    const asked = at.hub.register.asked.at(-1);
    assert.ok(asked);
    const key = new X509Certificate(at.hub.keys.gateway.certificate).publicKey.export({ type: 'spki', format: 'pem' });
    const keyLookup = async ({ keyid }: { keyid?: string }) => (keyid === `${GATEWAY_CLIENT}-1` ? { id: keyid, algs: ['ecdsa-p256-sha256'], verify: createVerifier(key, 'ecdsa-p256-sha256') } : null);
    const url = `${new URL(at.hub.register.api).origin}${asked.target}`;
    assert.equal(await httpbis.verifyMessage({ keyLookup, requiredFields: ['@method', '@target-uri', 'x-request-id', 'x-client-member'] }, { method: asked.method, url, headers: { ...asked.headers } }), true);
  });
});
