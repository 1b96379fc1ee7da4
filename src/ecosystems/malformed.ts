/** The refusal that every reader of a dialect gives most. */
import { CausewayError } from '../errors.ts';
import type { BrokenRule } from '../errors.ts';

/** `malformed`, with the place in the sender's own words and what to do about it. `hint` is public: no values of the message in it. */
export function malformed(field: string, hint: string, cause?: unknown): CausewayError {
  return new CausewayError('malformed', `${field}: ${hint}`, { facts: { field, hint }, cause });
}

/** `malformed` by a rule for which the platform itself has a code. */
export function brokenRule(rule: BrokenRule, field: string, hint: string): CausewayError {
  return new CausewayError('malformed', `${field}: ${hint}`, { facts: { rule, field, hint } });
}
