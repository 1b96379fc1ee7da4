/** What explain tells: one field of one message, and the rule that made it what it became. */
import type { JsonValue } from '../../stages.ts';

/** Stands for a value that is not to be printed. */
export const HIDDEN = '‹personal›';

/**
 * `mapped` (by the rule's codec, or as it is), `constant`, `echoed`, `computed`, `outcome`; with loss `defaulted`, `approximated`, `dropped`, `unknown`;
 * `absent` (optional, and not there), `empty` (a list without items, or written empty since the form demands the element), `refused`.
 */
export type Became = 'mapped' | 'constant' | 'echoed' | 'computed' | 'outcome' | 'defaulted' | 'approximated' | 'dropped' | 'unknown' | 'absent' | 'empty' | 'refused';

export interface Step {
  readonly became: Became;
  /** Line of the rule in the mapping's file; absent where no rule speaks of the field. */
  readonly line?: number;
  /** Paths in both forms, with the indexes of the items at hand; what only one form has, has one. */
  readonly domestic?: string;
  readonly neutral?: string;
  /** Values before and after, in the direction of the translation; HIDDEN for a personal field. */
  readonly from?: JsonValue;
  readonly to?: JsonValue;
  /** The codec. */
  readonly as?: string;
  /** Why: the reason of a drop, what a refusal expected, the path that is echoed, the expression that is computed. */
  readonly why?: string;
  /** How often the same was lost, for paths of lists. */
  readonly times?: number;
}
