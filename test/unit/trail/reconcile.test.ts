/** Comparing two sides' sets: what differs is found and named, in at most four questions, and what agrees costs none. */
import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { suite, test } from 'node:test';
import { closedWindows, elementKey, elementOf, packElements } from '../../../src/trail/reconcile/set.ts';
import { Rollup } from '../../../src/trail/reconcile/tree.ts';
import { encodeAnswer, encodeQuestion, parseAnswer, parseQuestion } from '../../../src/trail/reconcile/wire.ts';
import { answerQuestion, compareSets } from '../../../src/trail/reconcile/reconcile.ts';
import type { Difference, Question } from '../../../src/trail/reconcile/reconcile.ts';
import { digest, entryOf, newId } from '../../support/trail.ts';

const ENTITIES = { EE: 'https://gateway.ee.example', FI: 'https://gateway.fi.example' };
const RANGE = { from: 29_395_600, to: 29_395_900 };

interface Statement {
  readonly window: number;
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

const bytes = (text: string): Uint8Array => hash('sha256', text, 'buffer');
const statement = (n: number, value = 'as both have it'): Statement => ({ window: RANGE.from + (n * 7) % 300, key: bytes(`key ${n}`), value: bytes(`${n} ${value}`) });

function sideOf(statements: readonly Statement[]): Rollup {
  const windows = Map.groupBy(statements, ({ window }) => window);
  return new Rollup({ elements: (window) => packElements(windows.get(window) ?? []) });
}

/** As it goes over the wire, with what was asked. */
async function compare(ours: readonly Statement[], theirs: readonly Statement[]): Promise<{ readonly found: Difference[]; readonly asked: Question['ask'][] }> {
  const asked: Question['ask'][] = [];
  const [mine, other] = [sideOf(ours), sideOf(theirs)];
  if (Buffer.compare(mine.root(RANGE.from, RANGE.to), other.root(RANGE.from, RANGE.to)) === 0) return { found: [], asked };
  const found = await compareSets(RANGE, async (question) => answerQuestion(question, mine), async (question) => {
    asked.push(question.ask);
    return parseAnswer(encodeAnswer(answerQuestion(parseQuestion(encodeQuestion(question)), other)));
  });
  return { found, asked };
}

const told = ({ kind, key, ours, theirs }: Difference) => [kind, Buffer.from(key).toString('hex'), ours.length, theirs.length];

suite('two sides', () => {
  const both = Array.from({ length: 1200 }, (_, n) => statement(n));

  test('that hold the same, in any order, agree without a question', async () => {
    assert.deepEqual(await compare(both, both.toReversed()), { found: [], asked: [] });
    assert.deepEqual(await compare([], []), { found: [], asked: [] });
  });

  test('that lack something, or hold another statement of an exchange, are told which, in four questions', async () => {
    const ours = [...both.slice(10), statement(5000)];
    const theirs = both.map((one, n) => (n === 77 ? statement(77, 'another') : one));
    const { found, asked } = await compare(ours, theirs);
    assert.deepEqual(asked, ['windows', 'nodes', 'buckets', 'elements']);
    const hex = (n: number) => Buffer.from(statement(n).key).toString('hex');
    const expected = [...Array.from({ length: 10 }, (_, n) => ['missing-here', hex(n), 0, 1]), ['missing-there', hex(5000), 1, 0], ['different', hex(77), 1, 1]];
    assert.deepEqual(new Set(found.map(told).map(String)), new Set(expected.map(String)));
    assert.equal(found.length, expected.length);
  });

  test('of which one holds nothing differ in everything', async () => {
    const { found } = await compare([], both.slice(0, 50));
    assert.deepEqual(new Set(found.map(({ kind }) => kind)), new Set(['missing-here']));
    assert.equal(found.length, 50);
  });

  test('with two statements of one step on one side alone differ by that', async () => {
    const { found } = await compare([...both, statement(3, 'a second one')], both);
    assert.deepEqual(found.map(({ kind, ours, theirs }) => [kind, ours.length, theirs.length]), [['different', 2, 1]]);
  });

  test('differ as the sets do, whatever was changed', async () => {
    const few = both.slice(0, 300);
    for (let round = 0; round < 12; round += 1) {
      const some = (odds: number) => few.filter((_, n) => bytes(`${round} ${odds} ${n}`)[0]! >= odds).map((one, n) => (bytes(`v ${round} ${odds} ${n}`)[0]! < odds ? { ...one, value: bytes('other') } : one));
      const [ours, theirs] = [some(round % 5), some(round % 3)];
      const name = ({ key, value }: Statement) => `${Buffer.from(key).toString('hex')} ${Buffer.from(value).toString('hex')}`;
      const [a, b] = [new Set(ours.map(name)), new Set(theirs.map(name))];
      const keys = new Set([...a.symmetricDifference(b)].map((one) => one.slice(0, 64)));
      const { found } = await compare(ours, theirs);
      assert.deepEqual(new Set(found.map(({ key }) => Buffer.from(key).toString('hex'))), keys);
    }
  });
});

test('another side that answers with too little, too much or other parts is refused, and nothing is made of it', async () => {
  const ours = sideOf([statement(1)]);
  const mine = async (question: Question) => answerQuestion(question, ours);
  for (const answer of [[], [new Uint8Array(31)], [new Uint8Array(33)], Array.from({ length: 7 }, () => new Uint8Array(5))]) {
    await assert.rejects(compareSets(RANGE, mine, async () => answer), RangeError);
  }
});

test('a question that is none, or asks for more than there is in a month, is refused', () => {
  for (const text of ['', '{}', '{"ask":"everything"}', '{"ask":"nodes","windows":[-1]}', '{"ask":"buckets","nodes":[[1,256]]}', `{"ask":"nodes","windows":${JSON.stringify(Array(10_001).fill(1))}}`, '{"ask":"windows","range":{"from":0,"to":99999999},"hours":[]}', '{"ask":"windows","range":{"from":2,"to":1},"hours":[]}']) {
    assert.throws(() => parseQuestion(text), { code: 'malformed' });
  }
  assert.throws(() => parseAnswer(Buffer.from([0, 0, 0, 9, 1])), { code: 'malformed' });
});

suite('an entry', () => {
  test('is the same element on both sides, whoever keeps it', () => {
    const xid = newId();
    const core = digest();
    const ours = elementOf(entryOf(xid, { core, event: 'SubmissionAcceptance' }), ENTITIES);
    const theirs = elementOf(entryOf(xid, { core, event: 'RelayAcceptance', kid: 'another' }), ENTITIES);
    assert.deepEqual(ours, theirs);
    assert.deepEqual(ours?.key, elementKey(ENTITIES.FI, xid, 'request'));
  });

  test('of an answer belongs to the asker, to whom it goes', () => {
    const xid = newId();
    const answer = elementOf(entryOf(xid, { step: 'response', from: 'EE', to: 'FI' }), ENTITIES);
    assert.deepEqual(answer?.key, elementKey(ENTITIES.FI, xid, 'response'));
  });

  test('that records no statement is none', () => {
    const { core: _, ...unsigned } = entryOf(newId(), { step: 'outcome-unknown' });
    assert.equal(elementOf(unsigned, ENTITIES), undefined);
  });

  test('key, by hand', () => {
    const expected = hash('sha256', Buffer.concat([Buffer.from('causeway/rk/v1\0'), hash('sha256', ENTITIES.FI, 'buffer'), Buffer.from('01890a5d-ac96-774b-bcce-b302099a8057request')]), 'hex');
    assert.equal(Buffer.from(elementKey(ENTITIES.FI, '01890a5d-ac96-774b-bcce-b302099a8057', 'request')).toString('hex'), expected);
  });
});

test('a minute is compared two minutes after its end', () => {
  const at = (time: string) => Date.parse(`2026-11-21T${time}Z`);
  const minute = (time: string) => at(time) / 60_000;
  assert.deepEqual(closedWindows(at('12:00:00'), at('12:10:00'), at('13:00:00')), { from: minute('12:00:00'), to: minute('12:10:00') });
  assert.deepEqual(closedWindows(at('12:00:00'), at('12:10:00'), at('12:04:59')), { from: minute('12:00:00'), to: minute('12:02:00') });
  assert.deepEqual(closedWindows(at('12:00:00'), at('12:10:00'), at('12:01:00')), { from: minute('12:00:00'), to: minute('12:00:00') });
});
