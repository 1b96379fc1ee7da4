/** A dialect's table of faults has a row for every code. */
import type { ErrorCode } from '../../src/errors.ts';

type Rest = Exclude<ErrorCode, 'replay'>;

export function attack(rows: Record<Rest, string>): object {
  // expect: TS2741 Property 'replay' is missing
  return { ...rows } satisfies Record<ErrorCode, string>;
}
