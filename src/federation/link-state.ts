/** What a gateway shows the peer of a link about it (`causeway link check`): its own agreements by hash, and its time. Unsigned: mutual TLS with pinned keys says whose it is. */
import * as v from 'valibot';
import { BASE64URL_32 } from '../crypto/digest.ts';
import { CausewayError } from '../errors.ts';
import type { Link } from './link.ts';

export const LINK_PATH = '/federation/v1/link';

const state = v.object({
  id: v.string(),
  environment: v.string(),
  versions: v.array(v.object({ version: v.number(), sha256: v.pipe(v.string(), v.regex(BASE64URL_32)) })),
  /** UTC milliseconds of the clock by which statements are judged. */
  now: v.pipe(v.number(), v.safeInteger()),
});

export type LinkState = v.InferOutput<typeof state>;

export function linkState({ id, versions }: Link, now: number): LinkState {
  const [{ agreement: { environment } }] = versions;
  return { id, environment, versions: versions.map(({ agreement: { version }, sha256 }) => ({ version, sha256 })), now };
}

/** Members that we do not know are passed over: the peer may be of a later release. Throws `peer-answer-invalid`. */
export function parseLinkState(body: Uint8Array): LinkState {
  try {
    return v.parse(state, JSON.parse(Buffer.from(body).toString()));
  } catch (cause) {
    throw new CausewayError('peer-answer-invalid', 'what the peer shows of the link cannot be read', { cause });
  }
}
