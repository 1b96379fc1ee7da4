import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Progress } from '../../../src/exchange/progress.ts';

function progressAt(): { progress: Progress; pass(ms: number): void } {
  let time = 1000;
  const progress = new Progress({ now: () => 0, monotonic: () => time });
  return { progress, pass: (ms) => void (time += ms) };
}

test('a step is told with the link of an earlier one and the time since the first', () => {
  const { progress, pass } = progressAt();
  assert.deepEqual(progress.with({ xid: 'a', link: 'ee-fi' }), { xid: 'a', link: 'ee-fi', ms: 0 });
  pass(12.4);
  assert.deepEqual(progress.with({ xid: 'a', code: 'replay' }), { xid: 'a', code: 'replay', link: 'ee-fi', ms: 12 });
});

test('exchanges do not mix, and a link that no step has named is left out', () => {
  const { progress, pass } = progressAt();
  progress.with({ xid: 'a', link: 'ee-fi' });
  pass(5);
  assert.deepEqual(progress.with({ xid: 'b' }), { xid: 'b', ms: 0 });
});

test('what belongs to no exchange is told as it is', () => {
  assert.deepEqual(progressAt().progress.with({ xid: '', code: 'peer-unknown' }), { xid: '', code: 'peer-unknown' });
});

test('an exchange that was forgotten begins anew: memory is bounded', () => {
  const { progress, pass } = progressAt();
  progress.with({ xid: 'first', link: 'ee-fi' });
  for (let n = 0; n < 10_000; n += 1) progress.with({ xid: String(n) });
  pass(100);
  assert.deepEqual(progress.with({ xid: 'first' }), { xid: 'first', ms: 0 });
});

test('from the step that names the service of an echo on, an exchange is told as one', () => {
  const progress = new Progress({ now: () => 0, monotonic: () => 0 }, new Set(['FI/GOV/1-1/causeway/echo']));
  assert.deepEqual(progress.with({ xid: 'a', service: 'FI/GOV/1-1/causeway/echo' }), { xid: 'a', service: 'FI/GOV/1-1/causeway/echo', echo: true, ms: 0 });
  assert.deepEqual(progress.with({ xid: 'a' }), { xid: 'a', echo: true, ms: 0 });
  assert.deepEqual(progress.with({ xid: 'b', service: 'FI/GOV/1-1/prh/companies' }), { xid: 'b', service: 'FI/GOV/1-1/prh/companies', ms: 0 });
});
