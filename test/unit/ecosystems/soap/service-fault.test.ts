import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServiceFaulted } from '../../../../src/errors.ts';
import type { ServiceFault } from '../../../../src/errors.ts';
import { renderServiceFault } from '../../../../src/ecosystems/soap/service-fault.ts';
import { DEFAULT_XML_LIMITS } from '../../../../src/platform/limits.ts';
import { answered, call, parseResponse, posted } from './samples.ts';

const shown = (said: ServiceFault): string => Buffer.from(renderServiceFault(said, 'xid').body).toString();

/** What a service of ours says, read as the gateway reads it. */
function said(fault: string): ServiceFault {
  const text = `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:e="urn:e"><s:Body><s:Fault>${fault}</s:Fault></s:Body></s:Envelope>`;
  try {
    parseResponse(answered(text, 500), call, posted(''), DEFAULT_XML_LIMITS);
  } catch (error) {
    if (error instanceof ServiceFaulted) return error.said;
    throw error;
  }
  throw new Error('no fault');
}

test('code, text and detail come out as the service wrote them, in our own envelope', () => {
  const body = shown(said('<faultcode>s:Server.Db</faultcode><faultstring>Andmebaas &lt;7&gt;</faultstring><detail><e:code a="1">x</e:code></detail>'));
  assert.match(body, /<faultcode>SOAP-ENV:Server\.Db<\/faultcode><faultstring>Andmebaas &lt;7&gt;<\/faultstring><detail><ns1:code xmlns:ns1="urn:e" a="1">x<\/ns1:code><\/detail>/);
});

test('a prefix that means nothing here is left out, and a fault without detail has none', () => {
  const body = shown(said('<faultcode>e:Own</faultcode><faultstring>x</faultstring>'));
  assert.match(body, /<faultcode>Own<\/faultcode><faultstring>x<\/faultstring><\/SOAP-ENV:Fault>/);
});

test('a fault is read again as the same fault of a service, never as the platform\'s', () => {
  const first = said('<faultcode>s:Client</faultcode><faultstring>x</faultstring><detail><e:a/></detail>');
  assert.deepEqual(said(/<SOAP-ENV:Fault>(.*)<\/SOAP-ENV:Fault>/.exec(shown(first))?.[1]?.replaceAll('SOAP-ENV:', 's:') ?? ''), { ...first, detail: { type: 'text/xml', content: '<detail><ns1:a xmlns:ns1="urn:e"></ns1:a></detail>' } });
});

test('a REST error tells its status, and its body as text', () => {
  const body = shown({ text: '', status: 404, detail: { type: 'application/json', content: '{"a":"<b>"}' } });
  assert.match(body, /<faultcode>SOAP-ENV:Client<\/faultcode><faultstring>HTTP status 404<\/faultstring><detail>\{"a":"&lt;b&gt;"\}<\/detail>/);
  assert.match(shown({ text: '', status: 503 }), /<faultcode>SOAP-ENV:Server<\/faultcode><faultstring>HTTP status 503<\/faultstring><\//);
});

for (const [what, content] of [['no XML', '<a'], ['a document type', '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'], ['characters that XML cannot hold', 'a\u0000b']] as const) {
  test(`a detail that is ${what} is text, never markup of ours`, () => {
    const { status, body } = renderServiceFault({ code: 'Server', text: 'a\u0001b', detail: { type: 'text/xml', content } }, 'xid');
    assert.equal(status, 500);
    assert.match(Buffer.from(body).toString(), /<detail>(&lt;|a\ufffdb)/);
  });
}

test('the exchange stands in a header, since the body is the service\'s', () => assert.equal(renderServiceFault({ text: 'x' }, 'xid').headers['causeway-exchange'], 'xid'));
