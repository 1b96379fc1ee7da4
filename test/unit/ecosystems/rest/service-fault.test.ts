import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderServiceFault, serviceFaulted } from '../../../../src/ecosystems/rest/service-fault.ts';
import type { HttpReply } from '../../../../src/platform/http-client.ts';

const reply = (status: number, body: string | Uint8Array, headers: Readonly<Record<string, string>> = { 'content-type': 'application/json' }): HttpReply => ({ status, headers, body: Buffer.from(body) });
const there = (one: HttpReply) => serviceFaulted(one).said;
const back = (one: HttpReply) => renderServiceFault(there(one), 'xid', undefined);

test('status and body come out as the service wrote them, without X-Road-Error', () => {
  for (const status of [400, 404, 422, 500, 503]) {
    const shown = back(reply(status, '{"detail":"Немає"}', { 'content-type': 'application/json; charset=utf-8', 'x-internal': 'db7' }));
    assert.deepEqual([shown.status, shown.headers, Buffer.from(shown.body).toString()], [status, { 'causeway-exchange': 'xid', 'content-type': 'application/json; charset=utf-8' }, '{"detail":"Немає"}']);
  }
});

test('a redirect is passed on, with where it points', () => {
  const shown = back(reply(302, '', { location: 'https://register.example/1' }));
  assert.deepEqual([shown.status, shown.headers['location'], shown.body.length], [302, 'https://register.example/1', 0]);
});

for (const [what, one] of [
  ['a page for browsers', reply(500, '<html><script>', { 'content-type': 'text/html' })],
  ['bytes that are no text', reply(500, Uint8Array.from([0xff, 0xfe]))],
  ['a body without type', reply(500, 'x', {})],
] as const) {
  test(`${what} does not cross: the status does`, () => assert.deepEqual(there(one), { text: '', status: 500 }));
}

test('a SOAP fault fills the fields of an error, as JSON or XML by what the caller accepts', () => {
  const said = { code: 'SOAP-ENV:Server', text: 'Andmebaas ei vasta', detail: { type: 'text/xml', content: '<detail><a>1</a></detail>' } };
  const { status, headers, body } = renderServiceFault(said, 'xid', 'application/json');
  assert.deepEqual([status, headers['content-type']], [500, 'application/json; charset=utf-8']);
  assert.deepEqual(JSON.parse(Buffer.from(body).toString()), { type: 'SOAP-ENV:Server', message: 'Andmebaas ei vasta', detail: '<detail><a>1</a></detail>' });
  assert.match(Buffer.from(renderServiceFault(said, 'xid', 'text/xml').body).toString(), /<error><type>SOAP-ENV:Server<\/type><message>Andmebaas ei vasta<\/message><detail>&lt;detail&gt;/);
});

test('a type that a peer made up cannot become a page in the caller\'s browser, nor a header of ours', () => {
  const shown = renderServiceFault({ text: '', status: 500, location: 'a\r\nset-cookie: x', detail: { type: 'text/html\r\nx: y', content: '<script>' } }, 'xid', undefined);
  assert.deepEqual([shown.headers, shown.body.length], [{ 'causeway-exchange': 'xid' }, 0]);
});
