/** X-Road SOAP messages (message protocol 4.0) as the information systems of the two countries write and read them. */
import { child, element, elements, text } from '../../xml/element.ts';
import { checkWellFormed, previewXml, unprovenXml } from '../../xml/document.ts';
import type { Prefixes } from '../../xml/render.ts';
import { renderXml } from '../../xml/render.ts';
import type { XmlElement } from '../../stages.ts';
import { DEFAULT_XML_LIMITS } from '../../platform/limits.ts';
import type { ServiceId, SubsystemId } from '../plan.ts';

export const SOAP_NS = 'http://schemas.xmlsoap.org/soap/envelope/';
export const XROAD_NS = 'http://x-road.eu/xsd/xroad.xsd';
export const IDENTIFIERS_NS = 'http://x-road.eu/xsd/identifiers';
export const REPRESENTATION_NS = 'http://x-road.eu/xsd/representation.xsd';

export const XROAD_PREFIXES: Prefixes = { [SOAP_NS]: 'SOAP-ENV', [XROAD_NS]: 'xrd', [IDENTIFIERS_NS]: 'id', [REPRESENTATION_NS]: 'repr' };

/** The X-Road header fields of a request. */
export interface SoapFields {
  readonly client: SubsystemId;
  readonly service: ServiceId;
  readonly id: string;
  readonly userId?: string;
  readonly issue?: string;
}

export interface SoapMessage {
  readonly header: readonly XmlElement[];
  /** Children of the Body. */
  readonly body: readonly XmlElement[];
}

/** The X-Road headers of a request, in the order of Annex B of the protocol. */
export function headerElements(fields: SoapFields): XmlElement[] {
  return [
    identifier('client', 'SUBSYSTEM', fields.client, ['xRoadInstance', 'memberClass', 'memberCode', 'subsystemCode']),
    identifier('service', 'SERVICE', fields.service, ['xRoadInstance', 'memberClass', 'memberCode', 'subsystemCode', 'serviceCode', 'serviceVersion']),
    ...(fields.userId === undefined ? [] : [element(XROAD_NS, 'userId', [fields.userId])]),
    element(XROAD_NS, 'id', [fields.id]),
    ...(fields.issue === undefined ? [] : [element(XROAD_NS, 'issue', [fields.issue])]),
    element(XROAD_NS, 'protocolVersion', ['4.0']),
  ];
}

function identifier(name: string, objectType: string, id: string, parts: readonly string[]): XmlElement {
  const values = id.split('/');
  const children = parts.slice(0, values.length).map((part, at) => element(IDENTIFIERS_NS, part, [values[at] ?? '']));
  return element(XROAD_NS, name, children, [{ ns: IDENTIFIERS_NS, name: 'objectType', value: objectType }]);
}

/** An identifier header as `<instance>/<class>/<code>/…`; fields that are absent are left out. */
export function identifierText(header: XmlElement): string {
  return elements(header).map(text).join('/');
}

export function envelope(header: readonly XmlElement[], body: readonly XmlElement[], bodyAttributes: XmlElement['attributes'] = []): XmlElement {
  return element(SOAP_NS, 'Envelope', [element(SOAP_NS, 'Header', header), element(SOAP_NS, 'Body', body, bodyAttributes)]);
}

/** `prefixes`: beside those of SOAP and X-Road. */
export function renderMessage(root: XmlElement, prefixes: Prefixes): Uint8Array {
  return renderXml(root, { ...XROAD_PREFIXES, ...prefixes }, { declaration: true });
}

/** Header and Body of an envelope; undefined when it is not one. Throws where the bytes are not XML that these systems accept. */
export function readMessage(bytes: Uint8Array): SoapMessage | undefined {
  const message = previewMessage(bytes);
  checkWellFormed(bytes);
  return message;
}

/** As readMessage, for bytes that are yet to be proven well-formed: it may take some that are not. */
export function previewMessage(bytes: Uint8Array): SoapMessage | undefined {
  return messageOf(previewXml(bytes, DEFAULT_XML_LIMITS));
}

/** As previewMessage, for bytes that are handed on to somebody who proves that. */
export function unprovenMessage(bytes: Uint8Array): SoapMessage | undefined {
  return messageOf(unprovenXml(bytes, DEFAULT_XML_LIMITS));
}

function messageOf(root: XmlElement): SoapMessage | undefined {
  const body = child(root, SOAP_NS, 'Body');
  if (root.ns !== SOAP_NS || root.name !== 'Envelope' || body === undefined) return undefined;
  const header = child(root, SOAP_NS, 'Header');
  return { header: header === undefined ? [] : elements(header), body: elements(body) };
}

export function headerOf(message: SoapMessage, name: string, ns: string = XROAD_NS): XmlElement | undefined {
  return message.header.find((candidate) => candidate.ns === ns && candidate.name === name);
}

/** Code and text of a SOAP 1.1 fault, if the message is one. */
export function faultOf(message: SoapMessage): { readonly code: string; readonly text: string; readonly detail: string } | undefined {
  const fault = message.body.find((candidate) => candidate.ns === SOAP_NS && candidate.name === 'Fault');
  if (fault === undefined) return undefined;
  const [code, reason, detail] = ['faultcode', 'faultstring', 'detail'].map((name) => child(fault, '', name));
  return { code: code === undefined ? '' : text(code), text: reason === undefined ? '' : text(reason), detail: detail === undefined ? '' : deepText(detail) };
}

function deepText(node: XmlElement): string {
  return node.children.map((inner) => (typeof inner === 'string' ? inner : deepText(inner))).join('').trim();
}

/** A SOAP 1.1 fault as a document. */
export function renderFault(code: string, reason: string, detail: readonly XmlElement[]): Uint8Array {
  const fault = element(SOAP_NS, 'Fault', [
    element('', 'faultcode', [code]),
    element('', 'faultstring', [reason]),
    ...(detail.length === 0 ? [] : [element('', 'detail', detail)]),
  ]);
  return renderMessage(element(SOAP_NS, 'Envelope', [element(SOAP_NS, 'Body', [fault])]), {});
}
