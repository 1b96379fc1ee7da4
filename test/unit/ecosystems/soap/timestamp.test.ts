import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkTimestamp } from '../../../../src/ecosystems/soap/timestamp.ts';
import { element } from '../../../../src/xml/element.ts';
import { assertRefused } from '../../../support/refused.ts';

const WSU = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd';
const NOW = Date.UTC(2026, 10, 21, 12);
const WINDOW = { maxAge: 60_000, maxAhead: 10_000 };

type Instant = readonly [name: 'Created' | 'Expires', value: string];
const check = (...times: readonly Instant[]) => checkTimestamp(element(WSU, 'Timestamp', times.map(([name, value]) => element(WSU, name, [value]))), WINDOW, NOW);

test('a time within the window passes, with and without Expires and fractions', () => {
  check(['Created', '2026-11-21T12:00:00Z']);
  check(['Created', '2026-11-21T11:59:00.000Z'], ['Expires', '2026-11-21T12:00:00.001Z']);
  check(['Created', '2026-11-21T12:00:10.000000000Z']);
});

test('a time outside the window has expired, whichever side', async () => {
  for (const times of [[['Created', '2026-11-21T11:58:59.999Z']], [['Created', '2026-11-21T12:00:10.001Z']], [['Created', '2026-11-21T12:00:00Z'], ['Expires', '2026-11-21T12:00:00Z']]] as const) {
    assert.ok((await assertRefused(() => check(...times), 'signature-expired')).facts.hint);
  }
});

test('a time that is missing, doubled or unreadable is no time', async () => {
  const good = '2026-11-21T12:00:00Z';
  for (const times of [[], [['Expires', '2026-11-21T13:00:00Z']], [['Created', good], ['Created', good]], [['Created', good], ['Expires', '2026-11-21T13:00:00Z'], ['Expires', '2026-11-21T14:00:00Z']], [['Created', '2026-02-30T12:00:00+00:00']], [['Created', '']], [['Created', good], ['Expires', 'never']]] as const) {
    await assertRefused(() => check(...times), 'signature-invalid');
  }
});
