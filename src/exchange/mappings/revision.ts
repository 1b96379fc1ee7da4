/** Which revision of a mapping a message is translated by. An exchange goes on with the one that it began with, whatever is loaded meanwhile. */
import { CausewayError } from '../../errors.ts';
import type { ErrorCode } from '../../errors.ts';
import type { Revision, Translation } from '../../mapping/mappings.ts';

/** The revision in force. Throws `unknown-service` where none is yet. */
export function inForce(revisions: readonly Revision[], now: number): Translation {
  const found = revisions.find(({ from, to }) => from <= now && now < to);
  if (found === undefined) throw new CausewayError('unknown-service', 'no revision of the mapping of this service is in force yet');
  return found.translation;
}

/** The revision in force, and those that were replaced less than `overlap` milliseconds ago, newest first: agencies and registers do not change in the same second as we do. */
export function usable(revisions: readonly Revision[], overlap: number, now: number): Translation[] {
  const replaced = revisions.filter(({ from, to }) => from <= now && to <= now && now < to + overlap).toSorted((a, b) => b.to - a.to);
  return [inForce(revisions, now), ...replaced.map(({ translation }) => translation)];
}

/**
 * What the first of the revisions makes of a message, or the next one where the message does not fit it, with the revision that was taken: each statement says which it was. Throws what the
 * first one throws when none fits.
 */
export function firstFitting<T>(revisions: readonly Translation[], translate: (translation: Translation) => T): { readonly mapped: T; readonly translation: Translation } {
  let refused: unknown;
  for (const translation of revisions) {
    try {
      return { mapped: translate(translation), translation };
    } catch (thrown) {
      if (!(thrown instanceof CausewayError) || !UNFIT.has(thrown.code)) throw thrown;
      refused ??= thrown;
    }
  }
  throw refused;
}
const UNFIT: ReadonlySet<ErrorCode> = new Set(['mapping-failed', 'service-answer-unmappable']);

/**
 * The revision that a question was sealed with, for one that is taken up again after a start. Where its file is gone the answer is still asked for and recorded, but not given in
 * another form than the question had: it is `service-answer-unmappable`.
 */
export function revisionOf(revisions: readonly Revision[], sealed: { readonly id: string; readonly revision: number; readonly sha256: string }, now: number): Translation {
  const found = revisions.find(({ translation }) => translation.ref.sha256 === sealed.sha256);
  if (found !== undefined) return found.translation;
  const gone = (): never => {
    throw new CausewayError('service-answer-unmappable', `revision ${sealed.revision} of mapping ${sealed.id}, with which the question was translated, is no longer here`);
  };
  return { ...inForce(revisions, now), responseToDomestic: gone };
}
