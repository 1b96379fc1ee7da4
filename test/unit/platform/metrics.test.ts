import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeMetrics } from '../../../src/platform/metrics.ts';

test('a step is counted by step and link, and timed when it says how long it took', async () => {
  const metrics = makeMetrics();
  metrics.step('inbound.authenticated', { xid: 'x', link: 'ee-fi', ms: 40 });
  metrics.step('inbound.authenticated', { xid: 'y', link: 'ee-fi' });
  const { text, contentType } = await metrics.text();
  assert.match(text, /^causeway_steps_total\{step="inbound.authenticated",link="ee-fi"\} 2$/m);
  assert.match(text, /^causeway_step_seconds_count\{step="inbound.authenticated",link="ee-fi"\} 1$/m);
  assert.match(text, /^causeway_step_seconds_bucket\{le="0.05",.*\} 1$/m);
  assert.match(contentType, /^text\/plain/);
});

test('a refusal is counted by its code', async () => {
  const metrics = makeMetrics();
  metrics.step('outbound.refused', { link: 'ee-fi', code: 'not-allowed' });
  assert.match((await metrics.text()).text, /^causeway_refusals_total\{step="outbound.refused",link="ee-fi",code="not-allowed"\} 1$/m);
});

test('facts beyond link and code make no labels', async () => {
  const metrics = makeMetrics();
  const facts = { link: 'ee-fi', code: 'not-allowed', client: 'FI/GOV/1' };
  metrics.step('outbound.refused', facts);
  assert.ok(!(await metrics.text()).text.includes('FI/GOV/1'));
});

test('a gauge is read when metrics are asked for, and gateways in one process do not mix', async () => {
  const [one, other] = [makeMetrics(), makeMetrics()];
  let running = 3;
  one.gauge('in_flight', 'Exchanges in flight.', () => running);
  running = 5;
  assert.match((await one.text()).text, /^causeway_in_flight 5$/m);
  assert.ok(!(await other.text()).text.includes('causeway_in_flight'));
});
