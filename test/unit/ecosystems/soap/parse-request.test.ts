import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CausewayError } from '../../../../src/errors.ts';
import type { HttpMessage } from '../../../../src/platform/http-client.ts';
import { DEFAULT_XML_LIMITS } from '../../../../src/platform/limits.ts';
import type { DomesticRequest } from '../../../../src/stages.ts';
import { edgeCode } from '../../../../src/ecosystems/xroad-edge-faults.ts';
import { coded } from '../errors.ts';
import { HEADERS, REQUEST_BODY, client, context, envelope, home, parseRequest, posted, service } from './samples.ts';
import type { Headers } from './samples.ts';

const parse = (http: HttpMessage, candidates = [home]): DomesticRequest => parseRequest(http, candidates, DEFAULT_XML_LIMITS).message;
const withHeaders = (headers: Headers): DomesticRequest => parse(posted(envelope(REQUEST_BODY, headers)));

test('a request gives client, service, context, operation and the one element of its body', () => {
  const http = posted(envelope(REQUEST_BODY));
  const received = parseRequest(http, [home], DEFAULT_XML_LIMITS);
  const { payload, ...rest } = received.message;
  assert.deepEqual(rest, { kind: 'request', dialect: 'xroad-soap', client, service, context, operation: { name: 'lihtandmed_v2' } });
  assert.ok(payload.form === 'xml' && payload.element.name === 'lihtandmed_v2' && payload.element.ns === 'http://arireg.x-road.eu/producer/');
  assert.equal(received.bytes, http.body);
});

test('headers may stand in any order, and optional ones may be missing', () => {
  const reversed = envelope(REQUEST_BODY).replace(/<s:Header>.*<\/s:Header>/, `<s:Header>${Object.values(HEADERS).toReversed().join('')}</s:Header>`);
  assert.deepEqual(parse(posted(reversed)).context, context);
  assert.deepEqual(withHeaders({ userId: '', issue: '', representedParty: '' }).context, { messageId: 'f3d1b2a0-0001' });
});

test('an empty issue stays an empty issue, and white space in a user id stays', () => {
  assert.deepEqual(withHeaders({ issue: '<x:issue/>', userId: '<x:userId>\n  EE1\n</x:userId>', representedParty: '' }).context, { messageId: 'f3d1b2a0-0001', userId: '\n  EE1\n', issue: '' });
});

test('a member without subsystem may ask as MEMBER', () => {
  const member = '<x:client i:objectType="MEMBER"><i:xRoadInstance>EE</i:xRoadInstance><i:memberClass>COM</i:memberClass><i:memberCode>10137319</i:memberCode></x:client>';
  assert.deepEqual(withHeaders({ client: member }).client, { instance: 'EE', memberClass: 'COM', memberCode: '10137319' });
});

const SERVER = '<x:securityServer i:objectType="SERVER"><i:xRoadInstance>EE</i:xRoadInstance><i:memberClass>GOV</i:memberClass><i:memberCode>1</i:memberCode><i:serverCode>ss1</i:serverCode></x:securityServer>';

const accepted: readonly (readonly [what: string, headers: Headers])[] = [
  ['a protocol version with white space around it', { protocolVersion: '<x:protocolVersion>4.0\n   </x:protocolVersion>' }],
  ['a minor protocol version above 4.0', { protocolVersion: '<x:protocolVersion>4.1</x:protocolVersion>' }],
  ['a header of somebody else', { more: '<w:Action xmlns:w="http://www.w3.org/2005/08/addressing">a</w:Action>' }],
  ['a header for another actor that must be understood there', { more: '<w:To xmlns:w="urn:w" s:mustUnderstand="1" s:actor="http://elsewhere.example">a</w:To>' }],
  ['a security header that must be understood', { more: '<w:Security xmlns:w="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd" s:mustUnderstand="1"/>' }],
  ['a target security server', { more: SERVER }],
  ['a security token', { more: '<t:securityToken xmlns:t="http://x-road.eu/xsd/security-token.xsd" tokenType="urn:ietf:params:oauth:token-type:jwt">e30</t:securityToken>' }],
  ['a represented party without a class', { representedParty: '<r:representedParty><r:partyCode>1</r:partyCode></r:representedParty>' }],
  ['a comment and CDATA in a header', { userId: '<x:userId><!-- a --><![CDATA[EE36805280109]]></x:userId>' }],
];
for (const [what, headers] of accepted) test(`${what} is accepted`, () => assert.equal(withHeaders(headers).kind, 'request'));

