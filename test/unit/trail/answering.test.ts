/** The bounds of what a peer may ask of our sets: by the minute, by the size of an answer, by the number of proofs. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Answering } from '../../../src/trail/reconcile/answering.ts';
import { encodeAsked, encodeQuestion, parseAnswer, parseProven } from '../../../src/trail/reconcile/wire.ts';
import { TRAIL_PATHS } from '../../../src/trail/serve.ts';
import { reconcilingSides } from '../../support/reconciling-sides.ts';
import { entryOf, newId } from '../../support/trail.ts';
import { BEGIN, LINK } from '../../support/trail-sides.ts';

const WINDOW = Math.floor(BEGIN / 60_000);
const clock = { now: () => BEGIN, monotonic: () => 0 };

test('a peer asks as often, and for as much, as the limits say; what it asks about and we do not hold is null', async (t) => {
  const { trails, EE } = await reconcilingSides(t);
  for (let n = 0; n < 40; n += 1) await EE.side.store.commit({ entries: [{ log: LINK, entry: entryOf(newId(), { window: WINDOW + n, t: { ms: BEGIN, clock: 'unknown' } }) }] });
  await trails.tick();
  const answering = (limits: { readonly perMinute: number; readonly maxAnswerBytes: number }) => new Answering({ sets: EE.sets, clock, statement: async () => undefined, note: async () => '', ...limits });
  const nodes = encodeQuestion({ ask: 'nodes', windows: Array.from({ length: 40 }, (_, n) => WINDOW + n) });

  const roomy = answering({ perMinute: 3, maxAnswerBytes: 40 * 68 });
  const { body } = await roomy.answer(LINK, TRAIL_PATHS.compare, nodes);
  assert.equal(parseAnswer(body as Uint8Array).length, 40);
  const unknown = { window: WINDOW, key: new Uint8Array(32), value: new Uint8Array(32) };
  assert.deepEqual(parseProven((await roomy.answer(LINK, TRAIL_PATHS.proofs, encodeAsked([unknown]))).body as string), [undefined]);
  await assert.rejects(roomy.answer(LINK, TRAIL_PATHS.proofs, encodeAsked(Array.from({ length: 101 }, () => unknown))), { code: 'malformed' });
  await assert.rejects(async () => roomy.answer(LINK, TRAIL_PATHS.compare, nodes), { code: 'overloaded' });
  await assert.rejects(answering({ perMinute: 3, maxAnswerBytes: 40 * 68 - 1 }).answer(LINK, TRAIL_PATHS.compare, nodes), { code: 'too-large' });
});
