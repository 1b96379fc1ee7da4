/**
 * Redaction of an entry to its leaf hash (trail.md, "Entry"). What named somebody goes; that there was a statement, and which, stays in the decision that the local log
 * records: where statements are compared, it stands for the entry, so that a redaction neither makes two logs differ nor hides that one of them lacks something.
 */
import { CausewayError } from '../errors.ts';
import { parseEntry } from './entry.ts';
import type { Entry, Step } from './entry.ts';
import { leafHash } from './merkle.ts';
import { recordedStep } from './reconcile/set.ts';

/** By what a decision was made, and when. */
export type Decision = Pick<Entry, 'approval' | 't'>;

/** Steps that hold a log together. They name nobody. */
const OF_THE_LOG: ReadonlySet<Step> = new Set(['peer-checkpoint', 'local-checkpoint', 'previous-checkpoint', 'break', 'timestamp', 'redaction']);

/** The `redaction` entry about the entry with these bytes. Throws `config-invalid` for one that holds the log together. */
export function decisionOn(bytes: Uint8Array, { origin, index }: { readonly origin: string; readonly index: number }, decision: Decision): Entry {
  const entry = parseEntry(bytes);
  if (OF_THE_LOG.has(entry.step)) throw new CausewayError('config-invalid', `entry ${index} of ${origin} is a ${entry.step}: it names nobody, and the log does not hold together without it`);
  const step = recordedStep(entry);
  return { v: 1, step: 'redaction', ...decision, ...statementOf(entry), target: { origin, index, leaf: leafHash(bytes).toString('base64'), ...(step === undefined ? {} : { step }) } };
}

/** Which statement the entry records. */
function statementOf({ xid, from, to, window, core, chain }: Entry): Pick<Entry, 'xid' | 'from' | 'to' | 'window' | 'core' | 'chain'> {
  const about = { xid, from, to, window, core, chain };
  return Object.fromEntries(Object.entries(about).filter(([, value]) => value !== undefined));
}
