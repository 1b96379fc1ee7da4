/** Reading answers of services. */
import { CausewayError, asCausewayError } from '../../errors.ts';

/** What we would have refused as a request is, in an answer, the service's fault. */
export function asAnswer<T>(read: () => T): T {
  try {
    return read();
  } catch (thrown) {
    const error = asCausewayError(thrown);
    if (error.code !== 'malformed' && error.code !== 'too-large') throw error;
    throw new CausewayError('service-answer-invalid', error.message, { facts: { ...error.facts, delivered: 'yes' }, cause: error });
  }
}

export function invalidAnswer(field: string, message: string): CausewayError {
  return new CausewayError('service-answer-invalid', message, { facts: { field, delivered: 'yes' } });
}
