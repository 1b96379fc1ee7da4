/** What an operator asks of a gateway about the evidence of one exchange, and how far that has come: the files of `<data>/requests`. */
import { join } from 'node:path';
import * as v from 'valibot';
import { sha256Base64url } from '../crypto/digest.ts';
import { CausewayError } from '../errors.ts';
import { canonicalJson } from '../platform/canonical-json.ts';
import { isExchangeId } from '../platform/ids.ts';
import { RequestFolder } from '../platform/request-folder.ts';

/** A file number or a code, as it may stand in an entry: never a person. */
export const REFERENCE = /^[!-~]{1,200}$/;

const ms = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const reference = v.pipe(v.string(), v.regex(REFERENCE, 'visible ASCII without spaces'));

const request = v.strictObject({
  /** `access`: somebody will read the evidence. `erase`: its key and salts are to be destroyed, here and at the peer. */
  kind: v.picklist(['access', 'erase']),
  xid: v.pipe(v.string(), v.check(isExchangeId, 'an exchange id')),
  reason: reference,
  /** Who asks: stands in this file alone, and through its digest in the entry. */
  operator: v.pipe(v.string(), v.nonEmpty(), v.maxLength(200)),
  at: ms,
  /** Makes the digest in the entry hiding. */
  nonce: v.string(),
});

const entry = v.strictObject({ log: v.string(), origin: v.string(), index: ms });

/** `link-ended`: there is no peer to ask any more. */
const peer = v.strictObject({ outcome: v.picklist(['erased', 'kept', 'not-held', 'link-ended']), at: ms, reason: v.exactOptional(v.string()), answer: v.exactOptional(v.string()) });

const file = v.strictObject({
  v: v.literal(1),
  request,
  refused: v.exactOptional(v.string()),
  /** Done on our side: when, and where that is recorded. */
  done: v.exactOptional(v.strictObject({ at: ms, link: v.string(), entry })),
  /** `erase`: what the peer answered; `answer` is its signed statement. */
  peer: v.exactOptional(peer),
  /** `erase`: when the last backup that holds the key is gone, ours and the peer's, as the link says. */
  backupsUntil: v.exactOptional(ms),
});

export type EvidenceRequest = v.InferOutput<typeof file>;

export function evidenceRequests(data: string): RequestFolder<EvidenceRequest> {
  return new RequestFolder(join(data, 'requests'), (value) => {
    const result = v.safeParse(file, value);
    if (!result.success) throw new CausewayError('config-invalid', `not a request about evidence: ${v.getDotPath(result.issues[0]) ?? ''} ${result.issues[0].message}`);
    return result.output;
  });
}

/** What the entry holds of the request: base64url SHA-256 of its RFC 8785 form. */
export function requestDigest({ request: asked }: EvidenceRequest): string {
  return sha256Base64url(canonicalJson(asked));
}

export type ErasureState = 'requested' | 'refused' | 'erasure pending' | 'erased';

/** `erased` when our side and the peer's are done, or the peer said why not, and the backups have aged out. */
export function erasureState({ refused, done, peer: answered, backupsUntil = 0 }: EvidenceRequest, now: number): ErasureState {
  if (refused !== undefined) return 'refused';
  if (done === undefined) return 'requested';
  return answered === undefined || now < backupsUntil ? 'erasure pending' : 'erased';
}
