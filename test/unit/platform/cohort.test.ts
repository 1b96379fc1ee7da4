/** Who waits for the same work goes through it together. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { cohort } from '../../../src/platform/cohort.ts';
import type { Work } from '../../../src/platform/cohort.ts';

/** What was done, and the turns of the event loop between. */
function recorder() {
  const done: string[] = [];
  const exchange = async (name: string, ...works: Work[]): Promise<void> => {
    for (const work of works) {
      await cohort(work);
      done.push(`${name} ${work}`);
    }
  };
  return { done, exchange };
}

test('alone, its turn comes at once, in the next turn of the event loop', async () => {
  const { done, exchange } = recorder();
  const alone = exchange('a', 'prove');
  await Promise.resolve();
  assert.deepEqual(done, []);
  await turn();
  assert.deepEqual(done, ['a prove']);
  await alone;
});

test('the work that somebody has waited for longest is next, for all who wait for it', async () => {
  const { done, exchange } = recorder();
  await Promise.all([exchange('a', 'prove'), exchange('b', 'seal'), exchange('c', 'prove'), exchange('d', 'seal'), exchange('e', 'record')]);
  assert.deepEqual(done, ['a prove', 'c prove', 'b seal', 'd seal', 'e record']);
});

test('exchanges that begin together stay together, and one that comes later catches up with nobody who went on', async () => {
  const { done, exchange } = recorder();
  const first = [exchange('a', 'prove', 'seal'), exchange('b', 'prove', 'seal')];
  await turn();
  await Promise.all([...first, exchange('c', 'prove')]);
  assert.deepEqual(done, ['a prove', 'b prove', 'a seal', 'b seal', 'c prove']);
});

test('of very many that wait for one work some have their turn, and the rest another after who waits for other work', async () => {
  const { done, exchange } = recorder();
  const all = [...Array.from({ length: 40 }, (_, at) => exchange(`${at}`, 'prove')), exchange('other', 'seal')];
  const sizes: number[] = [];
  for (let turns = 0; turns < 4; turns += 1) {
    await turn();
    sizes.push(done.length);
  }
  await Promise.all(all);
  assert.deepEqual(sizes, [16, 17, 33, 41]);
  assert.equal(done[16], 'other seal');
  assert.deepEqual(done.toSpliced(16, 1), Array.from({ length: 40 }, (_, at) => `${at} prove`));
});

test('each work has a turn of the event loop of its own: what the loop brings meanwhile joins those who still wait', async () => {
  const { done, exchange } = recorder();
  const early = [exchange('a', 'prove'), exchange('b', 'seal')];
  await turn();
  assert.deepEqual(done, ['a prove']);
  await Promise.all([...early, exchange('c', 'seal')]);
  assert.deepEqual(done, ['a prove', 'b seal', 'c seal']);
});
