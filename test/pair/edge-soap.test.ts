/** Estonia's gateway as an edge, Finland's behind its security server: SOAP from an agency straight to the gateway, and from abroad straight to the registers. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createAuthority } from '../../src/crypto/pki.ts';
import type { HttpMessage } from '../../src/platform/http-client.ts';
import { Bank } from '../../src/sandbox/countries/ee/bank.ts';
import type { SoapAnswer } from '../../src/sandbox/desk.ts';
import { EXAMPLES } from '../../src/sandbox/scenarios.ts';
import { headerOf } from '../../src/sandbox/soap/message.ts';
import { text } from '../../src/xml/element.ts';
import { pairWithEdge } from '../support/edge.ts';

const { pair, edge } = pairWithEdge('EE', ['EE/GOV/70000349/emta/xteePalgaandmed/v1', 'EE/GOV/70008440/rr/RR456/v1'], [[['home', 'faultCodes'], 'old']]);

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
