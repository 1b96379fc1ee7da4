/** What is wrong with a signed document, with X-Road's own code for it, in the spelling of X-Road 7.8 and later. */
import { CausewayError } from '../../errors.ts';
import type { ErrorCode } from '../../errors.ts';

export function platformError(code: ErrorCode, platformCode: string, message: string, cause?: unknown): CausewayError {
  return new CausewayError(code, message, { cause, facts: { platformCode } });
}
