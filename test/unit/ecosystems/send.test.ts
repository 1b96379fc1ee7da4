import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sendOnce } from '../../../src/ecosystems/send.ts';
import { ConnectionFailed } from '../../../src/platform/http-client.ts';
import type { ConnectionFailure, HttpConnection } from '../../../src/platform/http-client.ts';
import type { ErrorCode } from '../../../src/errors.ts';
import { coded } from './errors.ts';
import { NO_SCOPE } from '../../support/spool.ts';

const request = { method: 'POST', target: '/', headers: {}, body: new Uint8Array() };
const deadline = new AbortController().signal;
const connection = (send: HttpConnection['send']): HttpConnection => ({ send, close: async () => undefined });

test('the request, the deadline and the limit go to the connection, and its answer comes back', async () => {
  const reply = { status: 200, headers: {}, body: new Uint8Array() };
  const calls: unknown[] = [];
  const answer = await sendOnce(request, connection(async (...call) => (calls.push(call), reply)), deadline, 99, NO_SCOPE);
  assert.equal(answer, reply);
  assert.deepEqual(calls, [[request, { signal: deadline, maxBytes: 99, scope: NO_SCOPE }]]);
});

const failures: readonly (readonly [reason: ConnectionFailure, sent: boolean, code: ErrorCode, delivered: 'no' | 'unknown' | 'yes'])[] = [
  ['connect', false, 'service-unreachable', 'no'],
  ['aborted', false, 'service-unreachable', 'no'],
  ['aborted', true, 'service-slow', 'unknown'],
  ['broken', true, 'outcome-unknown', 'unknown'],
  ['too-large', true, 'service-answer-invalid', 'yes'],
  ['no-room', true, 'disk-full', 'yes'],
];
for (const [reason, sent, code, delivered] of failures) {
  test(`a connection that fails as ${reason}, ${sent ? 'after' : 'before'} sending, is ${code}, delivered ${delivered}`, async () => {
    const failure = new ConnectionFailed(reason, sent, new Error('cause'));
    await assert.rejects(sendOnce(request, connection(() => Promise.reject(failure)), deadline, 99, NO_SCOPE), coded(code, { delivered }));
  });
}

test('a bug is not taken for a failed connection', async () => {
  const bug = new TypeError('bug');
  await assert.rejects(sendOnce(request, connection(() => Promise.reject(bug)), deadline, 99, NO_SCOPE), bug);
});