const refused: readonly (readonly [what: string, field: string, headers: Headers])[] = [
  ...(['client', 'service', 'id', 'protocolVersion'] as const).map((name) => [`no ${name}`, name, { [name]: '' }] as const),
  ...(['client', 'service', 'userId', 'id', 'issue', 'representedParty', 'protocolVersion'] as const).map((name) => [`${name} twice`, name, { [name]: HEADERS[name].repeat(2) }] as const),
  ['securityServer twice', 'securityServer', { more: SERVER.repeat(2) }],
  ['a target security server without its code', 'securityServer', { more: SERVER.replace('<i:serverCode>ss1</i:serverCode>', '') }],
  ['a target security server of another type', 'securityServer', { more: SERVER.replace('SERVER', 'SUBSYSTEM') }],
  ['elements within a security token', 'securityToken', { more: '<t:securityToken xmlns:t="http://x-road.eu/xsd/security-token.xsd"><x:id>1</x:id></t:securityToken>' }],
  ['a security token twice', 'securityToken', { more: '<t:securityToken xmlns:t="http://x-road.eu/xsd/security-token.xsd">1</t:securityToken>'.repeat(2) }],
  ['a central service', 'centralService', { more: '<x:centralService/>' }],
  ['protocol version 3', 'protocolVersion', { protocolVersion: '<x:protocolVersion>3.1</x:protocolVersion>' }],
  ['protocol version 40', 'protocolVersion', { protocolVersion: '<x:protocolVersion>40.0</x:protocolVersion>' }],
  ['a client whose object type is SERVICE', 'client', { client: HEADERS.client.replace('SUBSYSTEM', 'SERVICE') }],
  ['a client of type MEMBER with a subsystem', 'client', { client: HEADERS.client.replace('SUBSYSTEM', 'MEMBER') }],
  ['a client of type SUBSYSTEM without one', 'client', { client: HEADERS.client.replace(/<i:subsystemCode>.*<\/i:subsystemCode>/, '') }],
  ['a client without object type', 'client', { client: HEADERS.client.replace(/ i:objectType="SUBSYSTEM"/, '') }],
  ['an object type without namespace', 'client', { client: HEADERS.client.replace('i:objectType', 'objectType') }],
  ['a client without a class', 'client', { client: HEADERS.client.replace(/<i:memberClass>.*<\/i:memberClass>/, '') }],
  ['a member code twice', 'client', { client: HEADERS.client.replace('<i:memberCode>', '<i:memberCode>1</i:memberCode><i:memberCode>') }],
  ['a server code in a client', 'client', { client: HEADERS.client.replace('</x:client>', '<i:serverCode>a</i:serverCode></x:client>') }],
  ['a member code in another namespace', 'client', { client: HEADERS.client.replaceAll('i:memberCode', 'x:memberCode') }],
  ['an empty member code', 'client/memberCode', { client: HEADERS.client.replace('10137319', '') }],
  ['a member code with a control character', 'client/memberCode', { client: HEADERS.client.replace('10137319', '101&#x85;37319') }],
  ['a member code with a zero width space', 'client/memberCode', { client: HEADERS.client.replace('10137319', '1013\u200b7319') }],
  ['a member code with a bidirectional override', 'client/memberCode', { client: HEADERS.client.replace('10137319', '\u202e10137319') }],
  ['a member code with white space around it', 'client/memberCode', { client: HEADERS.client.replace('10137319', ' 10137319') }],
  ['a subsystem that climbs', 'client/subsystemCode', { client: HEADERS.client.replace('pank', '..') }],
  ['a subsystem that is not in NFC', 'client/subsystemCode', { client: HEADERS.client.replace('pank', 'a\u0308') }],
  ['elements within an id', 'id', { id: '<x:id>a<b/></x:id>' }],
  ['an empty id', 'id', { id: '<x:id/>' }],
  ['a line break in an id', 'id', { id: '<x:id>a\nb</x:id>' }],
  ['a represented party without a code', 'representedParty', { representedParty: '<r:representedParty><r:partyClass>COM</r:partyClass></r:representedParty>' }],
  ['an unknown header that must be understood', 'Header', { more: '<w:To xmlns:w="urn:w" s:mustUnderstand="1">a</w:To>' }],
  ['an unknown header that the next actor must understand', 'Header', { more: '<w:To xmlns:w="urn:w" s:mustUnderstand="1" s:actor="http://schemas.xmlsoap.org/soap/actor/next">a</w:To>' }],
];
for (const [what, field, headers] of refused) test(`${what} is refused as malformed, naming ${field}`, () => assert.throws(() => withHeaders(headers), coded('malformed', { field })));

