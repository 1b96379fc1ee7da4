/** A message as a security server logs and signs it: the parts of a container, put together as the dialect's proof knows the message. */
import type { SignedParts } from './signed-documents/container.ts';

export interface Logged {
  /** As `Verified.original` has it. */
  readonly root: Uint8Array;
  /** What stood beside it, in its order. */
  readonly attachments: readonly Uint8Array[];
}

/** `unmapped`: the message crossed as it is, so that a REST body is an attachment. Throws `malformed`. */
export type LoggedMessageOf = (parts: SignedParts, unmapped: boolean) => Logged;

const MESSAGE = '/message.xml';

/** The envelope is logged to the byte, each attachment as a part. */
export const loggedEnvelope: LoggedMessageOf = (parts) => ({ root: parts.get(MESSAGE) ?? new Uint8Array(), attachments: loggedAttachments(parts) });

export function loggedAttachments(parts: SignedParts): Uint8Array[] {
  const numbered = [...parts].flatMap(([uri, bytes]) => {
    const number = /^\/attachment(\d{1,6})$/.exec(uri)?.[1];
    return number === undefined ? [] : [{ number: Number(number), bytes }];
  });
  return numbered.sort((a, b) => a.number - b.number).map(({ bytes }) => bytes);
}
