/** The X-Road headers of a SOAP message (PR-MESS 4.0.25, section 2.3; extensions for representation, target server and security token). */
import type { DomesticContext, DomesticMember, DomesticService, XmlElement } from '../../stages.ts';
import { attribute, children, element, elements } from '../../xml/element.ts';
import { brokenRule, malformed } from '../malformed.ts';
import { checkPart, checkText } from '../xroad-identifiers.ts';
import { checkServer, memberElement, readMember, readService, serviceElement } from './identifiers.ts';
import { leafText } from './leaf.ts';
import { REPRESENTATION, SECURITY_TOKEN, SOAP, WSSE, WSU, XROAD } from './names.ts';

export interface SoapHeaders {
  readonly client: DomesticMember;
  readonly service: DomesticService;
  readonly context: DomesticContext;
  /** As they stand, where headerElements would write others or another order: an answer repeats them (PR-MESS 4.0.25, section 2.3). */
  readonly repeated?: readonly XmlElement[];
  /** Written by the security server of the service into answers. */
  readonly requestHash?: { readonly algorithm: string; readonly value: string };
}

const PROTOCOL_VERSION = '4.0';
/** Headers of these namespaces are understood here or meant for the security servers; any other is not ours to act on. */
const UNDERSTOOD = new Set<string>([XROAD, REPRESENTATION, SECURITY_TOKEN, WSSE]);
const ACTOR_NEXT = 'http://schemas.xmlsoap.org/soap/actor/next';

/**
 * Reads the headers in whatever order they stand, as a security server does. `securityServer` and `securityToken` are for the security servers, which have acted on
 * them, and headers of others are passed over. Throws `malformed` for a missing or doubled header, a protocol version other than 4.x, `centralService` (removed in
 * PR-MESS 4.0.23), and a header that must be understood and is not (SOAP 1.1, section 4.2.3).
 */
export function readHeaders(header: XmlElement): SoapHeaders {
  refuseNotUnderstood(header);
  if (one(header, XROAD, 'centralService') !== undefined) throw malformed('centralService', 'Central services were removed from the protocol: name the service.');
  const server = one(header, XROAD, 'securityServer');
  const token = one(header, SECURITY_TOKEN, 'securityToken');
  if (server !== undefined) checkServer(server);
  if (token !== undefined) leafText(token);
  checkVersion(leafText(mandatory(header, 'protocolVersion')));
  const requestHash = one(header, XROAD, 'requestHash');
  const repeated = repeatedHeaders(header);
  return {
    client: readMember(mandatory(header, 'client')),
    service: readService(mandatory(header, 'service')),
    context: readContext(header),
    ...(repeated === undefined ? {} : { repeated }),
    ...(requestHash === undefined ? {} : { requestHash: { algorithm: attribute(requestHash, '', 'algorithmId') ?? '', value: leafText(requestHash).trim() } }),
  };
}

/** The headers in the order of the schema (xroad.xsd, representation.xsd); an answer repeats what its request said. */
export function headerElements(client: DomesticMember, service: DomesticService, context: DomesticContext): XmlElement[] {
  return [
    memberElement('client', client),
    serviceElement('service', service),
    ...optional('userId', context.userId),
    element(XROAD, 'id', [context.messageId]),
    ...optional('issue', context.issue),
    ...partyElements(context.representedParty),
    element(XROAD, 'protocolVersion', [PROTOCOL_VERSION]),
  ];
}

/** The order in which headerElements writes. */
const WRITTEN = ['client', 'service', 'userId', 'id', 'issue', 'representedParty', 'protocolVersion'];
const REPEATED = new Set([...WRITTEN.map((name) => `${name === 'representedParty' ? REPRESENTATION : XROAD} ${name}`), `${XROAD} securityServer`, `${SECURITY_TOKEN} securityToken`]);

/** Undefined where headerElements writes the same headers in the same order. wsu:Id belongs to the signature of the request. */
function repeatedHeaders(header: XmlElement): XmlElement[] | undefined {
  const found = elements(header).filter(({ ns, name }) => REPEATED.has(`${ns} ${name}`));
  const places = found.map(({ name }) => WRITTEN.indexOf(name));
  if (places.every((place, at) => place > (places[at - 1] ?? -1))) return undefined;
  return found.map((one) => ({ ...one, attributes: one.attributes.filter(({ ns }) => ns !== WSU) }));
}

function readContext(header: XmlElement): DomesticContext {
  const userId = one(header, XROAD, 'userId');
  const issue = one(header, XROAD, 'issue');
  const party = one(header, REPRESENTATION, 'representedParty');
  return {
    messageId: checkPart(leafText(mandatory(header, 'id')), 'id'),
    ...(userId === undefined ? {} : { userId: checkText(leafText(userId), 'userId') }),
    ...(issue === undefined ? {} : { issue: checkText(leafText(issue), 'issue') }),
    ...(party === undefined ? {} : { representedParty: readParty(party) }),
  };
}

function readParty(header: XmlElement): NonNullable<DomesticContext['representedParty']> {
  const partyClass = one(header, REPRESENTATION, 'partyClass');
  const partyCode = one(header, REPRESENTATION, 'partyCode');
  if (partyCode === undefined) throw malformed('representedParty', 'partyCode is missing.');
  return {
    ...(partyClass === undefined ? {} : { partyClass: checkPart(leafText(partyClass), 'representedParty/partyClass') }),
    partyCode: checkPart(leafText(partyCode), 'representedParty/partyCode'),
  };
}

function partyElements(party: DomesticContext['representedParty']): XmlElement[] {
  if (party === undefined) return [];
  const partyClass = party.partyClass === undefined ? [] : [element(REPRESENTATION, 'partyClass', [party.partyClass])];
  return [element(REPRESENTATION, 'representedParty', [...partyClass, element(REPRESENTATION, 'partyCode', [party.partyCode])])];
}

function optional(name: string, value: string | undefined): XmlElement[] {
  return value === undefined ? [] : [element(XROAD, name, [value])];
}

/** Minor versions only add optional headers (PR-MESS, section 2.5). Some platforms break the line inside the element. */
function checkVersion(version: string): void {
  if (!/^4\.\d{1,3}$/.test(version.trim())) throw brokenRule('protocol-version', 'protocolVersion', 'It must be 4.0.');
}

function refuseNotUnderstood(header: XmlElement): void {
  for (const node of elements(header)) {
    const must = attribute(node, SOAP, 'mustUnderstand');
    const actor = attribute(node, SOAP, 'actor') ?? '';
    const ours = actor === '' || actor === ACTOR_NEXT;
    if (must === '1' && ours && !UNDERSTOOD.has(node.ns)) throw malformed('Header', 'A header must be understood and is not known here.');
  }
}

function mandatory(header: XmlElement, name: string): XmlElement {
  const found = one(header, XROAD, name);
  if (found === undefined) throw brokenRule('field-missing', name, 'The header is missing.');
  return found;
}

function one(parent: XmlElement, ns: string, name: string): XmlElement | undefined {
  const [first, second] = children(parent, ns, name);
  if (second !== undefined) throw brokenRule('field-twice', name, 'It stands twice.');
  return first;
}
