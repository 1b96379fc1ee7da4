/** X-Road identifiers as SOAP header elements (PR-MESS 4.0.25, Annex A: identifiers.xsd). */
import type { DomesticMember, DomesticService, XmlElement } from '../../stages.ts';
import { attribute, element, elements } from '../../xml/element.ts';
import { malformed } from '../malformed.ts';
import { checkPart } from '../xroad-identifiers.ts';
import { leafText } from './leaf.ts';
import { IDENTIFIERS, XROAD } from './names.ts';

const MEMBER_PARTS = ['xRoadInstance', 'memberClass', 'memberCode', 'subsystemCode'] as const;
const SERVICE_PARTS = [...MEMBER_PARTS, 'serviceCode', 'serviceVersion'] as const;
const SERVER_PARTS = ['xRoadInstance', 'memberClass', 'memberCode', 'serverCode'] as const;
type Part = (typeof SERVICE_PARTS)[number] | (typeof SERVER_PARTS)[number];

/** Reads a `client` header. Its object type must say what it holds: MEMBER without a subsystem, SUBSYSTEM with one. Throws `malformed`. */
export function readMember(header: XmlElement): DomesticMember {
  const parts = readParts(header, MEMBER_PARTS);
  const type = parts.has('subsystemCode') ? 'SUBSYSTEM' : 'MEMBER';
  requireType(header, type);
  return member(header, parts);
}

/** Reads a `service` header. Throws `malformed`. */
export function readService(header: XmlElement): DomesticService {
  const parts = readParts(header, SERVICE_PARTS);
  requireType(header, 'SERVICE');
  const version = parts.get('serviceVersion');
  return { ...member(header, parts), service: required(header, parts, 'serviceCode'), ...(version === undefined ? {} : { version }) };
}

/** Requires a `securityServer` header to be what its type says (PR-TARGETSS, section 2). Throws `malformed`. */
export function checkServer(header: XmlElement): void {
  const parts = readParts(header, SERVER_PARTS);
  requireType(header, 'SERVER');
  for (const name of SERVER_PARTS) required(header, parts, name);
}

export function memberElement(name: string, { instance, memberClass, memberCode, subsystem }: DomesticMember): XmlElement {
  return identifierElement(name, subsystem === undefined ? 'MEMBER' : 'SUBSYSTEM', [instance, memberClass, memberCode, subsystem]);
}

export function serviceElement(name: string, { instance, memberClass, memberCode, subsystem, service, version }: DomesticService): XmlElement {
  return identifierElement(name, 'SERVICE', [instance, memberClass, memberCode, subsystem, service, version]);
}

/** `values` in the order of SERVICE_PARTS, which is the order of the schema. */
function identifierElement(name: string, type: string, values: readonly (string | undefined)[]): XmlElement {
  const parts = values.flatMap((value, at) => (value === undefined ? [] : [element(IDENTIFIERS, SERVICE_PARTS[at]!, [value])]));
  return element(XROAD, name, parts, [{ ns: IDENTIFIERS, name: 'objectType', value: type }]);
}

function readParts(header: XmlElement, allowed: readonly Part[]): ReadonlyMap<Part, string> {
  const parts = new Map<Part, string>();
  for (const part of elements(header)) {
    const name = allowed.find((one) => one === part.name);
    if (part.ns !== IDENTIFIERS || name === undefined) throw malformed(header.name, 'It holds an element that its type does not have.');
    if (parts.has(name)) throw malformed(header.name, `${name} stands twice.`);
    parts.set(name, checkPart(leafText(part), `${header.name}/${name}`));
  }
  return parts;
}

function member(header: XmlElement, parts: ReadonlyMap<Part, string>): DomesticMember {
  const subsystem = parts.get('subsystemCode');
  return {
    instance: required(header, parts, 'xRoadInstance'),
    memberClass: required(header, parts, 'memberClass'),
    memberCode: required(header, parts, 'memberCode'),
    ...(subsystem === undefined ? {} : { subsystem }),
  };
}

function required(header: XmlElement, parts: ReadonlyMap<Part, string>, name: Part): string {
  const value = parts.get(name);
  if (value === undefined) throw malformed(header.name, `${name} is missing.`);
  return value;
}

function requireType(header: XmlElement, type: string): void {
  if (attribute(header, IDENTIFIERS, 'objectType') !== type) throw malformed(header.name, `objectType must be ${type}.`);
}
