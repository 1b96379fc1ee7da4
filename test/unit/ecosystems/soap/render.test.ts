import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { renderRequest, renderResponse } from '../../../../src/ecosystems/soap/render.ts';
import type { ProofPolicy } from '../../../../src/ecosystems/proof-policy.ts';
import { DEFAULT_XML_LIMITS } from '../../../../src/platform/limits.ts';
import { element } from '../../../../src/xml/element.ts';
import { coded } from '../errors.ts';
import { mapped } from '../mapped.ts';
import { HEADERS, RESPONSE_BODY, answered, call, client, context, envelope, home, parseRequest, parseResponse, service, REQUEST_BODY } from './samples.ts';

const policy: ProofPolicy = { form: 'security-server', connection: 'CN=ss1' };
const NS = 'http://arireg.x-road.eu/producer/';
const payload = mapped({ form: 'xml', element: element(NS, 'lihtandmed_v2', [element(NS, 'keha', ['Õ & <'])]) });

test('a request is written with its headers in the order of the schema', async () => {
  const http = await renderRequest(payload, call, policy, 0);
  assert.deepEqual([http.method, http.target, http.headers], ['POST', '/', { 'content-type': 'text/xml; charset=utf-8', 'soapaction': '""' }]);
  assert.equal(
    http.body.toString(),
    [
      '<?xml version="1.0" encoding="UTF-8"?>\n<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/"><SOAP-ENV:Header>',
      '<xrd:client xmlns:id="http://x-road.eu/xsd/identifiers" xmlns:xrd="http://x-road.eu/xsd/xroad.xsd" id:objectType="SUBSYSTEM"><id:xRoadInstance>EE</id:xRoadInstance><id:memberClass>COM</id:memberClass><id:memberCode>10137319</id:memberCode><id:subsystemCode>pank</id:subsystemCode></xrd:client>',
      '<xrd:service xmlns:id="http://x-road.eu/xsd/identifiers" xmlns:xrd="http://x-road.eu/xsd/xroad.xsd" id:objectType="SERVICE"><id:xRoadInstance>EE</id:xRoadInstance><id:memberClass>GOV</id:memberClass><id:memberCode>70006317</id:memberCode><id:subsystemCode>FI-prh</id:subsystemCode><id:serviceCode>lihtandmed_v2</id:serviceCode><id:serviceVersion>v1</id:serviceVersion></xrd:service>',
      '<xrd:userId xmlns:xrd="http://x-road.eu/xsd/xroad.xsd">EE36805280109</xrd:userId><xrd:id xmlns:xrd="http://x-road.eu/xsd/xroad.xsd">f3d1b2a0-0001</xrd:id><xrd:issue xmlns:xrd="http://x-road.eu/xsd/xroad.xsd">case 7</xrd:issue>',
      '<repr:representedParty xmlns:repr="http://x-road.eu/xsd/representation.xsd"><repr:partyClass>COM</repr:partyClass><repr:partyCode>FI-0244683-1</repr:partyCode></repr:representedParty>',
      '<xrd:protocolVersion xmlns:xrd="http://x-road.eu/xsd/xroad.xsd">4.0</xrd:protocolVersion></SOAP-ENV:Header>',
      '<SOAP-ENV:Body><ns1:lihtandmed_v2 xmlns:ns1="http://arireg.x-road.eu/producer/"><ns1:keha>Õ &amp; &lt;</ns1:keha></ns1:lihtandmed_v2></SOAP-ENV:Body></SOAP-ENV:Envelope>',
    ].join(''),
  );
});

test('what is rendered is read back the same, with everything and with nothing optional', async () => {
  for (const some of [context, { messageId: 'a' }, { messageId: 'a', issue: '', representedParty: { partyCode: '1' } }]) {
    const http = await renderRequest(payload, { home, client, context: some }, policy, 0);
    const { message } = parseRequest(http, [home], DEFAULT_XML_LIMITS);
    assert.deepEqual([message.client, message.service, message.context], [client, service, some]);
    assert.deepEqual(message.payload, payload.fields.document);
  }
});

