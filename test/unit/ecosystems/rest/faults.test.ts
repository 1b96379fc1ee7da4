import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CODES, CausewayError } from '../../../../src/errors.ts';
import type { ErrorCode } from '../../../../src/errors.ts';
import { renderFault } from '../../../../src/ecosystems/rest/faults.ts';

const facts = { exchange: '0197a1b2-0000-7000-8000-000000000001', country: 'FI' };
const error = new CausewayError('mapping-failed', 'private: 36805280109', { facts: { field: 'personId', hint: 'It is no personal code.' }, cause: new Error('secret') });

test("a refusal is X-Road's error object with ours behind it, in the spelling of the platform", () => {
  const reply = renderFault(error, facts, 'snake');
  assert.deepEqual([reply.status, reply.headers], [422, { 'content-type': 'application/json; charset=utf-8', 'causeway-error': 'mapping-failed' }]);
  assert.deepEqual(JSON.parse(reply.body.toString()), {
    type: 'server.gateway.mapping_failed',
    message: 'The message cannot be translated: a field does not fit the agreed form. It is no personal code.',
    detail: facts.exchange,
    code: 'mapping-failed',
    exchange: facts.exchange,
    country: 'FI',
    fault: 'caller',
    retry: 'new-id',
    field: 'personId',
  });
  assert.match(renderFault(error, facts, 'camel').body.toString(), /^\{"type":"Server\.Gateway\.MappingFailed",/);
});

for (const [accept, type] of [['application/xml', 'application/xml'], ['text/xml;q=0.9, application/json', 'text/xml'], ['text/*', 'text/xml'], ['TEXT/XML', 'text/xml']] as const) {
  test(`a caller that accepts '${accept}' gets XML`, () => {
    const reply = renderFault(error, { ...facts, accept }, 'snake');
    assert.equal(reply.headers['content-type'], `${type}; charset=utf-8`);
    assert.match(reply.body.toString(), /^<\?xml version="1.0" encoding="UTF-8"\?>\n<error><type>server\.gateway\.mapping_failed<\/type><message>[^<]*<\/message><detail>0197a1b2-[^<]*<\/detail><code>/);
  });
}

for (const accept of ['', '*/*', 'application/json', 'application/problem+xml', 'constructor']) {
  test(`a caller that accepts '${accept}' gets JSON`, () => assert.equal(renderFault(error, { ...facts, accept }, 'snake').headers['content-type'], 'application/json; charset=utf-8'));
}

test('the time to come back is told in a header too', () => {
  const reply = renderFault(new CausewayError('suspended', 'x', { facts: { until: '2027-01-01T00:00:00Z' } }), facts, 'snake');
  assert.deepEqual([reply.status, reply.headers['retry-after']], [503, 'Fri, 01 Jan 2027 00:00:00 GMT']);
});

for (const code of Object.keys(CODES) as ErrorCode[]) {
  test(`${code} is rendered without X-Road-Error and without its private message`, () => {
    const reply = renderFault(new CausewayError(code, 'private'), facts, 'snake');
    assert.ok(reply.status >= 400 && reply.status < 600);
    assert.equal(reply.headers['causeway-error'], code);
    assert.equal(reply.headers['x-road-error'], undefined);
    assert.ok(!reply.body.toString().includes('private'));
  });
}
