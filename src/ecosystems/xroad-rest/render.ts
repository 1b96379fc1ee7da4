/** Writing REST messages. */
import { CausewayError } from '../../errors.ts';
import type { HttpMessage, HttpReply } from '../../platform/http-client.ts';
import type { Mapped, Payload } from '../../stages.ts';
import type { DomesticCall } from '../ecosystem.ts';
import { servicePath } from '../xroad-identifiers.ts';
import { JSON_TYPE } from './body.ts';
import { contextHeaders } from './identifiers.ts';
import { writeTarget } from './target.ts';

/** See Dialect.renderRequest: what an information system sends to its security server (PR-REST, section 4.1). The order of the headers is part of the request hash. */
export function renderRequest(mapped: Mapped<'domestic'>, { home, client, context }: DomesticCall): HttpMessage {
  const { body, path, query } = jsonPayload(mapped);
  if (!('template' in home.operation)) throw new CausewayError('config-invalid', 'a REST service needs method and template');
  if (home.service.subsystem === undefined) throw new CausewayError('config-invalid', 'a security server takes no REST service of a member without subsystem');
  const { method, template } = home.operation;
  return {
    method,
    target: `/r1/${servicePath(home.service)}${writeTarget(template, path, query)}`,
    headers: { ...contextHeaders(client, context), accept: JSON_TYPE, ...(body === undefined ? {} : { 'content-type': JSON_TYPE }) },
    body: body === undefined ? new Uint8Array() : Buffer.from(JSON.stringify(body), 'utf8'),
  };
}

/** See Dialect.renderResponse. A provider sends no X-Road headers: the security server adds them all. */
export function renderResponse(mapped: Mapped<'domestic'>): HttpReply {
  const { body } = jsonPayload(mapped);
  if (body === undefined) return { status: 204, headers: {}, body: new Uint8Array() };
  return { status: 200, headers: { 'content-type': JSON_TYPE }, body: Buffer.from(JSON.stringify(body), 'utf8') };
}

function jsonPayload(mapped: Mapped<'domestic'>): Payload & { form: 'json' } {
  const { document } = mapped.fields;
  if (document.form !== 'json') throw new CausewayError('internal', 'a mapping of a REST service gave XML');
  return document;
}
