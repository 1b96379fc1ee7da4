/** Which revision translates: in force, within the overlap, or the one that a question was sealed with. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CausewayError } from '../../../src/errors.ts';
import type { ErrorCode } from '../../../src/errors.ts';
import { firstFitting, inForce, revisionOf, usable } from '../../../src/exchange/mappings/revision.ts';
import type { Revision, Translation } from '../../../src/mapping/mappings.ts';
import { assertRefused } from '../../support/refused.ts';

const numbered = (revision: number): Translation => ({ ref: { id: 'xx/thing', revision, sha256: String(revision) } }) as Translation;
const numbers = (translations: readonly Translation[]): number[] => translations.map(({ ref }) => ref.revision);
const until = Number.POSITIVE_INFINITY;
const REVISIONS: readonly Revision[] = [
  { translation: numbered(1), from: 0, to: 100 },
  { translation: numbered(2), from: 100, to: 200 },
  { translation: numbered(3), from: 200, to: until },
];

test('a revision is in force from its time on, to the millisecond', () => {
  assert.deepEqual([0, 99, 100, 199, 200].map((now) => inForce(REVISIONS, now).ref.revision), [1, 1, 2, 2, 3]);
});

test('before the first revision is in force the service is not known', async () => {
  await assertRefused(() => inForce([{ translation: numbered(1), from: 10, to: until }], 9), 'unknown-service');
});

test('within the overlap the revisions that were replaced follow, newest first; a planned one never does', () => {
  assert.deepEqual([150, 210, 320, 230].map((now) => numbers(usable(REVISIONS, 120, now))), [[2, 1], [3, 2, 1], [3], [3, 2]]);
  assert.deepEqual(numbers(usable(REVISIONS, 0, 200)), [3]);
});

const refusing = (code: ErrorCode, of: number) => (translation: Translation) => {
  if (translation.ref.revision >= of) throw new CausewayError(code, `revision ${translation.ref.revision}`);
  return translation.ref.revision;
};

test('what the revision in force refuses is translated by the one before, and it is said which', () => {
  const { mapped, translation } = firstFitting([numbered(3), numbered(2), numbered(1)], refusing('mapping-failed', 3));
  assert.deepEqual([mapped, translation.ref.revision], [2, 2]);
});

test('what none can translate is refused as the revision in force refuses it', () => {
  assert.throws(() => firstFitting([numbered(3), numbered(2)], refusing('service-answer-unmappable', 0)), { message: 'revision 3' });
});

test('another failure is not hidden by an older revision', () => {
  assert.throws(() => firstFitting([numbered(3), numbered(2)], refusing('internal', 3)), { code: 'internal' });
});

test('a question that is taken up again is translated by the revision that it was sealed with, also when another one is in force', () => {
  assert.equal(revisionOf(REVISIONS, numbered(1).ref, 500).ref.revision, 1);
});

test('where that revision is gone, the answer is refused and not written in another form', async () => {
  const translation = revisionOf(REVISIONS, { id: 'xx/thing', revision: 1, sha256: 'another content' }, 500);
  await assertRefused(() => translation.responseToDomestic({} as never, {} as never), 'service-answer-unmappable');
});
