/** Metaservices in REST, as a security server answers them (PR-MREST): listMethods, allowedMethods and getOpenAPI of a subsystem. */
import type { DescribedService } from '../../mapping/describe/services.ts';
import type { HttpReply } from '../../platform/http-client.ts';
import type { DomesticMember, DomesticService, JsonValue } from '../../stages.ts';
import { describedService, servicesOf } from '../catalogue.ts';
import type { Catalogue } from '../edge.ts';
import { brokenRule, malformed } from '../malformed.ts';
import { openApiOf } from '../rest/openapi.ts';
import { servicePath } from '../xroad-identifiers.ts';

type Metaservice = (client: DomesticMember, service: DomesticService, query: URLSearchParams, catalogue: Catalogue) => JsonValue;

const METASERVICES: Readonly<Record<string, Metaservice>> = {
  listMethods: (_client, service, _query, catalogue) => ({ service: servicesOf(service, 'json', catalogue).map(methodOf) }),
  allowedMethods: (client, service, _query, catalogue) => ({ service: servicesOf(service, 'json', catalogue, client).map(methodOf) }),
  getOpenAPI(_client, service, query, catalogue) {
    const code = query.get('serviceCode');
    if (code === null) throw malformed('serviceCode', 'The parameter is missing.');
    const described = describedService({ ...service, service: code }, 'json', catalogue);
    return openApiOf(described, `/r1/${servicePath(described.home.service)}`);
  },
};

/** The answer to a request for a metaservice; undefined for any other. */
export function restMetaservice(method: string, client: DomesticMember, service: DomesticService, target: string): ((catalogue: Catalogue) => HttpReply) | undefined {
  const metaservice = Object.hasOwn(METASERVICES, service.service) ? METASERVICES[service.service] : undefined;
  if (metaservice === undefined) return undefined;
  return (catalogue) => {
    if (method !== 'GET') throw brokenRule('http-method', 'method', 'A metaservice takes GET.');
    const query = new URLSearchParams(target.includes('?') ? target.slice(target.indexOf('?') + 1) : '');
    return { status: 200, headers: { 'content-type': 'application/json; charset=utf-8' }, body: Buffer.from(JSON.stringify(metaservice(client, service, query, catalogue))) };
  };
}

function methodOf({ home: { service, operation } }: DescribedService): JsonValue {
  const { instance, memberClass, memberCode, subsystem } = service;
  return {
    object_type: 'SERVICE',
    service_type: 'OPENAPI',
    xroad_instance: instance,
    member_class: memberClass,
    member_code: memberCode,
    ...(subsystem === undefined ? {} : { subsystem_code: subsystem }),
    service_code: service.service,
    endpoint_list: 'template' in operation ? [{ method: operation.method, path: operation.template }] : [],
  };
}