test('an id, a user id and an identifier of more than 255 characters are too large', () => {
  assert.equal(withHeaders({ id: `<x:id>${'a'.repeat(255)}</x:id>` }).context.messageId.length, 255);
  for (const headers of [{ id: `<x:id>${'a'.repeat(256)}</x:id>` }, { userId: `<x:userId>${'a'.repeat(256)}</x:userId>` }, { client: HEADERS.client.replace('pank', 'p'.repeat(256)) }]) {
    assert.throws(() => withHeaders(headers), coded('too-large'));
  }
});

const envelopes: readonly (readonly [what: string, field: string, xml: string])[] = [
  ['another document', 'Envelope', '<a/>'],
  ['SOAP 1.2', 'Envelope', envelope(REQUEST_BODY).replace('http://schemas.xmlsoap.org/soap/envelope/', 'http://www.w3.org/2003/05/soap-envelope')],
  ['no header', 'Header', envelope(REQUEST_BODY).replace(/<s:Header>.*<\/s:Header>/, '')],
  ['two headers', 'Envelope', envelope(REQUEST_BODY).replace('<s:Header>', '<s:Header/><s:Header>')],
  ['the header after the body', 'Envelope', envelope(REQUEST_BODY).replace(/(<s:Header>.*<\/s:Header>)(<s:Body>.*<\/s:Body>)/, '$2$1')],
  ['two bodies', 'Envelope', envelope(REQUEST_BODY).replace('<s:Body>', '<s:Body/><s:Body>')],
  ['something after the body', 'Envelope', envelope(REQUEST_BODY).replace('</s:Body>', '</s:Body><a/>')],
  ['text in the envelope', 'Envelope', envelope(REQUEST_BODY).replace('<s:Body>', 'text<s:Body>')],
  ['a body of another namespace', 'Envelope', envelope(REQUEST_BODY).replace('<s:Body>', '<x:Body>').replace('</s:Body>', '</x:Body>')],
  ['an empty body', 'Body', envelope('')],
  ['two elements in the body', 'Body', envelope(REQUEST_BODY.repeat(2))],
  ['text beside the element of the body', 'Body', envelope(`text${REQUEST_BODY}`)],
  ['a body that does not begin with the service code', 'Body', envelope('<a/>')],
  ['a body that only begins with the service code', 'Body', envelope('<lihtandmed_v2x/>')],
  ['a response instead of a request', 'Body', envelope('<lihtandmed_v2Response/>')],
  ['a fault instead of a request', 'Body', envelope('<s:Fault><faultcode>Client.BadRequest</faultcode></s:Fault>')],
  ['a fault without a code', 'Fault', envelope('<s:Fault><faultstring>a</faultstring></s:Fault>')],
];
for (const [what, field, xml] of envelopes) test(`${what} is refused as malformed, naming ${field}`, () => assert.throws(() => parse(posted(xml)), coded('malformed', { field })));

