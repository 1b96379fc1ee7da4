/** Messages of home between the wire, where they may be of any size, and their dialect (ecosystems/packing.ts). */
import { CausewayError, asCausewayError } from '../errors.ts';
import type { Dialect } from '../ecosystems/ecosystem.ts';
import { refuseAttachments } from '../ecosystems/packing.ts';
import type { Wired } from '../ecosystems/packing.ts';
import type { HomeService } from '../mapping/mappings.ts';
import { load } from '../platform/content.ts';
import type { HttpMessage, HttpReply } from '../platform/http-client.ts';
import type { XmlLimits } from '../platform/limits.ts';
import type { Content, Mapped } from '../stages.ts';

/** Throws `malformed`, `too-large`. */
export async function unpackRequest(http: HttpMessage<Content>, homes: readonly Pick<HomeService, 'passthrough'>[], { packing }: Dialect, limits: XmlLimits): Promise<HttpMessage> {
  if (packing !== undefined) return { ...http, ...(await packing.unpack(http, homes.length > 0 && homes.every(({ passthrough }) => passthrough === true), limits)) };
  return { ...http, body: await load(http.body, limits.maxBytes) };
}

/** Throws `service-answer-invalid`. */
export async function unpackReply(reply: HttpReply<Content>, home: Pick<HomeService, 'passthrough'>, { packing }: Dialect, limits: XmlLimits): Promise<HttpReply> {
  try {
    if (packing !== undefined) return { ...reply, ...(await packing.unpack(reply, home.passthrough === true, limits)) };
    return { ...reply, body: await load(reply.body, limits.maxBytes) };
  } catch (thrown) {
    const error = asCausewayError(thrown);
    if (error.code !== 'malformed' && error.code !== 'too-large') throw error;
    throw new CausewayError('service-answer-invalid', error.message, { facts: { ...error.facts, delivered: 'yes' }, cause: error });
  }
}

/** Nothing that came beside a document is left out in silence. Throws `code`. */
export function requirePlace({ fields: { attachments } }: Mapped<'domestic'>, { packing }: Dialect, code: 'mapping-failed' | 'service-answer-unmappable'): void {
  if (packing === undefined) refuseAttachments(attachments, code);
}

/** As it goes on the wire. Throws `neutral-invalid` for parts of the peer's that cannot stand in a message. */
export function packed<M extends HttpMessage | HttpReply>(message: M, { packing }: Dialect): M | (Omit<M, 'body' | 'attachments'> & Wired) {
  const { body: _, attachments = [], ...bare } = message;
  if (attachments.length === 0 || packing === undefined) return message;
  try {
    return { ...bare, ...packing.pack(message) };
  } catch (cause) {
    const { code, message: text } = asCausewayError(cause);
    if (code !== 'malformed') throw cause;
    throw new CausewayError('neutral-invalid', text, { cause });
  }
}
