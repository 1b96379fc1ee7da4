/** Old documents played back: whoever carries documents may hold them up, never put the clock back. */
import { CausewayError } from '../errors.ts';
import type { VerifiedChain } from './chain.ts';

/**
 * The floors with those of `chain`. Throws `chain-untrusted` where a configuration in the chain was issued before one of the same entity that was
 * seen: within its validity an old one would bring back keys that its owner has taken away.
 */
export function checkNotReplayed({ issuedBy }: VerifiedChain, seen: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  for (const { entity, iat } of issuedBy) {
    const floor = seen[entity] ?? 0;
    if (iat < floor) throw new CausewayError('chain-untrusted', `the configuration of ${entity} of ${iat} comes after that of ${floor}: an old one is played back`);
  }
  return { ...seen, ...Object.fromEntries(issuedBy.map(({ entity, iat }) => [entity, iat])) };
}
