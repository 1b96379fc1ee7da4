import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { test } from 'node:test';
import { InFlight } from '../../../src/exchange/in-flight.ts';

const conflict = () => new Error('conflict');

/** Work that ends when the test says so, and counts how often it began. */
function held<T>() {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const work = { begun: 0, resolve, reject, run: () => ((work.begun += 1), promise) };
  return work;
}

test('copies that arrive meanwhile join the first one and get its outcome', async () => {
  const inFlight = new InFlight<string>();
  const work = held<string>();
  const copies = [1, 2, 3].map(() => inFlight.run('key', 'digest', work.run, conflict));
  assert.equal(inFlight.size, 1);
  work.resolve('outcome');
  assert.deepEqual(await Promise.all(copies), ['outcome', 'outcome', 'outcome']);
  assert.equal(work.begun, 1);
  assert.equal(inFlight.size, 0);
});

test('other bytes under the same key are a conflict, and disturb nothing', async () => {
  const inFlight = new InFlight<string>();
  const work = held<string>();
  const first = inFlight.run('key', 'digest', work.run, conflict);
  const other = held<string>();
  await assert.rejects(inFlight.run('key', 'other digest', other.run, conflict), /conflict/);
  assert.equal(other.begun, 0);
  work.resolve('outcome');
  assert.equal(await first, 'outcome');
});

test('other keys run beside each other', async () => {
  const inFlight = new InFlight<string>();
  const [a, b] = [held<string>(), held<string>()];
  const both = [inFlight.run('a', 'digest', a.run, conflict), inFlight.run('b', 'digest', b.run, conflict)];
  assert.equal(inFlight.size, 2);
  b.resolve('b');
  a.resolve('a');
  assert.deepEqual(await Promise.all(both), ['a', 'b']);
});

test('an error reaches every copy, and the key is free again', async () => {
  const inFlight = new InFlight<string>();
  const work = held<string>();
  const copies = [1, 2].map(() => inFlight.run('key', 'digest', work.run, conflict));
  work.reject(new Error('broken'));
  for (const copy of copies) await assert.rejects(copy, /broken/);
  assert.equal(await inFlight.run('key', 'other digest', async () => 'next', conflict), 'next');
});

test('after the outcome the same key runs anew: the store answers, not the memory', async () => {
  const inFlight = new InFlight<number>();
  let runs = 0;
  const work = async () => (runs += 1);
  assert.deepEqual([await inFlight.run('key', 'digest', work, conflict), await inFlight.run('key', 'digest', work, conflict)], [1, 2]);
});

test('drained waits for what is on its way, for what joins it meanwhile, and for failures', async () => {
  const inFlight = new InFlight<string>();
  const [a, b] = [held<string>(), held<string>()];
  const first = inFlight.run('a', 'digest', a.run, conflict);
  let drained = false;
  const draining = inFlight.drained(60_000).then(() => (drained = true));
  const second = inFlight.run('b', 'digest', b.run, conflict);
  a.resolve('a');
  await first;
  await setImmediate();
  assert.equal(drained, false);
  b.reject(new Error('broken'));
  await assert.rejects(second);
  await draining;
  assert.equal(inFlight.size, 0);
});

test('drained does not wait longer than it is given', async () => {
  const inFlight = new InFlight<string>();
  const work = held<string>();
  const running = inFlight.run('key', 'digest', work.run, conflict);
  await inFlight.drained(1);
  assert.equal(inFlight.size, 1);
  work.resolve('late');
  await running;
});

test('drained of nothing is at once', () => new InFlight().drained(60_000));
