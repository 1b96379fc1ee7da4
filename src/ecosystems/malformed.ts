/** The refusal that every reader of a dialect gives most. */
import { CausewayError } from '../errors.ts';

/** `malformed`, with the place in the sender's own words and what to do about it. `hint` is public: no values of the message in it. */
export function malformed(field: string, hint: string, cause?: unknown): CausewayError {
  return new CausewayError('malformed', `${field}: ${hint}`, { facts: { field, hint }, cause });
}
