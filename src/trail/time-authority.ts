/** Asking a time-stamping authority over HTTP (RFC 3161, section 3.4), and what its answer says of our clock. */
import { randomBytes } from 'node:crypto';
import { plainToken, timestampRequest, verifyPlainTimestamp } from '../crypto/timestamp.ts';
import type { Timestamp, TimestampTrust } from '../crypto/timestamp.ts';
import { CausewayError } from '../errors.ts';
import type { Clock } from '../platform/clock.ts';
import { post } from '../platform/download.ts';
import type { DownloadLimits } from '../platform/download.ts';
import { offsetOf } from './clock-watch.ts';
import type { Offset } from './clock-watch.ts';

export interface TimeAuthority {
  /** As entries name it: the URL without its scheme. */
  readonly name: string;
  readonly url: string;
  readonly trust: TimestampTrust;
  /** Dotted; asked for and insisted on, where it is set. */
  readonly policy?: string;
}

export interface Stamped {
  /** DER, written plainly (crypto/cms-plain.ts). */
  readonly token: Uint8Array;
  readonly stamp: Timestamp;
  readonly offset: Offset;
}

const NONCE_BYTES = 16;
/** RFC 3161 without an accuracy leaves it open; authorities are off by less. */
const DEFAULT_ACCURACY = 1000;

/**
 * A token over `data`, verified under the authority's roots, its policy and a fresh nonce. Throws `service-unreachable`, `service-slow`, `too-large`,
 * `service-refused` for another status than 200, and what verifyTimestamp throws.
 */
export async function askForTimestamp(data: Uint8Array, authority: TimeAuthority, limits: DownloadLimits, clock: Clock): Promise<Stamped> {
  const nonce = randomBytes(NONCE_BYTES);
  const [sent, before] = [clock.now(), clock.monotonic()];
  const { status, contentType, body } = await post(authority.url, 'application/timestamp-query', timestampRequest(data, nonce, authority.policy), limits);
  const after = clock.monotonic();
  if (status !== 200 || !/^application\/timestamp-reply\b/i.test(contentType)) throw new CausewayError('service-refused', `${authority.name} answered ${status}, ${contentType || 'without a media type'}`);
  const token = plainToken(body);
  const trust = authority.policy === undefined ? authority.trust : { ...authority.trust, policies: [authority.policy] };
  const stamp = verifyPlainTimestamp(token, data, trust, nonce);
  // A time in whole seconds was cut off, not rounded.
  const grain = stamp.time % 1000 === 0 ? 1000 : 0;
  return { token, stamp, offset: offsetOf({ theirs: stamp.time + grain / 2, within: (stamp.accuracy ?? DEFAULT_ACCURACY) + grain / 2, sent, before, after }) };
}
