import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import { suite, test } from 'node:test';
import { jwtVerify } from 'jose';
import { AccessTokens } from '../../../../src/ecosystems/openapi/access-tokens.ts';
import { bytesOf } from '../../../../src/platform/content.ts';
import { NO_SCOPE } from '../../../support/spool.ts';
import type { Content } from '../../../../src/stages.ts';
import type { TokenRequest } from '../../../../src/ecosystems/openapi/access-tokens.ts';
import { call } from '../../../../src/ecosystems/openapi/call.ts';
import { ConnectionFailed } from '../../../../src/platform/http-client.ts';
import type { HttpConnection, HttpMessage, HttpReply } from '../../../../src/platform/http-client.ts';
import { NOW, gateway, hubSettings } from '../../../support/hub-messages.ts';
import { coded } from '../errors.ts';

const patient = new AbortController().signal;
const json = (status: number, body: unknown, headers = {}): HttpReply => ({ status, headers, body: Buffer.from(JSON.stringify(body)) });
const granted = (name: string, seconds: unknown = 300): HttpReply => json(200, { access_token: name, token_type: 'Bearer', expires_in: seconds });

/** A token endpoint that answers from a list, and a clock to turn. */
function endpoint(answers: readonly (HttpReply | Error)[], changes: Partial<TokenRequest> = {}) {
  const asked: HttpMessage<Content>[] = [];
  const clock = { monotonic: 0 };
  const connection: HttpConnection = {
    async send(request) {
      const answer = answers[asked.push(request) - 1];
      await new Promise((turn) => setImmediate(turn));
      if (answer === undefined || answer instanceof Error) throw answer ?? new Error('asked too often');
      return answer;
    },
    close: async () => undefined,
  };
  const tokens = new AccessTokens({ connection, target: '/token', audience: 'https://hub.example/token', clientId: 'causeway', proof: { key: gateway.own }, timeout: 1000, clock: { now: () => NOW, monotonic: () => clock.monotonic }, ...changes });
  return { tokens, asked, clock };
}

