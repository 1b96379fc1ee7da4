/** Metaservices of the stand-in (PR-META, PR-MREST): who is registered, what a provider offers, and to whom. No access rights are needed to ask. */
import type { HttpReply } from '../../platform/http-client.ts';
import type { XmlElement } from '../../stages.ts';
import { element } from '../../xml/element.ts';
import type { ServiceId, SubsystemId } from '../plan.ts';
import { IDENTIFIERS_NS, XROAD_NS, envelope, renderMessage } from '../soap/message.ts';
import type { OfferedService, Registry } from './access.ts';

const PARTS = ['xRoadInstance', 'memberClass', 'memberCode', 'subsystemCode', 'serviceCode', 'serviceVersion'];
const CODES = ['listMethods', 'allowedMethods'] as const;
type Code = (typeof CODES)[number];

/** The provider and the question, where `service` is one of them. */
export function metaserviceOf(service: ServiceId): { readonly provider: SubsystemId; readonly code: Code } | undefined {
  const parts = service.split('/');
  const code = CODES.find((one) => one === parts[4]);
  return code === undefined ? undefined : { provider: parts.slice(0, 4).join('/'), code };
}

function offered(registry: Registry, provider: SubsystemId, code: Code, client: SubsystemId, protocol: OfferedService['protocol']): readonly OfferedService[] {
  return registry.services(provider).filter((service) => service.protocol === protocol && (code === 'listMethods' || service.allowed.has(client)));
}

/** `header`: that of the request, which the answer repeats. */
export function soapMethods(registry: Registry, { provider, code }: NonNullable<ReturnType<typeof metaserviceOf>>, client: SubsystemId, header: readonly XmlElement[]): HttpReply {
  const listed = offered(registry, provider, code, client, 'soap').map(({ id }) => identifier('service', id, 'SERVICE'));
  return xml(renderMessage(envelope(header, [element(XROAD_NS, `${code}Response`, listed)]), {}));
}

export function restMethods(registry: Registry, { provider, code }: NonNullable<ReturnType<typeof metaserviceOf>>, client: SubsystemId): HttpReply {
  const service = offered(registry, provider, code, client, 'rest').map(({ id }) => {
    const [instance, memberClass, memberCode, subsystem, serviceCode] = id.split('/');
    return { object_type: 'SERVICE', service_type: 'REST', xroad_instance: instance, member_class: memberClass, member_code: memberCode, subsystem_code: subsystem, service_code: serviceCode, endpoint_list: [] };
  });
  return { status: 200, headers: { 'content-type': 'application/json; charset=utf-8' }, body: Buffer.from(JSON.stringify({ service })) };
}

/** `GET /listClients`, in XML. */
export function listClients(registry: Registry): HttpReply {
  const members = registry.clients().map((client) => element(XROAD_NS, 'member', [identifier('id', client, 'SUBSYSTEM'), element(XROAD_NS, 'name', [client])]));
  return xml(renderMessage(element(XROAD_NS, 'clientList', members), {}));
}

function identifier(name: string, id: string, type: string): XmlElement {
  return element(XROAD_NS, name, id.split('/').map((part, at) => element(IDENTIFIERS_NS, PARTS[at] ?? '', [part])), [{ ns: IDENTIFIERS_NS, name: 'objectType', value: type }]);
}

function xml(body: Uint8Array): HttpReply {
  return { status: 200, headers: { 'content-type': 'text/xml; charset=utf-8' }, body };
}

