/** A SOAP service of a register: reads the one operation, answers under the headers of the request. */
import type { HttpReply } from '../../platform/http-client.ts';
import type { XmlElement } from '../../stages.ts';
import { element, elements } from '../../xml/element.ts';
import type { Faults } from '../faults.ts';
import type { ServiceId } from '../plan.ts';
import { REPRESENTATION_NS, XROAD_NS, previewMessage, readMessage, renderFault } from '../soap/message.ts';
import type { SoapMessage } from '../soap/message.ts';
import type { Incoming } from '../wire.ts';

/** A question that the register cannot make sense of: answered with a SOAP fault of its own. */
export class BadQuestion extends Error {}

export interface SoapService {
  readonly service: ServiceId;
  /** Local name of the request element. */
  readonly operation: string;
  readonly faults: Faults;
  /** Why a question is refused before it is read; absent: nothing is checked. Throws where the bytes are not well-formed XML. */
  refusal?(message: SoapMessage, bytes: Uint8Array): string | undefined;
  /** Child of the answer's Body. Throws BadQuestion. */
  answer(question: XmlElement): XmlElement;
  /** The whole message as bytes, signed where the register signs. */
  render(header: readonly XmlElement[], answer: XmlElement): Uint8Array;
}

const TYPE = { 'content-type': 'text/xml; charset=utf-8' };

/** Answers one SOAP request; the platform has checked the envelope, so what does not fit is a fault of the caller. */
export function serveOperation(incoming: Incoming, service: SoapService): HttpReply {
  const read = service.refusal === undefined ? readMessage : previewMessage;
  const message = read(incoming.message.body);
  const question = message?.body.find((candidate) => candidate.name === service.operation);
  if (message === undefined || question === undefined) return refuse('Tundmatu päring');
  const refused = service.refusal?.(message, incoming.message.body);
  if (refused !== undefined) return refuse(refused);
  try {
    return { status: 200, headers: TYPE, body: service.render(echoed(message, service), service.answer(question)) };
  } catch (error) {
    if (error instanceof BadQuestion) return refuse(error.message);
    throw error;
  }
}

function refuse(reason: string): HttpReply {
  return { status: 500, headers: TYPE, body: renderFault('SOAP-ENV:Client', reason, []) };
}

/** The X-Road headers of the request, same order and values (message protocol 4.0, section 2.2). Signatures are not repeated. */
function echoed(message: SoapMessage, { faults, service }: SoapService): XmlElement[] {
  const headers = message.header.filter(({ ns }) => ns === XROAD_NS || ns === REPRESENTATION_NS).map(withoutAttributesOfOthers);
  if (!faults.has(service, 'wrong-id')) return headers;
  return headers.map((header) => (header.name === 'id' ? element(XROAD_NS, 'id', ['another-id']) : header));
}

/** What a signature hung on the request's headers (wsu:Id) is not part of their value. */
function withoutAttributesOfOthers(header: XmlElement): XmlElement {
  const own = header.attributes.filter(({ ns }) => !ns.includes('oasis-200401-wss'));
  return element(header.ns, header.name, header.children, own);
}

/** Text of the unqualified child `name` of `parent`; '' when it is absent. */
export function field(parent: XmlElement | undefined, name: string): string {
  const found = parent === undefined ? undefined : elements(parent).find((candidate) => candidate.name === name);
  return found === undefined ? '' : found.children.filter((node) => typeof node === 'string').join('').trim();
}

export function part(parent: XmlElement, name: string): XmlElement | undefined {
  return elements(parent).find((candidate) => candidate.name === name);
}
