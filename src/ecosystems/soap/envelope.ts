/** The SOAP 1.1 envelope: from plain elements to a typed message, once. Parsing and proof both read messages here. */
import { CausewayError } from '../../errors.ts';
import type { HomeService } from '../../mapping/mappings.ts';
import type { DialectName, DomesticRequest, DomesticResponse, XmlElement } from '../../stages.ts';
import { elements, text } from '../../xml/element.ts';
import type { DomesticCall } from '../ecosystem.ts';
import { brokenRule, malformed } from '../malformed.ts';
import { inconsistentContext, sameMember, sameService } from '../xroad-identifiers.ts';
import { readFault } from './fault-in.ts';
import type { SoapFault } from './fault-in.ts';
import { readHeaders } from './headers.ts';
import type { SoapHeaders } from './headers.ts';
import { SOAP, SOAP12 } from './names.ts';

export type SoapMessage =
  | { readonly kind: 'message'; readonly headers: SoapHeaders; /** The one child of Body. */ readonly body: XmlElement }
  | { readonly kind: 'fault'; readonly fault: SoapFault };

/**
 * Reads an envelope: at most one Header, then exactly one Body with exactly one child, whose name begins with the service code as X-Road
 * demands. A fault needs no X-Road headers. Throws `malformed` with `facts.field`, and `too-large`.
 */
export function readEnvelope(root: XmlElement): SoapMessage {
  if (root.ns === SOAP12) throw malformed('Envelope', 'X-Road speaks SOAP 1.1.');
  if (root.ns !== SOAP || root.name !== 'Envelope') throw malformed('Envelope', 'The document is no SOAP envelope.');
  const { header, body } = envelopeParts(root);
  const child = onlyChild(body);
  if (child.ns === SOAP && child.name === 'Fault') return { kind: 'fault', fault: readFault(child) };
  if (header === undefined) throw brokenRule('header-missing', 'Header', 'It is missing.');
  const headers = readHeaders(header);
  if (!child.name.startsWith(headers.service.service)) throw brokenRule('body-mismatch', 'Body', 'Its element does not belong to the service code of the header.');
  return { kind: 'message', headers, body: child };
}

/**
 * A request to one of `candidates`. X-Road lets an element name merely begin with the service code; what service descriptions say is the code
 * itself, or with `Request` behind it (Spring-WS), and only these are taken. Throws `malformed`, `unknown-service`.
 */
export function toRequest(message: SoapMessage, candidates: readonly HomeService[], dialect: DialectName): DomesticRequest {
  if (message.kind === 'fault') throw malformed('Body', 'A request cannot be a fault.');
  const { headers, body } = message;
  const home = candidates.find((one) => one.dialect === dialect && sameService(one.service, headers.service));
  if (home === undefined) throw new CausewayError('unknown-service', 'the service of the header is not offered at this URL', { facts: { field: 'service' } });
  if (!('name' in home.operation) || !isRequestName(body.name, home.operation.name)) throw malformed('Body', 'Its element is not the operation of this service.');
  const { client, service, context, repeated } = headers;
  return { kind: 'request', dialect, client, service, context, operation: home.operation, payload: { form: 'xml', element: body }, ...(repeated === undefined ? {} : { headers: repeated }), ...(home.attachments === 'mtom' ? { mtom: true } : {}) };
}

/**
 * The answer to `call`: its headers must repeat ours, as X-Road's own consistency check compares them, and its element is named after the
 * operation. Throws `service-answer-invalid`, and for a fault `service-refused` or `service-fault`.
 */
export function toResponse(message: SoapMessage, call: DomesticCall): DomesticResponse {
  if (message.kind === 'fault') throw message.fault.error;
  const { headers, body } = message;
  const { home, client, context } = call;
  if (!sameMember(headers.client, client)) throw inconsistent('client');
  if (!sameService(headers.service, home.service)) throw inconsistent('service');
  const differing = inconsistentContext(context, headers.context);
  if (differing !== undefined) throw inconsistent(differing === 'messageId' ? 'id' : differing);
  if (!('name' in home.operation) || body.name !== answerName(home.operation.name)) throw inconsistent('Body');
  return { kind: 'response', dialect: home.dialect, messageId: headers.context.messageId, payload: { form: 'xml', element: body } };
}

export function isRequestName(name: string, operation: string): boolean {
  return name === operation || name === `${operation}Request`;
}

export function answerName(operation: string): string {
  return `${operation.replace(/Request$/, '')}Response`;
}

function envelopeParts(root: XmlElement): { header: XmlElement | undefined; body: XmlElement } {
  const parts = elements(root);
  const header = parts[0]?.name === 'Header' ? parts[0] : undefined;
  const [body, ...rest] = header === undefined ? parts : parts.slice(1);
  if (body?.name !== 'Body' || rest.length > 0 || parts.some((part) => part.ns !== SOAP) || hasText(root)) throw malformed('Envelope', 'It must hold one Header and one Body, in this order.');
  return { header, body };
}

function onlyChild(body: XmlElement): XmlElement {
  const [child, ...rest] = elements(body);
  if (child === undefined) throw brokenRule('body-missing', 'Body', 'It is empty.');
  if (rest.length > 0 || hasText(body)) throw brokenRule('body-several', 'Body', 'It must hold exactly one element.');
  return child;
}

function hasText(parent: XmlElement): boolean {
  return text(parent).trim() !== '';
}

function inconsistent(field: string): CausewayError {
  return new CausewayError('service-answer-invalid', `${field} is not that of the request`, { facts: { field, delivered: 'yes' } });
}
