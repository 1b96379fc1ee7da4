/** Writing REST requests for UXP. */
import { CausewayError } from '../../errors.ts';
import type { HttpMessage } from '../../platform/http-client.ts';
import type { Mapped } from '../../stages.ts';
import type { DomesticCall } from '../ecosystem.ts';
import { JSON_TYPE } from '../rest/body.ts';
import { jsonPayload } from '../rest/payload.ts';
import { writeTarget } from '../rest/target.ts';
import { ID_PARAMETER, USER_PARAMETER, requestHeaders } from './identifiers.ts';

/** See Dialect.renderRequest: what an information system sends to its security server, the service in a header and its own path behind `/restapi`. */
export function renderRequest(mapped: Mapped<'domestic'>, { home, client, context }: DomesticCall): HttpMessage {
  const { body, path, query } = jsonPayload(mapped);
  if (!('template' in home.operation)) throw new CausewayError('config-invalid', 'a REST service needs method and template');
  if (home.service.subsystem === undefined) throw new CausewayError('config-invalid', 'a security server takes no REST service of a member without subsystem');
  const taken = [ID_PARAMETER, USER_PARAMETER].find((name) => Object.hasOwn(query, name));
  if (taken !== undefined) throw new CausewayError('mapping-failed', `parameter ${taken} is the platform's`, { facts: { field: `query.${taken}`, hint: `UXP reads the parameter ${taken} itself.`, delivered: 'no' } });
  const { method, template } = home.operation;
  return {
    method,
    target: `/restapi${writeTarget(template, path, query)}`,
    headers: { ...requestHeaders(client, home.service, context), accept: JSON_TYPE, ...(body === undefined ? {} : { 'content-type': JSON_TYPE }) },
    body: body === undefined ? new Uint8Array() : Buffer.from(JSON.stringify(body), 'utf8'),
  };
}
