/** Waiting for what happens beside a test. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until `holds`; fails with `what` after `ms`. */
export async function eventually(what: string, holds: () => boolean | Promise<boolean>, ms = 10_000): Promise<void> {
  const until = performance.now() + ms;
  while (!(await holds())) {
    assert.ok(performance.now() < until, `not within ${ms} ms: ${what}`);
    await sleep(25);
  }
}
