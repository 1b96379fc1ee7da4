/**
 * The dialects of UXP on both sides of the stand-in of its security server: one connection sends what the gateway sends towards home, the service behind it
 * reads what a gateway reads as a provider, and answers as a gateway answers.
 */
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { after, test } from 'node:test';
import { createAuthority, issue } from '../../../src/crypto/pki.ts';
import { bytesOf } from '../../../src/platform/content.ts';
import { NO_SCOPE } from '../../support/spool.ts';
import type { Dialect, DomesticCall } from '../../../src/ecosystems/ecosystem.ts';
import { uxpRest } from '../../../src/ecosystems/uxp-rest/dialect.ts';
import { uxpSoap } from '../../../src/ecosystems/uxp-soap/dialect.ts';
import { CausewayError } from '../../../src/errors.ts';
import type { HomeService } from '../../../src/mapping/mappings.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { connect } from '../../../src/platform/http-client.ts';
import { DEFAULT_XML_LIMITS } from '../../../src/platform/limits.ts';
import { spkiPin } from '../../../src/platform/spki.ts';
import { Faults, SECURITY_SERVER } from '../../../src/sandbox/faults.ts';
import { Registry } from '../../../src/sandbox/security-server/access.ts';
import { MessageLog } from '../../../src/sandbox/security-server/log.ts';
import { Platform } from '../../../src/sandbox/security-server/platform.ts';
import { SignedMessages } from '../../../src/sandbox/signing/archive.ts';
import { Notary } from '../../../src/sandbox/signing/notary.ts';
import { Upstream } from '../../../src/sandbox/security-server/upstream.ts';
import { startUxpServer } from '../../../src/sandbox/security-server/uxp.ts';
import { listen } from '../../../src/sandbox/wire.ts';
import type { Incoming } from '../../../src/sandbox/wire.ts';
import type { DomesticRequest, Payload } from '../../../src/stages.ts';
import { element } from '../../../src/xml/element.ts';
import { coded } from '../ecosystems/errors.ts';
import { mapped } from '../ecosystems/mapped.ts';

const settings = { faultSpelling: 'camel', maxAnswerBytes: 1_000_000 } as const;
const [rest, soap] = [uxpRest(settings), uxpSoap(settings)];
const policy = { form: 'security-server', connection: 'CN=ss' } as const;

const clock = systemClock();
const validity = { notBefore: clock.now() - 60_000, notAfter: clock.now() + 3_600_000 };
const authority = createAuthority({ ...validity, subject: [['CN', 'UXP test CA']], algorithm: 'P-256' });
const identity = (name: string) => issue(authority, { ...validity, use: 'tls', names: ['127.0.0.1'], subject: [['CN', name]], algorithm: 'P-256' });
const [server, asker, provider] = [identity('server'), identity('asker'), identity('provider')];
const x509 = (one: { readonly certificate: string }) => new X509Certificate(one.certificate);

const member = { instance: 'SEVDEIR-TEST', memberClass: 'GOV', memberCode: '00000002' };
const client = { ...member, memberCode: '00000001', subsystem: 'SUB_1' };
const home = (dialect: string, service: string, operation: HomeService['operation']): HomeService => ({ dialect, service: { ...member, subsystem: 'SUB_2', service, version: '1' }, operation });
const person = home('uxp-rest', 'person', { method: 'GET', template: '/person/{code}' });
const list = home('uxp-soap', 'getPersonaList', { name: 'getPersonaList' });
const closed = home('uxp-rest', 'closed', { method: 'GET', template: '/' });

const call = (of: HomeService): DomesticCall => ({ home: of, client, context: { messageId: '7ef7045f-d886-4b32-8142-a40958a3ae8e', userId: 'officer-7', purposes: ['9K9J65'] } });
const clientId = 'SEVDEIR-TEST/GOV/00000001/SUB_1';
const providerId = 'SEVDEIR-TEST/GOV/00000002/SUB_2';

/** What the service behind the server got last, as a gateway reads it. */
let got: DomesticRequest | undefined;
let answers: 'well' | 'with a refusal' = 'well';
const listener = await listen({ port: 0, identity: provider, authority: authority.certificate, maxBytes: 1_000_000, handler: serve });

async function serve({ message }: Incoming) {
  const dialect: Dialect = message.method === 'POST' ? soap : rest;
  const received = dialect.parseRequest({ ...message, target: message.target.slice('/service'.length) }, [person, list], DEFAULT_XML_LIMITS);
  got = (await dialect.verifyRequest(received, policy, clock.now(), DEFAULT_XML_LIMITS)).message;
  if (answers === 'with a refusal') return dialect.renderFault(new CausewayError('not-allowed', 'x'), { exchange: 'xid', country: 'UA', request: got });
  const payload: Payload = dialect === soap ? { form: 'xml', element: element('urn:p', 'getPersonaListResponse', ['Арсен']) } : { form: 'json', body: { name: 'Арсен' }, path: {}, query: {} };
  return dialect.renderResponse(mapped(payload), got, policy, clock.now());
}

