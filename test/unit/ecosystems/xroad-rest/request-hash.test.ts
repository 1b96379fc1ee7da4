/** The request hash over a real connection: what the HTTP client puts on the wire is what we hash. */
import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { createAuthority, issue } from '../../../../src/crypto/pki.ts';
import { parseResponse } from '../../../../src/ecosystems/xroad-rest/parse.ts';
import { renderRequest } from '../../../../src/ecosystems/xroad-rest/render.ts';
import { sendOnce } from '../../../../src/ecosystems/send.ts';
import { connect } from '../../../../src/platform/http-client.ts';
import { DEFAULT_XML_LIMITS } from '../../../../src/platform/limits.ts';
import { spkiPin } from '../../../../src/platform/spki.ts';
import { mapped } from '../mapped.ts';
import { call, queries, requestHash } from './samples.ts';
import { bytesOf } from '../../../../src/platform/content.ts';
import { NO_SCOPE } from '../../../support/spool.ts';

/** Headers of the connection, which a security server neither forwards nor hashes (RestMessage of X-Road 7). */
const SKIPPED = new Set(['transfer-encoding', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'te', 'trailer', 'upgrade', 'connection', 'user-agent', 'host', 'content-length', 'server', 'expect']);

function linesOf(request: IncomingMessage): string[] {
  return request.rawHeaders.flatMap((name, at, raw) => (at % 2 === 1 || SKIPPED.has(name.toLowerCase()) ? [] : [`${name}:${raw[at + 1]}`]));
}

test('an answer of a server that hashed what it received, with and without a body, is valid', async (t) => {
  const validity = { notBefore: Date.UTC(2020, 0), notAfter: Date.UTC(2040, 0) };
  const authority = createAuthority({ subject: [['CN', 'Test CA']], algorithm: 'P-256', ...validity });
  const { key, certificate } = issue(authority, { subject: [['CN', 'ss']], algorithm: 'P-256', use: 'tls', names: ['127.0.0.1'], ...validity });
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const hash = requestHash(request.method!, request.url!, linesOf(request), Buffer.concat(await request.toArray()));
    response.writeHead(200, { 'Content-Type': 'application/json', 'x-road-id': 'FI-0001', 'x-road-service': 'FI/GOV/0244683-1/prh/companies', 'x-road-request-id': '5f2f7b1a-7a52-4a3e-9c07-1f7c1f0e0a11', 'x-road-request-hash': hash });
    response.end('{}');
  };
  const server = createServer({ key, cert: certificate }, (request, response) => void answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const connection = connect({ origin: `https://127.0.0.1:${port}`, tls: { key, cert: certificate, pins: [spkiPin(createPublicKey(certificate))] }, connections: 1 });
  t.after(async () => {
    await connection.close();
    server.close();
  });
  const post = { ...call, home: { ...queries, service: call.home.service } };
  for (const [one, body] of [[call, undefined], [post, { personId: 'ä' }]] as const) {
    const request = renderRequest(mapped({ form: 'json', body, path: {}, query: { a: 'b c' } }), one);
    const reply = await sendOnce(request, connection, AbortSignal.timeout(5000), 1000, NO_SCOPE);
    assert.equal(parseResponse({ ...reply, body: bytesOf(reply.body) }, one, request, DEFAULT_XML_LIMITS).message.messageId, 'FI-0001');
  }
});
