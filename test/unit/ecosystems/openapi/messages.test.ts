/** Messages of an API: read, proven, written; faults as problems. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { openapi } from '../../../../src/ecosystems/openapi/dialect.ts';
import { PROBLEMS, renderFault } from '../../../../src/ecosystems/openapi/faults.ts';
import { CODES, CausewayError } from '../../../../src/errors.ts';
import type { ErrorCode } from '../../../../src/errors.ts';
import type { HttpReply } from '../../../../src/platform/http-client.ts';
import { DEFAULT_XML_LIMITS } from '../../../../src/platform/limits.ts';
import { API_KEY, ASKED, CALL, FOREIGN, NOW, gateway, hubSettings, makeSigner, prove, proveAnswer, question, signHttp, signJws, signedAnswer, signedBy } from '../../../support/hub-messages.ts';
import { verifyHttpSignature } from '../../../../src/crypto/http-signature.ts';
import { mapped } from '../mapped.ts';
import { coded } from '../errors.ts';

const dialect = openapi(hubSettings());
const ASSERTED = { form: 'api-client' } as const;

suite('a request', () => {
  test('is read with its member, context, path, query and body', async () => {
    const { message, proof } = await prove(question({ headers: { 'x-issue': 'case 7', 'x-represented-party': 'COM/12%2F3' } }), ASSERTED);
    assert.deepEqual(message, {
      kind: 'request',
      dialect: 'openapi',
      client: { instance: 'MY', memberClass: 'GOV', memberCode: 'JDN', subsystem: 'portal' },
      service: FOREIGN.service,
      context: { messageId: 'portal-0001', userId: 'officer-7', issue: 'case 7', representedParty: { partyClass: 'COM', partyCode: '12/3' } },
      operation: FOREIGN.operation,
      payload: { form: 'json', body: { number: '0112038-9' }, path: { register: 'trade' }, query: { lang: 'en' } },
    });
    assert.deepEqual(proof, { form: 'api-client', result: 'asserted', policy: 'api-key', verifiedAt: NOW });
  });

  test('keeps no credential for evidence', async () => {
    const { original, bytes } = await prove(question(), ASSERTED);
    for (const kept of [original, bytes]) assert.ok(!Buffer.from(kept).includes(API_KEY));
  });

  test('is the same message under a new signature, and another one with another body', async () => {
    const one = await prove(signHttp(question()), signedBy('http-signature'));
    const again = await prove(signHttp(question(), { created: NOW + 1000 }), signedBy('http-signature'));
    assert.deepEqual(Buffer.from(again.bytes), Buffer.from(one.bytes));
    assert.notDeepEqual(Buffer.from((await prove(signHttp(question({ body: '{}' })), signedBy('http-signature'))).bytes), Buffer.from(one.bytes));
  });

  for (const [form, sign] of [['http-signature', signHttp], ['jws-detached', signJws]] as const) {
    test(`is verified under ${form}, by the key that gateway.yaml has for the client`, async () => {
      const { proof, message } = await prove(await sign(question()), signedBy(form));
      assert.deepEqual([proof.form, proof.result, proof.issuer, message.context.userId], [form, 'verified', 'portal-2026', 'officer-7']);
    });
    for (const kind of ['ed25519', 'rsa'] as const) {
      test(`is verified under ${form} by a key of kind ${kind}`, async () => {
        const signer = makeSigner('other', kind);
        const settings = hubSettings({ clients: hubSettings().clients.map((client, index) => (index === 0 ? { ...client, keys: [signer.registered] } : client)) });
        assert.equal((await prove(await sign(question(), { signer }), signedBy(form), settings)).proof.issuer, 'other');
      });
    }
  }

  const WRONG: readonly (readonly [title: string, message: ReturnType<typeof question>, code: ErrorCode])[] = [
    ['without a message id', { ...question(), headers: Object.fromEntries(Object.entries(question().headers).filter(([name]) => name !== 'x-request-id')) }, 'malformed'],
    ['with two message ids', question({ headers: { 'x-request-id': 'a, b' } }), 'malformed'],
    ['with bytes above ASCII in a header', question({ headers: { 'x-user-id': 'M\u00fcller' } }), 'malformed'],
    ['with a header that is too long', question({ headers: { 'x-issue': 'x'.repeat(256) } }), 'too-large'],
    ['of another path', question({ target: '/other' }), 'unknown-service'],
    ['with a body that is no JSON', question({ body: '<a/>' }), 'malformed'],
    ['of another type', question({ headers: { 'content-type': 'text/plain' } }), 'malformed'],
  ];
  for (const [title, message, code] of WRONG) test(`${title} is refused`, () => assert.throws(() => dialect.parseRequest(message, [FOREIGN], DEFAULT_XML_LIMITS), coded(code)));
});

suite('a request to a service', () => {
  const document = { form: 'json', body: { a: 1 }, path: { id: 'a&b c' }, query: { lang: 'en' } } as const;

  test('names who asks for whom, and has no credential', async () => {
    const request = await dialect.renderRequest(mapped(document), CALL, ASSERTED, NOW);
    assert.deepEqual([request.method, request.target], ['POST', '/companies/a%26b%20c?lang=en']);
    assert.deepEqual(request.headers, { 'x-request-id': 'xid-1', 'x-client-member': 'MY/GOV/GATEWAY/FI-GOV-1-vero', 'x-user-id': 'FI-officer', 'x-represented-party': 'GOV/FI-1', 'accept': 'application/json', 'content-type': 'application/json' });
  });

  test('is signed over all of it, for the URL of the service', async () => {
    const request = await dialect.renderRequest(mapped(document), CALL, signedBy('http-signature', { tag: 'hub' }), NOW);
    const message = { method: request.method, origin: 'https://api.ssm.example', target: `/registry/v1${request.target}`, headers: request.headers };
    const covered = verifyHttpSignature(message, { keyOf: () => gateway.registered, components: [], tag: 'hub', nonce: true, maxAge: 0, maxAhead: 0 }, NOW);
    assert.deepEqual([...covered.components].sort(), ['@method', '@target-uri', 'accept', 'content-digest', 'content-type', 'x-client-member', 'x-represented-party', 'x-request-id', 'x-user-id']);
  });

  test('to a service that home.services does not have is refused', async () => {
    await assert.rejects(openapi(hubSettings({ providers: new Map() })).renderRequest(mapped(document), CALL, ASSERTED, NOW), coded('config-invalid'));
  });
});

suite('an answer of a service', () => {
  const answer = (changes: Partial<HttpReply>): HttpReply => ({ status: 200, headers: { 'content-type': 'application/json' }, body: Buffer.from('{"name":"Kedai"}'), ...changes });

  test('is read; under a signature, from what it covers', async () => {
    assert.deepEqual((await proveAnswer(answer({}), ASSERTED)).proof, { form: 'api-client', result: 'asserted', policy: 'pinned-provider', verifiedAt: NOW, issuer: 'api.ssm.example' });
    const { message, proof } = await proveAnswer(signedAnswer(), signedBy('http-signature'));
    assert.deepEqual([message.payload, proof.result, proof.issuer], [{ form: 'json', body: { name: 'Kedai' }, path: {}, query: {} }, 'verified', 'ssm-2026']);
  });

  const WRONG: readonly (readonly [title: string, reply: HttpReply, code: ErrorCode, delivered: 'no' | 'unknown' | 'yes'])[] = [
    ['401: the hub does not take our credentials', answer({ status: 401 }), 'service-refused', 'no'],
    ['403', answer({ status: 403 }), 'service-refused', 'unknown'],
    ['429', answer({ status: 429 }), 'service-refused', 'no'],
    ['404: what it means is not known here', answer({ status: 404 }), 'service-fault', 'yes'],
    ['500', answer({ status: 500 }), 'service-fault', 'yes'],
    ['504: the hub gave up', answer({ status: 504 }), 'service-fault', 'unknown'],
    ['302: redirects are not followed', answer({ status: 302 }), 'service-answer-invalid', 'yes'],
    ['the message id of another question', answer({ headers: { 'content-type': 'application/json', 'x-request-id': 'xid-2' } }), 'service-answer-invalid', 'yes'],
    ['no JSON', answer({ body: Buffer.from('<a/>') }), 'service-answer-invalid', 'yes'],
  ];
  for (const [title, reply, code, delivered] of WRONG) test(`${title}: ${code}`, () => assert.throws(() => dialect.parseResponse(reply, CALL, ASKED, DEFAULT_XML_LIMITS), coded(code, { delivered })));
});

suite('a refusal', () => {
  const facts = { exchange: '01890a5d-ac96-774b-bcce-b302099a8057', country: 'MY' };

  test('is a problem with the exchange, the side that refused, and what to do', () => {
    const { status, headers, body } = renderFault(new CausewayError('peer-refused', 'private', { facts: { hint: 'Told.', peerCode: 'malformed', country: 'FI', delivered: 'no' } }), facts);
    assert.deepEqual([status, headers], [502, { 'content-type': 'application/problem+json', 'causeway-error': 'peer-refused' }]);
    assert.deepEqual(JSON.parse(Buffer.from(body).toString()), {
      type: 'urn:causeway:error:peer-refused', title: CODES['peer-refused'].text, status: 502, detail: 'Told.', instance: `urn:uuid:${facts.exchange}`,
      code: 'peer-refused', exchange: facts.exchange, country: 'FI', fault: 'peer', retry: 'ask-operator', peerCode: 'malformed', delivered: 'no',
    });
  });

  test('of a service abroad is shown as one here would have said it: REST by its status and body, SOAP as a problem', () => {
    const fault = new CausewayError('service-fault', 'x');
    const rest = renderFault(fault, { ...facts, said: { text: '', status: 422, detail: { type: 'application/json', content: '{"why":"a"}' } } });
    assert.deepEqual([rest.status, Buffer.from(rest.body).toString(), rest.headers['causeway-exchange']], [422, '{"why":"a"}', facts.exchange]);
    const soap = renderFault(fault, { ...facts, said: { code: 'Server', text: 'Andmebaas ei vasta' } });
    assert.deepEqual([soap.status, soap.headers['content-type'], JSON.parse(Buffer.from(soap.body).toString())], [500, 'application/problem+json', { title: 'Andmebaas ei vasta', status: 500, faultcode: 'Server' }]);
  });

  test('says when to come back: at the time that is known, else after the seconds of the table', () => {
    assert.equal(renderFault(new CausewayError('suspended', 'x', { facts: { until: '2026-06-01T12:00:00Z' } }), facts).headers['retry-after'], 'Mon, 01 Jun 2026 12:00:00 GMT');
    assert.equal(renderFault(new CausewayError('overloaded', 'x'), facts).headers['retry-after'], '5');
    assert.equal(renderFault(new CausewayError('malformed', 'x'), facts).headers['retry-after'], undefined);
  });

  test('that may pass later always says when, and no other does', () => {
    for (const [code, row] of Object.entries(PROBLEMS)) assert.equal('retryAfter' in row, CODES[code as ErrorCode].retry === 'later', code);
  });

  test('401 asks for a token', () => {
    for (const code of Object.keys(PROBLEMS) as ErrorCode[]) assert.equal(renderFault(new CausewayError(code, 'x'), facts).headers['www-authenticate'], PROBLEMS[code].status === 401 ? 'Bearer' : undefined, code);
  });
});
