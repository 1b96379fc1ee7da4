/** What every dialect tells of a refusal, beside its own form of one. */
import { CODES } from '../errors.ts';
import type { CausewayError } from '../errors.ts';
import type { FaultFacts } from './ecosystem.ts';

/** What a caller is told beside code and text, in this order, in every dialect. All of it is public (errors.ts, ErrorFacts). */
export function faultDetails(error: CausewayError, facts: FaultFacts): readonly (readonly [name: string, value: string])[] {
  const { field, peerCode, delivered, until, country } = error.facts;
  const details: readonly (readonly [string, string | undefined])[] = [
    ['code', error.code],
    ['exchange', facts.exchange],
    ['country', country ?? facts.country],
    ['fault', CODES[error.code].fault],
    ['retry', CODES[error.code].retry],
    ['field', field],
    ['peerCode', peerCode],
    ['delivered', delivered],
    ['until', until],
  ];
  return details.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
}
