/** The echo of one gateway to the other: what it proves, and what is refused. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { answerEcho, readAnswer, signEcho } from '../../../src/federation/echo.ts';
import type { EchoState } from '../../../src/federation/echo.ts';
import { makeLink } from '../../../src/federation/link.ts';
import type { Agreement } from '../../../src/federation/link.ts';
import type { Between } from '../../../src/federation/notice.ts';
import { refuses } from '../../support/refused.ts';
import { NOW, makePair } from '../../support/sides.ts';

const { ee, fi } = makePair();
const WELL: EchoState = { home: 'reached', exchanges: 'taken' };
const other = (change: Partial<Agreement>): Between => ({ side: fi.side, link: makeLink([{ ...fi.link.versions[0].agreement, ...change }], fi.entity, fi.link.settings) });

suite('an echo', () => {
  test('comes back with what the peer says of itself', async () => {
    const question = await signEcho(ee, NOW);
    assert.deepEqual(readAnswer(await answerEcho(question, fi, WELL, NOW), question, ee, NOW), WELL);
    assert.deepEqual(readAnswer(await answerEcho(question, fi, { home: 'not-reached', exchanges: 'refused' }, NOW), question, ee, NOW), { home: 'not-reached', exchanges: 'refused' });
  });

  test('of another agreement, or another environment, is refused', async () => {
    const question = await signEcho(ee, NOW);
    await refuses(answerEcho(question, other({ retryTime: 1 }), WELL, NOW), 'link-mismatch');
    await refuses(answerEcho(question, other({ environment: 'production' }), WELL, NOW), 'link-mismatch');
  });

  test('that was not signed just now is refused', async () => {
    const question = await signEcho(ee, NOW);
    await refuses(answerEcho(question, fi, WELL, NOW + 61_000), 'clock-skew');
    await refuses(answerEcho(question, fi, WELL, NOW - 61_000), 'clock-skew');
  });

  test('of another gateway, and the answer to another question, is refused', async () => {
    const question = await signEcho(ee, NOW);
    await refuses(answerEcho(await signEcho(fi, NOW), fi, WELL, NOW), 'statement-untrusted');
    await refuses(answerEcho(await signEcho(makePair().ee, NOW), fi, WELL, NOW), 'statement-invalid');
    const answer = await answerEcho(await signEcho(ee, NOW), fi, WELL, NOW);
    await refuses(() => readAnswer(answer, question, ee, NOW), 'peer-answer-invalid');
    await refuses(() => readAnswer(question, question, ee, NOW), 'statement-malformed');
  });
});
