import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CausewayError, asCausewayError } from '../../../src/errors.ts';
import { makeLogger } from '../../../src/platform/log.ts';
import type { Logger } from '../../../src/platform/log.ts';

const ISIKUKOOD = '36805280109';
const HETU = '131052-308T';

/** The lines that `write` logs, as text and parsed. */
function logged(write: (log: Logger) => void): { text: string; lines: Record<string, unknown>[] } {
  const chunks: string[] = [];
  write(makeLogger({ level: 'info', country: 'EE', destination: { write: (chunk) => void chunks.push(chunk) } }));
  return { text: chunks.join(''), lines: chunks.map((chunk) => JSON.parse(chunk) as Record<string, unknown>) };
}

function foreignError(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    return error;
  }
}

test('a line has level, time, base and facts', () => {
  const { lines } = logged((log) => log.info({ link: 'ee-fi' }, 'linked'));
  const { time, ...rest } = lines[0] ?? {};
  assert.deepEqual(rest, { level: 'info', country: 'EE', link: 'ee-fi', msg: 'linked' });
  assert.match(String(time), /^\d{4}-\d\d-\d\dT.*Z$/);
});

test('a child writes the exchange id on each line', () => {
  const { lines } = logged((log) => {
    const child = log.child({ xid: '0190-1' });
    child.info({}, 'one');
    child.warn({}, 'two');
  });
  assert.deepEqual(lines.map(({ xid, msg }) => [xid, msg]), [['0190-1', 'one'], ['0190-1', 'two']]);
});

test('below the level nothing is written', () => assert.equal(logged((log) => log.debug({}, 'noise')).text, ''));

test('values under denied keys are redacted at every depth and in every spelling', () => {
  const { text, lines } = logged((log) => log.info({ userId: 'EEx', deep: { 'X-Road-UserId': 'EEx', list: [{ private_key: 'EEx' }] }, body: Buffer.from('EEx') }, 'x'));
  assert.ok(!text.includes('EEx'));
  assert.deepEqual(lines[0]?.['deep'], { 'X-Road-UserId': '[redacted]', list: [{ private_key: '[redacted]' }] });
});

test('facts of a child are redacted too', () => {
  assert.ok(!logged((log) => log.child({ userId: 'EEx', note: ISIKUKOOD }).info({}, 'x')).text.match(/EEx|3680/));
});

for (const code of [ISIKUKOOD, HETU, HETU.replace('-', 'A')]) {
  test(`a personal code such as ${code.slice(0, 3)}… is masked under a harmless key and in the text`, () => {
    const { text } = logged((log) => log.warn({ note: `asked for ${code}.` }, `about ${code}`));
    assert.ok(!text.includes(code));
  });
}

test('identifiers of organisations and exchanges are not masked', () => {
  const facts = { client: 'FI/GOV/0245437-2/vero', other: 'EE/GOV/70006317', xid: '01920000-1234-7abc-8def-123456789012', at: 1_790_000_000_000 };
  const { lines } = logged((log) => log.info(facts, 'x'));
  for (const [key, value] of Object.entries(facts)) assert.equal(lines[0]?.[key], value);
});

test('an error of ours is logged with code, private message, facts and its cause', () => {
  const error = new CausewayError('peer-refused', 'refused by the peer', { facts: { peerCode: 'replay' }, cause: new CausewayError('replay', 'seen before') });
  const { lines } = logged((log) => log.error({ err: error }, 'refused'));
  assert.deepEqual(lines[0]?.['err'], { code: 'peer-refused', message: 'refused by the peer', facts: { peerCode: 'replay' }, cause: { code: 'replay', message: 'seen before', facts: {} } });
});

test('a foreign error is logged by class and frames, without its message, which quotes the data', () => {
  const { text, lines } = logged((log) => log.error({ err: foreignError(`{"name": Mari-Liis Männik}`) }, 'failed'));
  assert.ok(!text.includes('Mari'));
  const err = lines[0]?.['err'] as { class: string; frames: string[] };
  assert.equal(err.class, 'SyntaxError');
  assert.ok(err.frames.some((frame) => frame.includes('log.test.ts')));
});

test('a personal id in the cause of our error does not reach the log', () => {
  const cause = new Error(`no row for ${ISIKUKOOD} Mari-Liis`, { cause: new Error('Mari-Liis') });
  const { text, lines } = logged((log) => log.error({ err: new CausewayError('internal', 'the store failed', { cause }) }, 'failed'));
  assert.ok(!/Mari|3680/.test(text));
  const err = lines[0]?.['err'] as { message: string } | undefined;
  assert.equal(err?.message, 'the store failed');
});

test('a foreign error that became `internal` does not bring its message along', () => {
  const { text } = logged((log) => log.error({ err: asCausewayError(new Error('no such person: Mari-Liis')) }, 'failed'));
  assert.ok(!text.includes('Mari'));
  assert.match(text, /"code":"internal"/);
});

test('a thrown text that became `internal` is not logged', () => {
  assert.ok(!logged((log) => log.error({ err: asCausewayError('Mari-Liis') }, 'failed')).text.includes('Mari'));
});

test('the system code of a foreign error is kept', () => {
  const cause = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  const err = logged((log) => log.error({ err: cause }, 'x')).lines[0]?.['err'] as { code: string } | undefined;
  assert.equal(err?.code, 'ECONNREFUSED');
});
