import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ProofPolicy } from '../../../../src/ecosystems/proof-policy.ts';
import { parseRequest, parseResponse } from '../../../../src/ecosystems/xroad-rest/parse.ts';
import { verifyRequest, verifyResponse } from '../../../../src/ecosystems/rest/proof.ts';
import { renderRequest } from '../../../../src/ecosystems/xroad-rest/render.ts';
import { DEFAULT_XML_LIMITS } from '../../../../src/platform/limits.ts';
import { coded } from '../errors.ts';
import { mapped } from '../mapped.ts';
import { answered, call, posted, queries } from '../xroad-rest/samples.ts';

const server: ProofPolicy = { form: 'security-server', connection: 'CN=ss1' };
const wss = { form: 'wss' } as ProofPolicy;
const request = parseRequest(posted('{}'), [queries], DEFAULT_XML_LIMITS);
const sent = renderRequest(mapped({ form: 'json', body: undefined, path: {}, query: {} }), call);
const response = parseResponse(answered(sent, '{}'), call, sent, DEFAULT_XML_LIMITS);

test("the security server's word is asserted, never verified, and covers all bytes", async () => {
  const verified = await verifyRequest(request, server, 42);
  assert.deepEqual(verified.proof, { form: 'security-server', result: 'asserted', policy: 'security-server', verifiedAt: 42, issuer: 'CN=ss1' });
  assert.deepEqual([verified.message, verified.bytes], [request.message, request.bytes]);
  assert.equal((await verifyResponse(response, server, 42)).proof.result, 'asserted');
});

test('where the link asks for a signature, a REST message has none', async () => {
  await assert.rejects(verifyRequest(request, wss, 42), coded('signature-missing'));
  await assert.rejects(verifyResponse(response, wss, 42), coded('service-answer-invalid', { delivered: 'yes' }));
});
