/**
 * Asking the peer of a link whether it believes keys of ours, or would: before they are made known, and before they are used. Unsigned: mutual
 * TLS with pinned keys says who asks and who answers, and nothing of it is believed beyond that a change waits or goes on.
 */
import * as v from 'valibot';
import { CausewayError } from '../errors.ts';
import type { HttpConnection } from '../platform/http-client.ts';
import type { Rehearsal } from '../trust/federation-trust.ts';
import type { Verdict } from '../trust/open-trust.ts';

export const KEYS_PATH = '/federation/v1/keys';
/** A configuration with years of keys, and the question. */
export const MAX_REHEARSAL_BYTES = 300_000;
const TIMEOUT_MS = 10_000;

const text = v.pipe(v.string(), v.minLength(1), v.maxLength(500));
const asked = v.strictObject({
  configuration: v.exactOptional(v.pipe(v.string(), v.maxLength(MAX_REHEARSAL_BYTES))),
  keys: v.pipe(v.array(v.strictObject({ role: v.picklist(['entity', 'statement', 'encryption', 'tls']), kid: text })), v.minLength(1), v.maxLength(20)),
});

const answered = v.object({ by: v.picklist(['chains', 'files']), accepted: v.array(v.boolean()), refused: v.exactOptional(v.object({ code: text, text: v.pipe(v.string(), v.maxLength(1000)) })) });

export type RehearsalAnswer = v.InferOutput<typeof answered>;

/** What a peer asks. Throws `malformed`. */
export function parseRehearsal(body: Uint8Array): Rehearsal {
  try {
    return v.parse(asked, JSON.parse(Buffer.from(body).toString()));
  } catch (cause) {
    throw new CausewayError('malformed', 'not a question about keys', { cause });
  }
}

/** The reason speaks of documents and keys that are public. */
export function rehearsalAnswer({ by, accepted, refused }: Verdict): RehearsalAnswer {
  return { by, accepted: [...accepted], ...(refused === undefined ? {} : { refused: { code: refused.code, text: refused.message.slice(0, 1000) } }) };
}

/** Throws `peer-refused` for a peer that does not answer so (one of an earlier release), `peer-answer-invalid`, and what the connection throws. */
export async function askRehearsal(connection: HttpConnection, rehearsal: Rehearsal): Promise<RehearsalAnswer> {
  const body = Buffer.from(JSON.stringify(rehearsal));
  const reply = await connection.send({ method: 'POST', target: KEYS_PATH, headers: { 'content-type': 'application/json' }, body }, { signal: AbortSignal.timeout(TIMEOUT_MS), maxBytes: 64 * 1024 });
  if (reply.status !== 200) throw new CausewayError('peer-refused', `the peer answers ${reply.status} to a question about our keys`);
  try {
    const answer = v.parse(answered, JSON.parse(Buffer.from(reply.body).toString()));
    if (answer.accepted.length === rehearsal.keys.length) return answer;
  } catch (cause) {
    throw new CausewayError('peer-answer-invalid', 'what the peer says of our keys cannot be read', { cause });
  }
  throw new CausewayError('peer-answer-invalid', 'the peer answers for other keys than were asked about');
}
