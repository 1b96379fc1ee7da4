import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextTraceparent } from '../../../src/platform/trace.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';

test('the trace and its flags are carried on, under a parent of our own', () => {
  for (const flags of ['00', '01']) {
    const next = nextTraceparent(`00-${TRACE}-${PARENT}-${flags}`);
    assert.match(next, new RegExp(`^00-${TRACE}-[0-9a-f]{16}-${flags}$`));
    assert.equal(next.includes(PARENT), false);
  }
});

for (const incoming of [undefined, '', 'x', `01-${TRACE}-${PARENT}-01`, `00-${'0'.repeat(32)}-${PARENT}-01`, `00-${TRACE}-${'0'.repeat(16)}-01`, `00-${TRACE.toUpperCase()}-${PARENT}-01`, `00-${TRACE}-${PARENT}-01-extra`, `00-${TRACE}-${PARENT}-01\r\nx: y`]) {
  test(`${JSON.stringify(incoming)} begins a new trace`, () => {
    const next = nextTraceparent(incoming);
    assert.match(next, /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    assert.equal(next.includes(TRACE), false);
    assert.notEqual(next, nextTraceparent(incoming));
  });
}