test('a member without subsystem is written as MEMBER', async () => {
  const { subsystem: _, ...member } = client;
  const http = await renderRequest(payload, { home, client: member, context }, policy, 0);
  assert.match(http.body.toString(), /<xrd:client [^>]*id:objectType="MEMBER"/);
});

test('an answer repeats the headers of its request, white space and all, and leaves requestHash to the security server', async () => {
  const asked = parseRequest({ method: 'POST', target: '/', headers: { 'content-type': 'text/xml' }, body: Buffer.from(envelope('<lihtandmed_v2/>', { userId: '<x:userId>\n EE1 </x:userId>', issue: '<x:issue/>' })) }, [home], DEFAULT_XML_LIMITS).message;
  const reply = await renderResponse(mapped({ form: 'xml', element: element(NS, 'lihtandmed_v2Response') }), asked, policy, 0);
  assert.equal(reply.status, 200);
  const text = reply.body.toString();
  assert.match(text, />\n EE1 <\/xrd:userId>.*<xrd:issue [^>]*><\/xrd:issue>/s);
  assert.ok(!text.includes('requestHash'));
});

test('what a security server makes of our answer is an answer to its request', async () => {
  const request = await renderRequest(payload, call, policy, 0);
  const hash = createHash('sha512').update(request.body).digest('base64');
  const reply = answered(envelope(RESPONSE_BODY, { more: `<x:requestHash algorithmId="http://www.w3.org/2001/04/xmlenc#sha512">${hash}</x:requestHash>` }));
  assert.equal(parseResponse(reply, call, request, DEFAULT_XML_LIMITS).message.messageId, HEADERS.id.replace(/<.*?>/g, ''));
});

test('JSON cannot be written into an envelope', async () => {
  await assert.rejects(renderRequest(mapped({ form: 'json', body: {}, path: {}, query: {} }), call, policy, 0), coded('internal'));
});

test('an answer repeats headers in the order of the request, those for the security servers too, and none of others', async () => {
  const server = '<x:securityServer i:objectType="SERVER"><i:xRoadInstance>EE</i:xRoadInstance><i:memberClass>GOV</i:memberClass><i:memberCode>1</i:memberCode><i:serverCode>ss1</i:serverCode></x:securityServer>';
  const token = '<t:securityToken xmlns:t="http://x-road.eu/xsd/security-token.xsd" tokenType="urn:ietf:params:oauth:token-type:jwt">e30</t:securityToken>';
  const shuffled = [HEADERS.protocolVersion, token, HEADERS.id, '<w:Action xmlns:w="urn:w">a</w:Action>', HEADERS.service, server, HEADERS.client, HEADERS.userId].join('');
  const request = parseRequest({ method: 'POST', target: '', headers: { 'content-type': 'text/xml' }, body: Buffer.from(envelope(REQUEST_BODY).replace(/<s:Header>.*<\/s:Header>/, `<s:Header>${shuffled}</s:Header>`)) }, [home], DEFAULT_XML_LIMITS).message;
  const { body } = await renderResponse(mapped({ form: 'xml', element: element('http://arireg.x-road.eu/producer/', 'lihtandmed_v2Response') }), request, policy, 0);
  const text = Buffer.from(body).toString();
  assert.deepEqual([...text.matchAll(/<(?:xrd|repr|ns\d):(protocolVersion|securityToken|id|Action|service|securityServer|client|userId)[ >]/g)].map(([, name]) => name), ['protocolVersion', 'securityToken', 'id', 'service', 'securityServer', 'client', 'userId']);
  assert.match(text, /tokenType="urn:ietf:params:oauth:token-type:jwt">e30</);
  assert.match(text, /<id:serverCode>ss1<\/id:serverCode>/);
});
