import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CausewayError } from '../../../src/errors.ts';
import { Admission } from '../../../src/http/admission.ts';

const intact = async () => {};

test('as many exchanges as the limit says are taken, one more is refused as overloaded, and one that ended makes room', async () => {
  const admission = new Admission(1, intact);
  const first = Promise.withResolvers<string>();
  const running = admission.run('ee-fi', () => first.promise);
  await assert.rejects(admission.run('ee-fi', async () => 'second'), { code: 'overloaded' });
  first.resolve('first');
  assert.equal(await running, 'first');
  assert.equal(await admission.run('ee-fi', async () => 'third'), 'third');
});

test('an exchange that fails makes room as well', async () => {
  const admission = new Admission(1, intact);
  await assert.rejects(admission.run('ee-fi', async () => { throw new Error('failed'); }), /failed/);
  assert.equal(admission.running, 0);
});

test('once the process drains every new exchange is refused', async () => {
  const admission = new Admission(10, intact);
  admission.drain();
  await assert.rejects(admission.run('ee-fi', async () => 'late'), { code: 'draining' });
  assert.equal(admission.open, false);
});

test('a link whose trail is broken takes no exchange, and the others go on', async () => {
  const admission = new Admission(10, async (link) => {
    if (link === 'ee-fi') throw new CausewayError('trail-broken', 'forked');
  });
  await assert.rejects(admission.run('ee-fi', async () => 'never'), { code: 'trail-broken' });
  assert.equal(await admission.run('ee-ua', async () => 'fine'), 'fine');
});
