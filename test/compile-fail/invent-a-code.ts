/** The list of error codes is closed. */
import { CausewayError } from '../../src/errors.ts';

export function attack(): never {
  // expect: TS2345 Argument of type '"it-broke"' is not assignable to parameter of type
  throw new CausewayError('it-broke', 'something');
}