test('a service that is not offered at this URL is unknown: other version, other subsystem, other case, other dialect', () => {
  const variants = [HEADERS.service.replace('v1', 'v2'), HEADERS.service.replace('FI-prh', 'FI-vero'), HEADERS.service.replace('FI-prh', 'fi-prh'), HEADERS.service.replace(/<i:serviceVersion>.*<\/i:serviceVersion>/, '')];
  for (const header of variants) assert.throws(() => withHeaders({ service: header }), coded('unknown-service', { field: 'service' }));
  assert.throws(() => parse(posted(envelope(REQUEST_BODY)), []), coded('unknown-service'));
  assert.throws(() => parse(posted(envelope(REQUEST_BODY)), [{ ...home, dialect: 'xroad-rest' }]), coded('unknown-service'));
});

const contentTypes: readonly (readonly [contentType: string, accepted: boolean])[] = [
  ['text/xml', true],
  ['text/xml;charset=UTF-8', true],
  ['Text/XML; charset="utf-8"', true],
  ['text/xml; charset=iso-8859-1', false],
  ['application/soap+xml; charset=utf-8', false],
  ['application/json', false],
  ['multipart/related; type="text/xml"; boundary=a', false],
  ['application/xop+xml; type="text/xml"', false],
  ['', false],
];
for (const [contentType, accepts] of contentTypes) {
  test(`content type '${contentType}' is ${accepts ? 'accepted' : 'refused as malformed'}`, () => {
    const http = posted(envelope(REQUEST_BODY), contentType);
    if (accepts) assert.equal(parse(http).kind, 'request');
    else assert.throws(() => parse(http), coded('malformed', { field: 'Content-Type' }));
  });
}


test('a request that is not a POST is malformed', () => {
  assert.throws(() => parse({ ...posted(envelope(REQUEST_BODY)), method: 'GET' }), coded('malformed', { field: 'method' }));
});

test('a UTF-8 byte order mark is passed over', () => {
  assert.equal(parse(posted(`\ufeff${envelope(REQUEST_BODY)}`)).kind, 'request');
});

test('no message, however damaged, gives an error without a code', () => {
  const whole = Buffer.from(envelope(REQUEST_BODY));
  const damage = fc.array(fc.record({ at: fc.nat(whole.length), cut: fc.nat(40), put: fc.oneof(fc.constantFrom('<', '>', '&', '"', '/', 'x:', 's:', 'xmlns', ' ', '\u0000', '&#0;', '<![CDATA[', ']]>', '<!--', '-->', '<?p ?>', '</s:Body>', '<s:Body>'), fc.string({ maxLength: 5 })) }), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(damage, (edits) => {
      const bytes = edits.reduce((rest, { at, cut, put }) => Buffer.concat([rest.subarray(0, at), Buffer.from(put), rest.subarray(at + cut)]), whole);
      try {
        parse(posted(bytes));
      } catch (error) {
        assert.ok(error instanceof CausewayError && ['malformed', 'too-large', 'unknown-service'].includes(error.code), String(error));
      }
    }),
    { numRuns: 1000 },
  );
});

