/** Estonia's gateway as an edge, Finland's behind its security server: SOAP from an agency straight to the gateway, and from abroad straight to the registers. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createAuthority } from '../../src/crypto/pki.ts';
import type { HttpMessage } from '../../src/platform/http-client.ts';
import { Bank } from '../../src/sandbox/countries/ee/bank.ts';
import { soapRequest } from '../../src/sandbox/desk.ts';
import type { SoapAnswer } from '../../src/sandbox/desk.ts';
import { EXAMPLES } from '../../src/sandbox/scenarios.ts';
import { XROAD_NS, envelope, headerElements, headerOf, identifierText, renderMessage } from '../../src/sandbox/soap/message.ts';
import type { XmlElement } from '../../src/stages.ts';
import { element, elements, text } from '../../src/xml/element.ts';
import { pairWithEdge } from '../support/edge.ts';

const { pair, edge } = pairWithEdge('EE', { exported: ['EE/GOV/70000349/emta/xteePalgaandmed/v1', 'EE/GOV/70008440/rr/RR456/v1'], members: ['rr'], more: [[['home', 'faultCodes'], 'old']] });

suite('an agency at the edge', () => {
  test('gets the foreign answer with its own headers and the hash of its own request, as from its security server', async () => {
    const answer = await new Bank(edge.desk('pank'), edge.foreign).ask({ registryCode: EXAMPLES.company }, { id: 'edge-1' });
    assert.deepEqual([answer.fault, answer.found, answer.companies?.[0]?.['evnimi']], [undefined, 1, 'Kuusiniemi Konepaja Oy']);
    assert.equal(answer.requestHash, 'matches');
    assert.ok(answer.message);
    assert.equal(text(headerOf(answer.message, 'id')!), 'edge-1');
  });

  test('gets the same answer again under the same message id', async () => {
    const bank = new Bank(edge.desk('pank'), edge.foreign);
    const request = bank.prepare({ registryCode: EXAMPLES.company }, { id: 'edge-again' });
    const [first, second] = [await bank.send('edge-again', request), await bank.send('edge-again', request)];
    assert.deepEqual([second.requestHash, Buffer.from(second.reply.body).equals(Buffer.from(first.reply.body))], ['matches', true]);
  });

  test('is proven by the edge itself, and the statement claims no more', async () => {
    const { proof } = pair.facts('EE', 'outbound.translated').at(-1) as { proof: Record<string, unknown> };
    assert.deepEqual([proof['form'], proof['result'], proof['policy']], ['security-server', 'asserted', 'edge']);
    assert.match(String(proof['issuer']), /Rannikupank AS/);
  });
});

suite('what an edge tells about its services', () => {
  const CLIENT = 'EE/COM/10137319/pank';
  const PROVIDER = 'EE/GOV/70006317/FI-prh';
  const ask = async (service: string, body: XmlElement, client = CLIENT): Promise<SoapAnswer> => {
    const header = headerElements({ client, service, id: crypto.randomUUID() });
    return edge.desk('pank').sendSoap('x', soapRequest(renderMessage(envelope(header, [body]), {})));
  };
  const get = async (target: string, accept = '*/*') => {
    const { reply } = await edge.desk('pank').sendRest('x', { method: 'GET', target, headers: { accept }, body: Buffer.alloc(0) });
    return { status: reply.status, type: reply.headers['content-type'], body: Buffer.from(reply.body).toString() };
  };
  const codes = ({ message }: SoapAnswer) => elements(message!.body[0]!).map(identifierText);

  test('listMethods: the services of the provider, with the hash of the request', async () => {
    const answer = await ask(`${PROVIDER}/listMethods`, element(XROAD_NS, 'listMethods'));
    assert.deepEqual([answer.fault, answer.message?.body[0]?.name, codes(answer), answer.requestHash], [undefined, 'listMethodsResponse', [`${PROVIDER}/lihtandmed_v2/v1`], 'matches']);
  });

  test('allowedMethods: those that a link grants to the asker', async () => {
    assert.deepEqual(codes(await ask(`${PROVIDER}/allowedMethods`, element(XROAD_NS, 'allowedMethods'))), [`${PROVIDER}/lihtandmed_v2/v1`]);
    const other = await edge.desk('rr').sendSoap('x', soapRequest(renderMessage(envelope(headerElements({ client: 'EE/GOV/70008440/rr', service: `${PROVIDER}/allowedMethods`, id: crypto.randomUUID() }), [element(XROAD_NS, 'allowedMethods')]), {})));
    assert.deepEqual(codes(other), []);
  });

  test('getWsdl: the answer first, the description as its attachment', async () => {
    const { reply } = await ask(`${PROVIDER}/getWsdl`, element(XROAD_NS, 'getWsdl', [element(XROAD_NS, 'serviceCode', ['lihtandmed_v2']), element(XROAD_NS, 'serviceVersion', ['v1'])]));
    const [, boundary = ''] = /boundary=(\S+)$/.exec(String(reply.headers['content-type'])) ?? [];
    const [, first = '', second = '', rest] = Buffer.from(reply.body).toString().split(`--${boundary}`);
    assert.match(first, /^\r\nContent-Type: text\/xml; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n<\?xml[^]*getWsdlResponse[^]*requestHash|^\r\n[^]*requestHash[^]*getWsdlResponse/);
    assert.match(second, /Content-Type: text\/xml[^]*<wsdl:definitions/);
    assert.equal(rest, '--\r\n');
  });

  test('a service that is not there has no description', async () => {
    const { fault } = await ask(`${PROVIDER}/getWsdl`, element(XROAD_NS, 'getWsdl', [element(XROAD_NS, 'serviceCode', ['pension'])]));
    assert.equal(fault?.code, 'Server.ServerProxy.UnknownService');
  });

  test('/wsdl: both X-Road namespaces on definitions, headers in the order of their schema, the version where a security server reads it', async () => {
    const { status, type, body } = await get('/wsdl?xRoadInstance=EE&memberClass=GOV&memberCode=70006317&subsystemCode=FI-prh&serviceCode=lihtandmed_v2&version=v1');
    assert.deepEqual([status, type], [200, 'text/xml; charset=utf-8']);
    const [definitions = ''] = /<wsdl:definitions[^>]*>/.exec(body) ?? [];
    for (const ns of ['http://x-road.eu/xsd/xroad.xsd', 'http://x-road.eu/xsd/identifiers']) assert.ok(definitions.includes(`"${ns}"`), definitions);
    assert.deepEqual([...body.matchAll(/<wsdl:part element="xrd:(\w+)"/g)].map(([, name]) => name), ['client', 'service', 'userId', 'id', 'issue', 'protocolVersion']);
    assert.match(body, /<xrd:version>v1<\/xrd:version>/);
    assert.match(body, /<soap:address location="http:\/\/example\.org\/xroad-endpoint">/);
    assert.equal((await get('/wsdl?xRoadInstance=EE')).status, 500);
  });

  test('/listClients: who is registered here, XML or JSON; nobody of another instance', async () => {
    assert.match((await get('/listClients')).body, /<xroad:clientList[^]*<id:subsystemCode>pank</);
    const { member } = JSON.parse((await get('/listClients?xRoadInstance=EE', 'application/json')).body) as { member: { id: Record<string, string> }[] };
    assert.ok(member.some(({ id }) => id['object_type'] === 'SUBSYSTEM' && id['member_code'] === '70006317' && id['subsystem_code'] === 'FI-prh'));
    assert.ok(member.some(({ id }) => id['object_type'] === 'MEMBER' && id['member_code'] === '70006317'));
    assert.deepEqual(JSON.parse((await get('/listClients?xRoadInstance=FI', 'application/json')).body), { member: [] });
    assert.match((await get('/listSecurityServerClients', 'application/json')).body, /<xroad:clientList/);
  });

  test('the health of the server: asked by a member without subsystem and without a user, as monitors do', async () => {
    const header = headerElements({ client: 'EE/GOV/70008440', service: 'EE/GOV/70006317/getSecurityServerHealthData', id: 'probe-check' });
    assert.ok(!header.some(({ name }) => name === 'userId'));
    const request = Buffer.from(renderMessage(envelope(header, [element('http://x-road.eu/xsd/op-monitoring.xsd', 'getSecurityServerHealthData')]), {})).toString();
    const asMember = request.replace('SUBSYSTEM', 'MEMBER').replace('>70006317</id:memberCode><id:subsystemCode>getSecurityServerHealthData</id:subsystemCode>', '>70006317</id:memberCode><id:serviceCode>getSecurityServerHealthData</id:serviceCode>');
    const answer = await edge.desk('rr').sendSoap('x', soapRequest(Buffer.from(asMember)));
    assert.equal(answer.message?.body[0]?.name, 'getSecurityServerHealthDataResponse', Buffer.from(answer.reply.body).toString());
  });
});