const faults = new Faults();
const upstream = new Upstream(server, new Map([[providerId, [spkiPin(x509(provider).publicKey)]]]), 5000);
const offered = (service: string, protocol: 'soap' | 'rest', allowed: readonly string[]) => ({ id: `${providerId}/${service}/1`, protocol, provider: providerId, url: () => `${listener.url}/service`, allowed: new Set(allowed) });
const registry = new Registry(new Map([[clientId, new Set([x509(asker).fingerprint256])]]), [offered('person', 'rest', [clientId]), offered('getPersonaList', 'soap', [clientId]), offered('closed', 'rest', [])]);
const platform = new Platform({ instance: 'SEVDEIR-TEST', registry, faults, log: new MessageLog(), upstream, clock, notary: new Notary({ signingAuthority: authority, timeStamping: { signer: authority }, sealing: new Map() }, clock), messages: new SignedMessages() });
const uxp = await startUxpServer({ platform, identity: server, authority: authority.certificate, port: 0, spelling: 'before-7.8', requestHash: 'gost34311' });
const connection = connect({ origin: uxp.url, tls: { key: asker.key, cert: asker.certificate, pins: [spkiPin(x509(server).publicKey)] }, connections: 2 });
after(async () => {
  await connection.close();
  await uxp.close();
  await upstream.close();
  await listener.close();
});

/** There and back, as the gateway does it towards home. */
async function ask(dialect: Dialect, of: HomeService, payload: Payload) {
  const request = await dialect.renderRequest(mapped(payload), call(of), policy, clock.now());
  const came = await dialect.call(request, connection, AbortSignal.timeout(5000), NO_SCOPE);
  const reply = { ...came, body: bytesOf(came.body) };
  return { reply, message: dialect.parseResponse(reply, call(of), request, DEFAULT_XML_LIMITS).message };
}

const ARSEN: Payload = { form: 'json', body: undefined, path: { code: '19320303-80660' }, query: { full: 'true' } };
const ALL: Payload = { form: 'xml', element: element('urn:p', 'getPersonaListRequest') };

test('a REST request reaches the service with who asks, for what and why, and its answer comes back', async () => {
  const { message } = await ask(rest, person, ARSEN);
  assert.deepEqual(message.payload, { form: 'json', body: { name: 'Арсен' }, path: {}, query: {} });
  assert.deepEqual([got?.client, got?.service, got?.context, got?.payload], [client, person.service, call(person).context, ARSEN]);
});

test('a SOAP request does, and its answer carries the hash of Trembita 1.x', async () => {
  const { reply, message } = await ask(soap, list, ALL);
  assert.ok(message.payload.form === 'xml' && message.payload.element.name === 'getPersonaListResponse');
  assert.match(Buffer.from(reply.body).toString(), /algorithmId="http:\/\/www\.w3\.org\/2001\/04\/xmldsig-more#gost34311"/);
  assert.deepEqual([got?.client, got?.service], [client, list.service]);
});

test('a SOAP answer to another request is refused, and a REST answer under another id', async () => {
  faults.set(SECURITY_SERVER, { kind: 'wrong-request-hash' });
  await assert.rejects(() => ask(soap, list, ALL), coded('service-answer-invalid'));
  faults.set(SECURITY_SERVER, { kind: 'wrong-id' });
  await assert.rejects(() => ask(rest, person, ARSEN), coded('service-answer-invalid', { field: 'Uxp-QueryID' }));
  faults.clear();
  await ask(rest, person, ARSEN);
});

test('what the platform does not allow never reaches the service', async () => {
  await assert.rejects(() => ask(rest, closed, { ...ARSEN, path: {} }), coded('service-refused', { hint: "X-Road's code is Server.ServerProxy.AccessDenied.", delivered: 'no' }));
});

test('a refusal of the gateway that stands behind the server tells its code in the headers of UXP', async () => {
  answers = 'with a refusal';
  const request = await rest.renderRequest(mapped(ARSEN), call(person), policy, clock.now());
  const { status, headers } = await rest.call(request, connection, AbortSignal.timeout(5000), NO_SCOPE);
  assert.deepEqual([status, headers['uxp-faultcode']], [403, 'Server.Gateway.NotAllowed']);
  answers = 'well';
});

test('message and user id may come as query parameters, a version as undefined', async () => {
  const bare = { 'uxp-client': clientId, 'uxp-service': `${providerId}/person/undefined`, 'purpose-id': 'undefined' };
  const reply = await connection.send({ method: 'GET', target: '/restapi/person/1?queryId=q-1&userId=u-1&full=true', headers: bare, body: new Uint8Array() }, { signal: AbortSignal.timeout(5000), maxBytes: 1000 });
  assert.equal(reply.status, 200);
  assert.deepEqual([got?.context, got?.payload], [{ messageId: 'q-1', userId: 'u-1' }, { form: 'json', body: undefined, path: { code: '1' }, query: { full: 'true' } }]);
});
