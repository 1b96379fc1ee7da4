/** Asking a security server in REST what a provider offers (PR-MREST): listMethods, and allowedMethods for the member that asks. */
import { CausewayError } from '../../errors.ts';
import { parseJson } from '../../platform/json.ts';
import type { DomesticService } from '../../stages.ts';
import type { AskMethods } from '../ecosystem.ts';
import { JSON_TYPE } from '../rest/body.ts';
import { sendOnce } from '../send.ts';
import { memberPath, servicePath } from '../xroad-identifiers.ts';
import { CLIENT, ERROR } from './identifiers.ts';

export const askMethods: AskMethods = async ({ code, client, provider }, connection, deadline, limits) => {
  const request = { method: 'GET', target: `/r1/${servicePath({ ...provider, service: code })}`, headers: { [CLIENT]: memberPath(client), accept: JSON_TYPE }, body: new Uint8Array() };
  const reply = await sendOnce(request, connection, deadline, limits.maxBytes);
  const refusal = reply.headers[ERROR];
  if (refusal !== undefined || reply.status !== 200) throw new CausewayError('service-refused', refusal ?? `status ${reply.status}`, { facts: { hint: `Its code is ${refusal ?? `HTTP ${reply.status}`}.` } });
  const { service } = parseJson(reply.body, limits) as { readonly service?: readonly Readonly<Record<string, unknown>>[] };
  return (service ?? []).map(methodOf);
};

/** Names as Annex B of PR-MREST shows them; its Annex A says otherwise. */
function methodOf(method: Readonly<Record<string, unknown>>): DomesticService {
  const part = (name: string): string => String(method[name]);
  return { instance: part('xroad_instance'), memberClass: part('member_class'), memberCode: part('member_code'), subsystem: part('subsystem_code'), service: part('service_code') };
}
