/** How an exchange ends, as rows and entries name it, and how long its row is kept. */
import type { CausewayError, ErrorCode } from '../errors.ts';
import type { Link, LinkVersion } from '../federation/link.ts';
import type { EventName } from '../trail/entry.ts';
import type { ExchangeState } from '../trail/store.ts';
import { PeerRefused } from './refusals.ts';

/** An unknown outcome is called so in both trails; any other refusal is one, whatever its code. */
export function stepOf(code: ErrorCode): 'refusal' | 'outcome-unknown' {
  return code === 'outcome-unknown' ? 'outcome-unknown' : 'refusal';
}

/**
 * How a question ends without an answer. What the peer signed is named as the peer names it; of anything else that went wrong after the
 * request left, the outcome is unknown.
 */
export function endWithoutAnswer(error: CausewayError): { step: 'refusal' | 'outcome-unknown'; event: EventName; state: ExchangeState } {
  const { delivered } = error.facts;
  const step = error instanceof PeerRefused || delivered !== 'unknown' ? stepOf(error.code) : 'outcome-unknown';
  if (step === 'outcome-unknown') return { step, event: 'RelayFailure', state: 'unknown' };
  if (delivered !== 'no') return { step, event: 'RelayFailure', state: 'refused' };
  return { step, event: 'RelayRejection', state: error.retry === 'later' ? 'undelivered' : 'refused' };
}

/** Milliseconds for which a peer's statement is known again: whoever shows an older one is not told that it was never delivered. */
export function inboundMemory(link: Link): number {
  const { retryTime, duplicateTime } = latest(link).agreement;
  return retryTime + duplicateTime;
}

/** Milliseconds for which a copy gets the outcome itself: the peer may ask for all of the retry time. */
export function inboundRetention(link: Link): number {
  const { agreement, in: leg } = latest(link);
  return Math.max(leg.answerRetention, agreement.retryTime);
}

function latest({ versions }: Link): LinkVersion {
  return versions.at(-1) ?? versions[0];
}
