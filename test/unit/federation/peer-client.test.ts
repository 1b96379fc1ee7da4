import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EXCHANGES_PATH, STATEMENT_HEADER, askPeer } from '../../../src/federation/peer-client.ts';
import type { AskOptions } from '../../../src/federation/peer-client.ts';
import { problemBody } from '../../../src/federation/seal.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { ConnectionFailed } from '../../../src/platform/http-client.ts';
import type { HttpConnection, HttpMessage, HttpReply } from '../../../src/platform/http-client.ts';
import { assertRefused } from '../../support/refused.ts';
import type { Content } from '../../../src/stages.ts';
import { NO_SCOPE } from '../../support/spool.ts';

const REQUEST = { statement: 'a.b.c', payload: Buffer.from('payload') };
const ANSWER: HttpReply = { status: 200, headers: { [STATEMENT_HEADER]: 'd.e.f' }, body: Buffer.from('answer') };
const problem = (status: number, body: Uint8Array = problemBody('statement-untrusted')): HttpReply => ({ status, headers: {}, body });
const nothingSent = new ConnectionFailed('connect', false, new Error('refused'));
const perhapsSent = new ConnectionFailed('broken', true, new Error('reset'));

/** A peer that answers, or fails, in this order; the last of it again and again. */
function peer(...script: readonly (HttpReply | Error)[]) {
  const seen: HttpMessage<Content>[] = [];
  const connection: HttpConnection = {
    send: async (message) => {
      const next = script[Math.min(seen.length, script.length - 1)];
      seen.push(message);
      if (next === undefined || next instanceof Error) throw next ?? new Error('no script');
      return next;
    },
    close: async () => {},
  };
  return { seen, connection };
}

function options(changes: Partial<AskOptions> & { within?: number } = {}): AskOptions {
  const clock = systemClock();
  const { within = 10_000, ...rest } = changes;
  return { deadline: clock.monotonic() + within, patience: 10_000, resumed: false, stop: new AbortController().signal, clock, maxBytes: 1000, scope: NO_SCOPE, ...rest };
}

test('the sealed bytes go out as they are, and the answer comes back as it is, whatever its status', async () => {
  const { seen, connection } = peer({ ...ANSWER, status: 502 });
  assert.deepEqual(await askPeer(REQUEST, connection, options({ traceparent: '00-a-b-01' })), { statement: 'd.e.f', payload: ANSWER.body });
  assert.equal(seen.length, 1);
  assert.deepEqual([seen[0]?.method, seen[0]?.target, seen[0]?.headers[STATEMENT_HEADER], seen[0]?.headers['traceparent'], seen[0]?.body], ['POST', EXCHANGES_PATH, 'a.b.c', '00-a-b-01', REQUEST.payload]);
});

for (const status of [429, 502, 503, 504]) {
  test(`after an unsigned ${status} the same bytes are sent again`, async () => {
    const { seen, connection } = peer(problem(status), ANSWER);
    await askPeer(REQUEST, connection, options());
    assert.deepEqual(seen[1], seen[0]);
  });
}

test('after a connection that broke the same bytes are sent again', async () => {
  const { seen, connection } = peer(perhapsSent, perhapsSent, ANSWER);
  await askPeer(REQUEST, connection, options());
  assert.equal(seen.length, 3);
});

test('a peer that cannot be reached is given up after three tries: nothing was delivered', async () => {
  const { seen, connection } = peer(nothingSent);
  const { facts } = await assertRefused(askPeer(REQUEST, connection, options()), 'peer-unreachable');
  assert.deepEqual([facts.delivered, seen.length], ['no', 3]);
});

test('once a copy may have left, a peer that cannot be reached is asked until the deadline, and the outcome is unknown', async () => {
  const { seen, connection } = peer(perhapsSent, nothingSent);
  const { facts } = await assertRefused(askPeer(REQUEST, connection, options({ within: 900 })), 'peer-slow');
  assert.equal(facts.delivered, 'unknown');
  assert.ok(seen.length >= 4);
});

test('a deadline that has passed before anything was sent leaves nothing delivered; for a resumed question it is unknown', async () => {
  const { seen, connection } = peer(ANSWER);
  assert.equal((await assertRefused(askPeer(REQUEST, connection, options({ within: -1 })), 'peer-unreachable')).facts.delivered, 'no');
  assert.equal((await assertRefused(askPeer(REQUEST, connection, options({ within: -1, resumed: true })), 'peer-slow')).facts.delivered, 'unknown');
  assert.equal(seen.length, 0);
});

test('an unsigned refusal of the first copy says that nothing was delivered, and why', async () => {
  const { connection } = peer(problem(401));
  const { facts } = await assertRefused(askPeer(REQUEST, connection, options()), 'peer-refused');
  assert.deepEqual([facts.delivered, facts.peerCode], ['no', 'statement-untrusted']);
});

for (const [what, script, changes] of [
  ['of a later copy', [perhapsSent, problem(401)], {}],
  ['after the peer was busy', [problem(503), problem(401)], {}],
  ['of a resumed question', [problem(401)], { resumed: true }],
  ['with a status of the server', [problem(500)], {}],
  ['with a status of success', [problem(200)], {}],
] as const) {
  test(`an unsigned refusal ${what} does not say what was delivered`, async () => {
    const { connection } = peer(...script);
    assert.equal((await assertRefused(askPeer(REQUEST, connection, options(changes)), 'peer-refused')).facts.delivered, 'unknown');
  });
}

test('a code that is not one of ours is not repeated to anybody', async () => {
  const { connection } = peer(problem(400, Buffer.from('{"type":"urn:causeway:error:made-up"}')));
  assert.equal('peerCode' in (await assertRefused(askPeer(REQUEST, connection, options()), 'peer-refused')).facts, false);
});

test('an answer beyond the limit is not asked for again', async () => {
  const { seen, connection } = peer(new ConnectionFailed('too-large', true, new Error('1001 bytes')));
  const { facts } = await assertRefused(askPeer(REQUEST, connection, options()), 'peer-answer-invalid');
  assert.deepEqual([facts.delivered, seen.length], ['unknown', 1]);
});

test('when the process stops no further copy is sent', async () => {
  const stop = new AbortController();
  const { seen, connection } = peer(perhapsSent);
  const asking = assertRefused(askPeer(REQUEST, connection, options({ stop: stop.signal })), 'draining');
  setTimeout(() => stop.abort(), 20);
  assert.equal((await asking).facts.delivered, 'unknown');
  assert.equal(seen.length, 1);
});
