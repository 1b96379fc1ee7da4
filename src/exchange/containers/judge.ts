/** Which of the containers under a message's id is that message's, and whether it proves it. Pure: what is trusted comes as an argument. */
import { sha256Base64url } from '../../crypto/digest.ts';
import type { Logged, LoggedMessageOf } from '../../ecosystems/logged.ts';
import { unverifiable } from '../../ecosystems/signed-documents/cms-document.ts';
import { readContainer } from '../../ecosystems/signed-documents/container.ts';
import type { SignedParts } from '../../ecosystems/signed-documents/container.ts';
import type { DocumentProof } from '../../ecosystems/signed-documents/verify.ts';
import { CausewayError, asCausewayError } from '../../errors.ts';
import type { AwaitedContainer } from '../../trail/store.ts';

export type Judged =
  | { readonly kind: 'proven'; readonly container: Uint8Array; readonly proof: DocumentProof }
  /** It holds what crossed, and nothing here can verify its signature. */
  | { readonly kind: 'unverifiable'; readonly container: Uint8Array; readonly because: string }
  | { readonly kind: 'failed'; readonly code: string; readonly because: string; readonly container?: Uint8Array }
  /** No container is there yet, or it has no time-stamp yet. */
  | { readonly kind: 'not-yet'; readonly because: string };

/** What was expected, and how it is judged. */
export interface Expected {
  readonly crossed: Pick<AwaitedContainer, 'messageId' | 'step' | 'digest' | 'attachments'>;
  readonly unmapped: boolean;
  readonly logged: LoggedMessageOf;
  /** Throws what does not hold. */
  verify(container: Uint8Array): Promise<DocumentProof>;
}

/** X-Road's codes of a container whose batch has not been time-stamped. */
const NOT_STAMPED: ReadonlySet<string> = new Set(['asic_timestamp_not_found', 'asic_hash_chain_result_not_found']);

/** The container whose message and attachments are, byte for byte, what crossed; it alone is verified. Never throws but for a bug of ours. */
export async function judgeContainers(containers: readonly Uint8Array[], expected: Expected): Promise<Judged> {
  const [first] = containers;
  if (first === undefined) return { kind: 'not-yet', because: 'the security server has no container' };
  for (const container of containers) {
    if (await isOf(container, expected)) return judge(container, expected);
  }
  return { kind: 'failed', code: 'container-differs', because: `none of ${containers.length} containers holds the message that crossed`, container: first };
}

async function isOf(container: Uint8Array, { crossed, unmapped, logged }: Expected): Promise<boolean> {
  const message = await readMessage(container, (parts) => logged(parts, unmapped));
  if (message === undefined) return false;
  const { root, attachments } = message;
  return sha256Base64url(root) === crossed.digest && attachments.length === crossed.attachments.length && attachments.every((bytes, at) => sha256Base64url(bytes) === crossed.attachments[at]);
}

/** One that cannot be read is not the message's: another may be. */
async function readMessage(container: Uint8Array, logged: (parts: SignedParts) => Logged): Promise<Logged | undefined> {
  try {
    return logged((await readContainer(container)).parts);
  } catch (thrown) {
    if (asCausewayError(thrown).code === 'internal') throw thrown;
    return undefined;
  }
}

async function judge(container: Uint8Array, { crossed, verify }: Expected): Promise<Judged> {
  try {
    const because = unverifiable(await readContainer(container));
    if (because !== undefined) return { kind: 'unverifiable', container, because };
    const proof = await verify(container);
    if (proof.kind !== crossed.step || proof.messageId !== crossed.messageId) throw new CausewayError('signature-invalid', 'the container is of another message');
    return { kind: 'proven', container, proof };
  } catch (thrown) {
    const { code, message, facts } = asCausewayError(thrown);
    if (code === 'internal') throw thrown;
    if (NOT_STAMPED.has(facts.platformCode ?? '')) return { kind: 'not-yet', because: message };
    return { kind: 'failed', code, because: message, container };
  }
}
