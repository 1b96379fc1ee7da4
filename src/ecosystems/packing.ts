/**
 * Messages with parts beside their root (attachments of SOAP, bodies of REST that cross unmapped), between the wire and a dialect. On the wire such a message
 * is one body of any size; for parsing and rendering it is a root in memory, and parts that nobody reads.
 */
import { CausewayError } from '../errors.ts';
import type { HttpHeaders } from '../platform/http-client.ts';
import type { XmlLimits } from '../platform/limits.ts';
import type { Attachment, Content } from '../stages.ts';

/** What packing touches of a request or an answer. */
export interface Wired<Body extends Content = Content> {
  readonly headers: HttpHeaders;
  readonly body: Body;
}

export interface Parted extends Wired<Uint8Array> {
  readonly attachments?: readonly Attachment[];
}

export interface Packing {
  /** `unmapped`: the services that the message may mean take it as it is. Throws `malformed`, `too-large`. */
  unpack(message: Wired, unmapped: boolean, limits: XmlLimits): Promise<Parted>;
  /** Throws `malformed` for parts that a peer sent and that cannot stand in a message. */
  pack(message: Parted): Wired;
}

/** For a dialect whose messages have nothing beside their root. Throws `too-large`. */
export function refuseAttachments(attachments: readonly Attachment[] | undefined, code: 'mapping-failed' | 'service-answer-unmappable'): void {
  if (attachments === undefined || attachments.length === 0) return;
  throw new CausewayError(code, `${attachments.length} attachments`, { facts: { field: 'attachments', hint: 'This service takes no attachments.' } });
}
