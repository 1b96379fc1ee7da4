/** REST of UXP where the gateway itself is what information systems talk to. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { uxpRest } from '../../../../src/ecosystems/uxp-rest/dialect.ts';
import { DEFAULT_XML_LIMITS } from '../../../../src/platform/limits.ts';
import { coded } from '../errors.ts';
import { mapped } from '../mapped.ts';
import { answered, asked, call, client, person, root, service } from './samples.ts';

const settings = { faultSpelling: 'camel', maxAnswerBytes: 1_000_000 } as const;
const dialect = uxpRest({ ...settings, edge: { instance: 'SEVDEIR-TEST' } });
const address = (target: string, headers = {}) => dialect.edge!.address({ http: asked('GET', target, headers), headerLines: [] }, [root, person], DEFAULT_XML_LIMITS);

test('the entry point is /restapi: who asks for what stands in headers, and the rest of the path is the service\'s', () => {
  assert.equal(dialect.edge?.path, '/restapi');
  const addressed = address('/restapi/person/1?x=1');
  assert.deepEqual([addressed.client, addressed.service, addressed.forwarded.target], [client, service, '/person/1?x=1']);
  assert.deepEqual(dialect.parseRequest(addressed.forwarded, [root, person], DEFAULT_XML_LIMITS).message.operation, person.operation);
});

test('a service without version is the one that is offered; one that is not offered keeps its name', () => {
  assert.deepEqual(address('/restapi', { 'uxp-service': 'SEVDEIR-TEST/GOV/00000002/SUB_2/space' }).service, service);
  assert.equal(address('/restapi', { 'uxp-service': 'SEVDEIR-TEST/GOV/00000002/SUB_2/other' }).service.service, 'other');
});

test('without a service there is nobody to ask', () => {
  for (const nothing of [undefined, '', 'undefined']) assert.throws(() => address('/restapi', { 'uxp-service': nothing }), coded('malformed', { field: 'Uxp-Service' }));
});

test('a service is called with the headers that UXP tells providers, below its own URL', async () => {
  const request = await dialect.renderRequest(mapped({ form: 'json', body: undefined, path: { code: '1' }, query: {} }), { ...call, home: person }, { form: 'security-server', connection: 'x' }, 0);
  assert.deepEqual([request.target, request.headers['uxp-client'], request.headers['uxp-queryid']], ['/person/1', 'SEVDEIR-TEST/GOV/00000001/SUB_1', call.context.messageId]);
});

test('the service\'s own headers say nothing for the platform', () => {
  const request = asked('GET', '');
  assert.equal(dialect.parseResponse(answered('{}', { 'uxp-queryid': 'of the service' }), call, request, DEFAULT_XML_LIMITS).message.messageId, call.context.messageId);
  assert.throws(() => dialect.parseResponse(answered('{}', { 'uxp-faultcode': 'Server.ServerProxy.AccessDenied' }, 500), call, request, DEFAULT_XML_LIMITS), coded('service-fault', { delivered: 'yes' }));
});
