/** Writing REST messages. */
import { CausewayError } from '../../errors.ts';
import { hashing } from '../../platform/hashing-content.ts';
import type { HttpMessage } from '../../platform/http-client.ts';
import type { Mapped } from '../../stages.ts';
import type { DomesticCall } from '../ecosystem.ts';
import { JSON_TYPE } from '../rest/body.ts';
import { jsonPayload } from '../rest/payload.ts';
import { writeTarget } from '../rest/target.ts';
import { renderUnmappedRequest } from '../rest/unmapped.ts';
import { servicePath } from '../xroad-identifiers.ts';
import { contextHeaders } from './identifiers.ts';
import { REQUEST_HASH_ALGORITHM } from './request-hash.ts';

/** See Dialect.renderRequest: what an information system sends to its security server (PR-REST, section 4.1). The order of the headers is part of the request hash. */
export function renderRequest(mapped: Mapped<'domestic'>, { home, client, context }: DomesticCall): HttpMessage {
  if (!('template' in home.operation)) throw new CausewayError('config-invalid', 'a REST service needs method and template');
  if (home.service.subsystem === undefined) throw new CausewayError('config-invalid', 'a security server takes no REST service of a member without subsystem');
  const { method, template } = home.operation;
  if (home.passthrough === true) return renderUnmapped(mapped, { home, client, context }, method);
  const { body, path, query } = jsonPayload(mapped);
  return {
    method,
    target: `/r1/${servicePath(home.service)}${writeTarget(template, path, query)}`,
    headers: { ...contextHeaders(client, context), accept: JSON_TYPE, ...(body === undefined ? {} : { 'content-type': JSON_TYPE }) },
    body: body === undefined ? new Uint8Array() : Buffer.from(JSON.stringify(body), 'utf8'),
  };
}

/** The body is hashed while it is sent: the security server's answer names the hash of the whole request. */
function renderUnmapped(mapped: Mapped<'domestic'>, { home, client, context }: DomesticCall, method: string): HttpMessage {
  const { target, headers, attachments } = renderUnmappedRequest(mapped, home);
  return {
    method,
    target: `/r1/${servicePath(home.service)}${target}`,
    headers: { ...contextHeaders(client, context), ...headers },
    body: new Uint8Array(),
    attachments: attachments.map((body) => ({ ...body, content: hashing(body.content, REQUEST_HASH_ALGORITHM) })),
  };
}
