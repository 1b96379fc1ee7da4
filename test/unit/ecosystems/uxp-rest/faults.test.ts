import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CODES, CausewayError } from '../../../../src/errors.ts';
import type { ErrorCode } from '../../../../src/errors.ts';
import { renderFault } from '../../../../src/ecosystems/uxp-rest/faults.ts';

const facts = { exchange: '0197a1b2-0000-7000-8000-000000000001', country: 'UA' };

test('a refusal tells code and text in the headers in which UXP clients look, and the whole in its body', () => {
  const error = new CausewayError('not-allowed', 'private: 3404106605', { facts: { field: 'purpose', hint: 'A request has one purpose.' } });
  const { status, headers, body } = renderFault(error, facts, 'camel');
  assert.equal(status, 403);
  assert.deepEqual([headers['uxp-faultcode'], headers['uxp-faultstring']], ['Server.Gateway.NotAllowed', error.publicText]);
  assert.deepEqual(JSON.parse(body.toString()), { type: 'Server.Gateway.NotAllowed', message: error.publicText, detail: facts.exchange, code: 'not-allowed', exchange: facts.exchange, country: 'UA', fault: 'caller', retry: 'no', field: 'purpose' });
  assert.doesNotMatch(JSON.stringify([headers, body.toString()]), /3404106605/);
});

test('a hint that a header cannot carry stands in the body alone', () => {
  const { headers, body } = renderFault(new CausewayError('malformed', 'x', { facts: { hint: 'Поле?' } }), facts, 'snake');
  assert.deepEqual([headers['uxp-faultcode'], headers['uxp-faultstring']], ['server.gateway.malformed', CODES.malformed.text]);
  assert.match(body.toString(), /Поле/);
});

for (const code of Object.keys(CODES) as ErrorCode[]) {
  test(`${code} fits its headers`, () => {
    for (const value of Object.values(renderFault(new CausewayError(code, 'x'), facts, 'snake').headers)) assert.match(value, /^[\x20-\x7e]+$/);
  });
}
