/** The receiver decides with the loss report that came sealed with a message: what its own settings of the link do not accept as lost, it refuses. */
import { CausewayError } from '../errors.ts';
import type { Delivered } from '../errors.ts';
import type { LossKind } from '../federation/link.ts';
import type { LossReport } from '../stages.ts';

/**
 * Throws `loss-refused` when the report names fields of a kind that is not accepted. Neither message nor facts repeat the peer's paths, which may hold anything; the report itself is
 * in the evidence.
 */
export function acceptLoss(loss: LossReport, refused: readonly LossKind[] = [], delivered: Delivered): void {
  const found = refused.filter((kind) => loss[kind].length > 0);
  if (found.length === 0) return;
  const text = found.map((kind) => `${loss[kind].length} ${kind}`).join(', ');
  throw new CausewayError('loss-refused', `the peer's loss report: ${text}`, { facts: { delivered, hint: `Fields that were lost in translation: ${text}.` } });
}
