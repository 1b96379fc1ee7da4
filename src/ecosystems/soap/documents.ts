/** Documents of a security server about its instance, over plain GET (PR-META; UG-SS): who there is, and the WSDL of a service. UXP names its list otherwise, and has it in XML alone. */
import type { HttpReply } from '../../platform/http-client.ts';
import type { DomesticMember } from '../../stages.ts';
import { element } from '../../xml/element.ts';
import { renderXml } from '../../xml/render.ts';
import type { Catalogue, EdgeDocument } from '../edge.ts';
import { malformed } from '../malformed.ts';
import { memberElement } from './identifiers.ts';
import { wsdlOf } from './metadata.ts';
import { IDENTIFIERS, XROAD } from './names.ts';

export const XROAD_DOCUMENTS: Readonly<Record<string, EdgeDocument>> = { '/wsdl': wsdl, '/listClients': listClients, '/listSecurityServerClients': (query, _accept, catalogue) => listClients(query, undefined, catalogue) };

const XML = 'text/xml; charset=utf-8';

/** By the names that UG-SS gives the parts of an identifier. */
function wsdl(query: URLSearchParams, _accept: string | undefined, catalogue: Catalogue): HttpReply {
  const [subsystem, version] = [query.get('subsystemCode'), query.get('version') ?? query.get('serviceVersion')];
  const wanted = { instance: required(query, 'xRoadInstance'), memberClass: required(query, 'memberClass'), memberCode: required(query, 'memberCode'), service: required(query, 'serviceCode') };
  return { status: 200, headers: { 'content-type': XML }, body: wsdlOf({ ...wanted, ...(subsystem === null ? {} : { subsystem }), ...(version === null ? {} : { version }) }, catalogue) };
}

function required(query: URLSearchParams, name: string): string {
  const value = query.get(name);
  if (value === null) throw malformed(name, 'The parameter is missing.');
  return value;
}

/** XML unless JSON is asked for. Of another instance nothing is known here. */
function listClients(query: URLSearchParams, accept: string | undefined, { instance, clients }: Catalogue): HttpReply {
  const listed = (query.get('xRoadInstance') ?? instance) === instance ? clients : [];
  if (accept?.includes('application/json') === true) return { status: 200, headers: { 'content-type': 'application/json; charset=utf-8' }, body: Buffer.from(JSON.stringify({ member: listed.map(memberJson) })) };
  const members = listed.map((client) => element(XROAD, 'member', [memberElement('id', client), element(XROAD, 'name', [nameOf(client)])]));
  return { status: 200, headers: { 'content-type': XML }, body: renderXml(element(XROAD, 'clientList', members), { [XROAD]: 'xroad', [IDENTIFIERS]: 'id' }, { declaration: true }) };
}

function memberJson(member: DomesticMember): object {
  const { instance, memberClass, memberCode, subsystem } = member;
  const id = { object_type: subsystem === undefined ? 'MEMBER' : 'SUBSYSTEM', xroad_instance: instance, member_class: memberClass, member_code: memberCode, ...(subsystem === undefined ? {} : { subsystem_code: subsystem }) };
  return { id, name: nameOf(member) };
}

/** No register of names stands behind an edge: the code is what is known. */
function nameOf({ memberCode }: DomesticMember): string {
  return memberCode;
}
