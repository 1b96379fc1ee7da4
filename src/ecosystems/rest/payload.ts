/** Mapped documents as JSON bodies. */
import { CausewayError } from '../../errors.ts';
import type { HttpReply } from '../../platform/http-client.ts';
import type { Mapped, Payload } from '../../stages.ts';
import { refuseAttachments } from '../packing.ts';
import { JSON_TYPE } from './body.ts';

/** See Dialect.renderResponse. A provider sends no headers of the platform: the security server adds them all. */
export function renderResponse(mapped: Mapped<'domestic'>): HttpReply {
  const { body } = jsonPayload(mapped, 'service-answer-unmappable');
  if (body === undefined) return { status: 204, headers: {}, body: new Uint8Array() };
  return { status: 200, headers: { 'content-type': JSON_TYPE }, body: Buffer.from(JSON.stringify(body), 'utf8') };
}

/** Throws `code` for attachments: a mapped body is all that a REST message has. */
export function jsonPayload({ fields: { document, attachments } }: Mapped<'domestic'>, code: 'mapping-failed' | 'service-answer-unmappable' = 'mapping-failed'): Payload & { form: 'json' } {
  if (document.form !== 'json') throw new CausewayError('internal', 'a mapping of a REST service gave another form');
  refuseAttachments(attachments, code);
  return document;
}