suite('asking for a token', () => {
  test('by private_key_jwt: a fresh assertion by our key for the token endpoint', async () => {
    const { tokens, asked } = endpoint([granted('a', 60), granted('b')], { scope: 'register.read' });
    await tokens.get(patient);
    tokens.forget('a');
    await tokens.get(patient);
    const forms = asked.map(({ body }) => new URLSearchParams(Buffer.from(bytesOf(body)).toString()));
    const ids = await Promise.all(forms.map(async (form) => {
      assert.deepEqual([form.get('grant_type'), form.get('scope'), form.get('client_id')], ['client_credentials', 'register.read', 'causeway']);
      assert.equal(form.get('client_assertion_type'), 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer');
      const { payload } = await jwtVerify(form.get('client_assertion') ?? '', createPublicKey(gateway.own.key), { issuer: 'causeway', subject: 'causeway', audience: 'https://hub.example/token', currentDate: new Date(NOW), requiredClaims: ['jti', 'exp'] });
      return payload.jti;
    }));
    assert.notEqual(ids[0], ids[1]);
  });

  test('by secret: form-encoded before it is joined (RFC 6749, section 2.3.1)', async () => {
    const { tokens, asked } = endpoint([granted('a')], { clientId: 'a:b', proof: { secret: 'p%s +' } });
    await tokens.get(patient);
    assert.equal(asked[0]?.headers['authorization'], `Basic ${Buffer.from('a%3Ab:p%25s+%2B').toString('base64')}`);
    assert.ok(!Buffer.from(bytesOf(asked[0]?.body ?? new Uint8Array())).toString().includes('client_assertion'));
  });

  test('once for however many need it', async () => {
    const { tokens, asked } = endpoint([granted('a')]);
    assert.deepEqual(await Promise.all([tokens.get(patient), tokens.get(patient), tokens.get(patient)]), ['a', 'a', 'a']);
    assert.equal(asked.length, 1);
  });

  test('again half a minute before its end, and of a short one after half of its life', async () => {
    const { tokens, clock } = endpoint([granted('long', 300), granted('short', 10), granted('last')]);
    const at = async (ms: number): Promise<string> => ((clock.monotonic = ms), tokens.get(patient));
    assert.deepEqual([await at(0), await at(269_999), await at(270_000), await at(274_999), await at(275_000)], ['long', 'long', 'short', 'short', 'last']);
  });

  test('each time where the server does not say how long it lives', async () => {
    const { tokens } = endpoint([granted('a', null), granted('b', 'soon'), granted('c', -5)]);
    assert.deepEqual([await tokens.get(patient), await tokens.get(patient), await tokens.get(patient)], ['a', 'b', 'c']);
  });

  test('a failure is not kept', async () => {
    const { tokens } = endpoint([json(503, {}), granted('a')]);
    await assert.rejects(tokens.get(patient), coded('service-unreachable', { delivered: 'no' }));
    assert.equal(await tokens.get(patient), 'a');
  });

  test('whoever cannot wait is told so, and the others get it', async () => {
    const { tokens } = endpoint([granted('a')]);
    const hurried = tokens.get(AbortSignal.abort());
    const calm = tokens.get(patient);
    await assert.rejects(hurried, coded('service-unreachable', { delivered: 'no' }));
    assert.equal(await calm, 'a');
  });
});

suite('what the token endpoint may answer', () => {
  const cases: readonly (readonly [title: string, answer: HttpReply | Error, code: 'service-unreachable' | 'service-refused', hint: RegExp])[] = [
    ['nothing', new ConnectionFailed('connect', false, 'x'), 'service-unreachable', /gave no token/],
    ['too many requests', json(429, {}), 'service-unreachable', /gave no token/],
    ['a redirect, which is not followed', { ...json(302, {}), headers: { location: 'https://evil.example' } }, 'service-refused', /302/],
    ['a refusal', json(401, { error: 'invalid_client', error_description: 'secret details' }), 'service-refused', /says invalid_client\.$/],
    ['a refusal with an error of its own', json(400, { error: 'leaky <detail>' }), 'service-refused', /status is 400\.$/],
    ['no JSON', { status: 200, headers: {}, body: Buffer.from('<html>') }, 'service-refused', /no access token/],
    ['a token that would be another header', granted('a\r\nx-api-key: b'), 'service-refused', /no access token/],
    ['another kind of token', json(200, { access_token: 'a', token_type: 'mac', expires_in: 5 }), 'service-refused', /not a bearer token/],
  ];
  for (const [title, answer, code, hint] of cases) {
    test(`${title}: ${code}, nothing was delivered`, async () => {
      await assert.rejects(endpoint([answer]).tokens.get(patient), (error: { code: string; facts: { hint: string; delivered: string } }) => {
        assert.deepEqual([error.code, error.facts.delivered], [code, 'no']);
        assert.match(error.facts.hint, hint);
        return true;
      });
    });
  }
});

suite('calling a service', () => {
  const request: HttpMessage = { method: 'POST', target: '/x', headers: { 'x-request-id': '1' }, body: new Uint8Array() };

  /** A service that answers from a list of statuses. */
  function service(...statuses: readonly number[]) {
    const sent: HttpMessage<Content>[] = [];
    const connection: HttpConnection = { send: async (message) => json(statuses[sent.push(message) - 1] ?? 599, {}), close: async () => undefined };
    return { sent, connection };
  }

  test('a 401 is answered with one new token, and the same request', async () => {
    const { tokens } = endpoint([granted('a'), granted('b')]);
    const { sent, connection } = service(401, 200);
    assert.equal((await call(request, connection, patient, NO_SCOPE, hubSettings({ credentials: { tokens } }))).status, 200);
    assert.deepEqual(sent.map(({ headers }) => headers), ['a', 'b'].map((name) => ({ 'x-request-id': '1', 'authorization': `Bearer ${name}` })));
  });

  test('a second 401 is the answer', async () => {
    const { tokens, asked } = endpoint([granted('a'), granted('b')]);
    const { sent, connection } = service(401, 401);
    assert.equal((await call(request, connection, patient, NO_SCOPE, hubSettings({ credentials: { tokens } }))).status, 401);
    assert.deepEqual([sent.length, asked.length], [2, 2]);
  });

  test('nothing but a 401 is sent again', async () => {
    for (const status of [403, 429, 500, 503]) {
      const { sent, connection } = service(status);
      await call(request, connection, patient, NO_SCOPE, hubSettings({ credentials: { tokens: endpoint([granted('a')]).tokens } }));
      assert.equal(sent.length, 1, String(status));
    }
  });

  test('an API key alone is shown, and its 401 is the answer', async () => {
    const { sent, connection } = service(401);
    assert.equal((await call(request, connection, patient, NO_SCOPE, hubSettings({ credentials: { apiKey: 'k' } }))).status, 401);
    assert.deepEqual(sent.map(({ headers }) => headers['x-api-key']), ['k']);
  });
});