const XROAD_CODES: readonly (readonly [what: string, code: string, http: HttpMessage])[] = [
  ['another method', 'client.invalid_http_method', { ...posted(envelope(REQUEST_BODY)), method: 'PUT' }],
  ['another content type', 'client.invalid_content_type', posted(envelope(REQUEST_BODY), 'application/json')],
  ['no header at all', 'client.missing_header', posted(envelope(REQUEST_BODY).replace(/<s:Header>.*<\/s:Header>/, ''))],
  ...(['client', 'service', 'id', 'protocolVersion'] as const).map((name) => [`no ${name}`, 'client.missing_header_field', posted(envelope(REQUEST_BODY, { [name]: '' }))] as const),
  ...(['client', 'service', 'userId', 'id', 'issue', 'representedParty', 'protocolVersion'] as const).map((name) => [`${name} twice`, 'client.duplicate_header_field', posted(envelope(REQUEST_BODY, { [name]: HEADERS[name].repeat(2) }))] as const),
  ['protocol version 3', 'client.invalid_protocol_version', posted(envelope(REQUEST_BODY, { protocolVersion: '<x:protocolVersion>3.1</x:protocolVersion>' }))],
  ['an empty body', 'client.missing_body', posted(envelope(''))],
  ['two elements in the body', 'client.invalid_body', posted(envelope(REQUEST_BODY.repeat(2)))],
  ['a body of another service', 'client.inconsistent_headers', posted(envelope('<a/>'))],
  ['a document type', 'client.invalid_soap', posted(`<!DOCTYPE a>${envelope(REQUEST_BODY)}`)],
  ['no XML', 'client.invalid_soap', posted('<a')],
];
for (const [what, code, http] of XROAD_CODES) {
  test(`${what} has X-Road's own code where the gateway stands in the place of its servers: ${code}`, () => {
    try {
      parse(http);
    } catch (error) {
      assert.ok(error instanceof CausewayError);
      return assert.equal(edgeCode(error, 'snake', 'client.invalid_soap'), code);
    }
    return assert.fail('not refused');
  });
}

const LATIN = (charset: string): Buffer => Buffer.from(`<?xml version="1.0" encoding="${charset}"?>${envelope(REQUEST_BODY, { userId: '<x:userId>J\u00fcri</x:userId>' })}`, 'latin1');

test('another character set is read where document and content type agree on it, or one of them says nothing of it', () => {
  for (const contentType of ['text/xml', 'text/xml; charset=windows-1252', 'text/xml; charset="Windows-1252"']) assert.equal(parse(posted(LATIN('windows-1252'), contentType)).context.userId, 'Jüri');
  assert.equal(parse(posted(Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(envelope(REQUEST_BODY))]))).context.messageId, 'f3d1b2a0-0001');
  assert.equal(parse(posted(Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(envelope(REQUEST_BODY), 'utf16le')]), 'text/xml; charset=utf-16')).context.messageId, 'f3d1b2a0-0001');
});

test('a content type that contradicts the document is refused: two readers would read two messages', () => {
  for (const [bytes, contentType] of [[LATIN('windows-1252'), 'text/xml; charset=utf-8'], [LATIN('iso-8859-1'), 'text/xml; charset=windows-1252'], [Buffer.from(envelope(REQUEST_BODY)), 'text/xml; charset=windows-1257']] as const) {
    assert.throws(() => parse(posted(bytes, contentType)), coded('malformed', { field: 'Content-Type' }));
  }
});

test('default namespaces, comments and CDATA do not change what is read', () => {
  const plain = parse(posted(envelope(REQUEST_BODY)));
  const other = envelope('<lihtandmed_v2 xmlns="http://arireg.x-road.eu/producer/"><!-- c --><keha><ariregistri_kood><![CDATA[2077474]]></ariregistri_kood></keha></lihtandmed_v2>')
    .replace('<x:id>f3d1b2a0-0001</x:id>', '<id xmlns="http://x-road.eu/xsd/xroad.xsd">f3d1<!-- -->b2a0-0001</id>');
  assert.deepEqual(parse(posted(other)), plain);
});

test('headers that the schema writes in this order need no copy; any other are kept for the answer, without what others added', () => {
  assert.equal(parse(posted(envelope(REQUEST_BODY))).headers, undefined);
  const { headers } = withHeaders({ more: `<w:Action xmlns:w="urn:w">a</w:Action><x:requestHash algorithmId="a">b</x:requestHash>${SERVER}` });
  assert.deepEqual(headers?.map(({ name }) => name), ['client', 'service', 'userId', 'id', 'issue', 'representedParty', 'protocolVersion', 'securityServer']);
});
