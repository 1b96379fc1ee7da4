/** Finland's gateway as an edge, Estonia's behind its security server: REST from an agency straight to the gateway, and from abroad straight to the register. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { HttpMessage } from '../../src/platform/http-client.ts';
import type { RestAnswer } from '../../src/sandbox/desk.ts';
import { TaxAdministration } from '../../src/sandbox/countries/fi/tax-administration.ts';
import { EXAMPLES } from '../../src/sandbox/scenarios.ts';
import { pairWithEdge } from '../support/edge.ts';

const COMPANIES = 'FI/GOV/0244683-1/prh/companies';
const { pair, edge } = pairWithEdge('FI', { exported: [COMPANIES] });

const question = { personId: EXAMPLES.person, from: '2025-01', to: '2025-12' };
const ask = (change: (request: HttpMessage) => HttpMessage = (request) => request, system = 'vero'): Promise<RestAnswer> => {
  const desk = edge.desk(system);
  return desk.sendRest('x', change(new TaxAdministration(desk, { foreign: edge.foreign, peer: 'EE' }).prepare(question, { id: crypto.randomUUID() })));
};
const without = ({ headers, ...request }: HttpMessage, name: string): HttpMessage => ({ ...request, headers: Object.fromEntries(Object.entries(headers).filter(([key]) => key !== name)) });

suite('an agency at the edge', () => {
  test('gets the foreign answer with the headers of a security server and the hash of its own request', async () => {
    const answer = await new TaxAdministration(edge.desk('vero'), { foreign: edge.foreign, peer: 'EE' }).ask(question, { id: 'edge-1' });
    assert.deepEqual([answer.platformError, answer.status, answer.incomes?.length, answer.requestHash], [undefined, 'FOUND', 16, 'matches']);
    const { headers } = answer.reply;
    assert.deepEqual([headers['x-road-id'], headers['x-road-client'], headers['x-road-service']], ['edge-1', 'FI/GOV/0245458-6/vero', 'FI/GOV/0245437-2/EE-emta/employmentIncome']);
    assert.match(String(headers['x-road-request-id']), /^[0-9a-f-]{36}$/);
  });

  test('that names no message id gets one of its instance, which the request hash covers', async () => {
    const { reply, requestHash } = await ask((request) => without(request, 'x-road-id'));
    assert.match(String(reply.headers['x-road-id']), /^FI-[0-9a-f-]{36}$/);
    assert.deepEqual([reply.status, requestHash], [200, 'matches']);
  });

  test('cannot choose the request id', async () => {
    const { reply, requestHash } = await ask((request) => ({ ...request, headers: { ...request.headers, 'x-road-request-id': 'mine', 'x-road-request-hash': 'mine' } }));
    assert.notEqual(reply.headers['x-road-request-id'], 'mine');
    assert.deepEqual([reply.status, requestHash], [200, 'matches']);
  });
});

suite('what an edge tells about its services', () => {
  const get = (name: string, client = 'FI/GOV/0245458-6/vero', system = 'vero') => edge.desk(system).sendRest('x', { method: 'GET', target: `/r1/FI/GOV/0245437-2/EE-emta/${name}`, headers: { 'x-road-client': client, accept: 'application/json' }, body: Buffer.alloc(0) });
  const METHOD = { object_type: 'SERVICE', service_type: 'OPENAPI', xroad_instance: 'FI', member_class: 'GOV', member_code: '0245437-2', subsystem_code: 'EE-emta', service_code: 'employmentIncome', endpoint_list: [{ method: 'POST', path: '/income-queries' }] };

  test('listMethods, with the headers of a security server', async () => {
    const { json, reply, requestHash } = await get('listMethods');
    assert.deepEqual([json, reply.headers['x-road-service'], requestHash], [{ service: [METHOD] }, 'FI/GOV/0245437-2/EE-emta/listMethods', 'matches']);
  });

  test('allowedMethods: those that a link grants to the asker', async () => {
    assert.deepEqual((await get('allowedMethods')).json, { service: [METHOD] });
    assert.deepEqual((await get('allowedMethods', 'FI/GOV/0244683-1/prh', 'prh')).json, { service: [] });
  });

  test('getOpenAPI: the description of the one operation that is offered', async () => {
    const { json, reply } = await get('getOpenAPI?serviceCode=employmentIncome');
    const { openapi, paths, servers } = json as { openapi: string; paths: Record<string, object>; servers: { url: string }[] };
    assert.deepEqual([reply.status, openapi, Object.entries(paths).map(([path, item]) => [path, Object.keys(item)]), servers], [200, '3.1.0', [['/income-queries', ['post']]], [{ url: '/r1/FI/GOV/0245437-2/EE-emta/employmentIncome' }]]);
  });

  for (const [title, name, code] of [
    ['a service that is not there', 'getOpenAPI?serviceCode=pension', 'server.serverproxy.unknown_service'],
    ['no service named', 'getOpenAPI', 'client.bad_request'],
  ] as const) {
    test(`getOpenAPI, ${title}: ${code}`, async () => assert.equal((await get(name)).platformError, code));
  }
});

suite('a request from abroad', () => {
  test('is sent to the path below the service URL, and the answer of the register crosses', async () => {
    const answer = await pair.agencies.bank.ask({ registryCode: EXAMPLES.company });
    assert.deepEqual([answer.fault, answer.found, answer.companies?.[0]?.['evnimi']], [undefined, 1, 'Kuusiniemi Konepaja Oy']);
    assert.equal(pair.countries.FI.log.size, 0, 'the stand-in of the security server must see nothing of it');
  });

  test('that the register refuses with a status of its own is the fault of the service', async () => {
    pair.countries.FI.faults.set(COMPANIES, { kind: 'rest-500' });
    try {
      const { fault } = await pair.agencies.bank.ask({ registryCode: EXAMPLES.company });
      assert.equal(fault?.code, 'SOAP-ENV:Server');
      assert.match(fault?.text ?? '', /^HTTP status 500$/);
    } finally {
      pair.countries.FI.faults.clear();
    }
  });
});

suite('a refusal at the edge has the code of X-Road itself', () => {
  const target = (edit: (target: string) => string) => (request: HttpMessage): HttpMessage => ({ ...request, target: edit(request.target) });
  const header = (name: string, value: string) => (request: HttpMessage): HttpMessage => ({ ...request, headers: { ...request.headers, [name]: value } });
  const CODES: readonly [string, number, string, (request: HttpMessage) => HttpMessage, string?][] = [
    ['a certificate that may speak for another client', 500, 'server.clientproxy.ssl_authentication_failed', (request) => request, 'prh'],
    ['a client that is not registered', 500, 'server.clientproxy.unknown_member', header('x-road-client', 'FI/GOV/0245458-6/tulli')],
    ['a member in the place of its subsystem', 500, 'server.clientproxy.unknown_member', header('x-road-client', 'FI/GOV/0245458-6')],
    ['an identifier that is encoded as a whole', 400, 'client.bad_request', header('x-road-client', 'FI%2FGOV%2F0245458-6%2Fvero')],
    ['a missing client', 400, 'client.bad_request', (request) => without(request, 'x-road-client')],
    ['a service that its provider does not offer', 500, 'server.serverproxy.unknown_service', target((path) => path.replace('employmentIncome', 'pensionIncome'))],
    ['a provider that offers nothing', 500, 'server.clientproxy.unknown_member', target((path) => path.replace('EE-emta', 'EE-skais'))],
    ['a service of SOAP', 500, 'server.serverproxy.service_type', target(() => '/r1/FI/GOV/0245437-2/EE-rr/HenkilonTunnusKysely/v1')],
    ['a path that the service does not have', 500, 'server.serverproxy.unknown_service', target((path) => `${path}/1`)],
    ['a path that climbs', 400, 'client.bad_request', target((path) => path.replace('/income-queries', '/%2e%2e/income-queries'))],
    ['a slash within an identifier', 400, 'client.bad_request', target((path) => path.replace('EE-emta', '..'))],
    ['a path without a service', 400, 'client.bad_request', target(() => '/r1/FI/GOV/0245437-2')],
    ['OPTIONS, since there is no CORS', 400, 'client.invalid_http_method', (request) => ({ ...request, method: 'OPTIONS' })],
    ['a body that says it is compressed', 400, 'client.bad_request', header('content-encoding', 'gzip')],
    ['a body that is no JSON', 400, 'client.bad_request', (request) => ({ ...request, body: Buffer.from('<x/>') })],
  ];
  for (const [title, status, code, change, system] of CODES) {
    test(`${title}: ${code}`, async () => {
      const { reply, json, platformError } = await ask(change, system);
      const { type, message, detail, ...rest } = json as Record<string, string>;
      assert.deepEqual([reply.status, platformError, type, rest], [status, code, code, {}], Buffer.from(reply.body).toString());
      assert.match(String(detail), /^[0-9a-f-]{36}$/);
      assert.ok(message);
      assert.equal(reply.headers['x-road-request-hash'], undefined);
    });
  }

  test('names the header that is wrong', async () => {
    const { json } = await ask(header('x-road-id', 'a, b'));
    assert.equal((json as { message: string }).message, 'The message is not well-formed for its protocol. X-Road-Id: It stands twice.');
  });

  test('as XML where the caller accepts an XML type', async () => {
    const { reply } = await ask(header('accept', 'application/xml;q=0.9, */*'), 'prh');
    assert.equal(reply.headers['content-type'], 'application/xml; charset=utf-8');
    assert.match(Buffer.from(reply.body).toString(), /<error><type>server\.clientproxy\.ssl_authentication_failed<\/type><message>[^<]+<\/message><detail>[0-9a-f-]{36}<\/detail><\/error>$/);
  });

  test('a fault of the register abroad is told as a service tells it: X-Road itself did not fail', async () => {
    pair.countries.EE.faults.set('EE/GOV/70000349/emta/xteePalgaandmed/v1', { kind: 'soap-fault' });
    try {
      const { platformError, reply } = await ask();
      assert.deepEqual([platformError, reply.status, reply.headers['causeway-error']], [undefined, 500, undefined]);
      assert.match(Buffer.from(reply.body).toString(), /Andmebaas ei vasta/);
    } finally {
      pair.countries.EE.faults.clear();
    }
  });
});