suite('a request from abroad', () => {
  test('is handed to the register itself, and its answer crosses', async () => {
    const answer = await pair.agencies.tax.ask({ personId: EXAMPLES.person, from: '2025-01', to: '2025-12' });
    assert.deepEqual([answer.platformError, answer.status, answer.incomes?.length], [undefined, 'FOUND', 16]);
    assert.equal(pair.countries.EE.log.size, 0, 'the stand-in of the security server must see nothing of it');
  });

  test('that is signed by the member is handed over signed, and the signed answer of the register is verified', async () => {
    const answer = await pair.agencies.municipality.ask({ personCode: EXAMPLES.person });
    assert.deepEqual([answer.fault, answer.record?.familyName, answer.signature], [undefined, 'Sõrmus', 'valid']);
    const { proof } = pair.facts('EE', 'inbound.answer-translated').at(-1) as { proof: Record<string, unknown> };
    assert.equal(proof['result'], 'verified');
  });
});

suite('a refusal at the edge has the code of X-Road itself', () => {
  const ask = (change: (request: HttpMessage) => HttpMessage, identity: Parameters<typeof edge.desk>[0] = 'pank'): Promise<SoapAnswer> => {
    const desk = edge.desk(identity);
    return desk.sendSoap('x', change(new Bank(desk, edge.foreign).prepare({ registryCode: EXAMPLES.company }, { id: crypto.randomUUID() })));
  };
  const edited = (edit: (xml: string) => string) => (request: HttpMessage): HttpMessage => ({ ...request, body: Buffer.from(edit(Buffer.from(request.body).toString())) });
  const replaced = (from: string | RegExp, to: string) => edited((xml) => {
    const changed = xml.replace(from, to);
    assert.notEqual(changed, xml, `the request holds no ${String(from)}`);
    return changed;
  });
  const ID = /<(\w+:)id(?: [^>]*)?>[^<]*<\/\1id>/;
  const stranger = () => {
    const made = createAuthority({ subject: [['CN', 'pank']], algorithm: 'P-256', notBefore: Date.now() - 1000, notAfter: Date.now() + 3_600_000 });
    return { key: made.key, certificate: made.certificate };
  };
  const CODES: readonly [string, string, (request: HttpMessage) => HttpMessage, string?][] = [
    ['a certificate that may speak for another client', 'Server.ClientProxy.SslAuthenticationFailed', (request) => request, 'rr'],
    ['a client that is not registered', 'Server.ClientProxy.UnknownMember', replaced('>pank<', '>laenud<')],
    ['a member in the place of its subsystem', 'Server.ClientProxy.UnknownMember', edited((xml) => xml.replace('SUBSYSTEM', 'MEMBER').replace(/<([\w]+:)subsystemCode>pank<\/\1subsystemCode>/, ''))],
    ['a service that its provider does not offer', 'Server.ServerProxy.UnknownService', edited((xml) => xml.replaceAll('lihtandmed_v2', 'lihtandmed_v9'))],
    ['a provider that offers nothing', 'Server.ClientProxy.UnknownMember', replaced('>FI-prh<', '>FI-vero<')],
    ['a method other than POST', 'Client.InvalidHttpMethod', (request) => ({ ...request, method: 'PUT' })],
    ['a document type', 'Client.InvalidSoap', replaced(/^(<\?xml[^>]*\?>)?/, '$1<!DOCTYPE x [<!ENTITY e "x">]>')],
    ['what is no XML', 'Client.InvalidSoap', edited(() => '{}')],
    ['another content type', 'Client.InvalidContentType', (request) => ({ ...request, headers: { ...request.headers, 'content-type': 'application/soap+xml' } })],
    ['a missing header', 'Client.MissingHeaderField', replaced(ID, '')],
    ['a header that stands twice', 'Client.DuplicateHeaderField', replaced(ID, '$&$&')],
    ['another version of the protocol', 'Client.InvalidProtocolVersion', replaced('>4.0<', '>3.1<')],
    ['a body that is not of the service', 'Client.InconsistentHeaders', replaced(/>lihtandmed_v2</, '>esindus_v1<')],
    ['an empty body', 'Client.MissingBody', replaced(/(<[\w-]+:Body>).*(<\/[\w-]+:Body>)/s, '$1$2')],
    ['no headers at all', 'Client.MissingHeader', replaced(/<[\w-]+:Header>.*<\/[\w-]+:Header>/s, '')],
  ];
  for (const [title, code, change, system] of CODES) {
    test(`${title}: ${code}`, async () => {
      const { reply, fault, message } = await ask(change, system);
      assert.deepEqual([reply.status, fault?.code], [500, code], Buffer.from(reply.body).toString());
      assert.match(String(fault?.detail), /^[0-9a-f-]{36}$/, 'the exchange id is the whole detail');
      assert.equal(message?.header.length, 0);
      assert.match(String(reply.headers['causeway-error']), /^[a-z-]+$/);
    });
  }

  test('a certificate that nobody registered: before its body is read', async () => {
    const { fault, reply } = await ask((request) => request, stranger());
    assert.deepEqual([fault?.code, reply.headers['causeway-error']], ['Server.ClientProxy.SslAuthenticationFailed', 'connection-untrusted']);
  });

  test('a client to which the link grants nothing: AccessDenied, and the local log has it', async () => {
    const refused = () => pair.entries('EE').filter(({ log, code }) => log === 'local' && code === 'not-allowed').length;
    const before = refused();
    const { fault } = await ask(edited((xml) => xml.replace(/>COM</, '>GOV<').replace('>10137319<', '>70008440<').replace('>pank<', '>rr<')), 'rr');
    assert.equal(fault?.code, 'Server.ServerProxy.AccessDenied');
    assert.equal(refused(), before + 1);
  });

  test('what the register itself refuses reaches the asker abroad as the service\'s fault', async () => {
    pair.countries.EE.faults.set('EE/GOV/70000349/emta/xteePalgaandmed/v1', { kind: 'garbage' });
    try {
      const answer = await pair.agencies.tax.ask({ personId: EXAMPLES.person, from: '2025-01', to: '2025-02' });
      assert.equal((answer.json as { code: string }).code, 'service-answer-invalid');
    } finally {
      pair.countries.EE.faults.clear();
    }
  });
});
