/** Metaservices in SOAP, as a security server answers them (PR-META, PR-OPMON): listMethods, allowedMethods, getWsdl, and what monitors ask to see whether it lives. */
import { randomUUID } from 'node:crypto';
import type { HttpReply } from '../../platform/http-client.ts';
import type { DomesticMember, XmlElement } from '../../stages.ts';
import { child, element } from '../../xml/element.ts';
import { renderXml } from '../../xml/render.ts';
import { describedService, servicesOf, titleOf } from '../catalogue.ts';
import type { Catalogue } from '../edge.ts';
import { malformed } from '../malformed.ts';
import type { SoapMessage } from './envelope.ts';
import { headerElements } from './headers.ts';
import { serviceElement } from './identifiers.ts';
import { leafText } from './leaf.ts';
import { CONTENT_TYPE, PREFIXES, SOAP, XROAD } from './names.ts';
import { renderWsdl } from './wsdl.ts';

const OP_MONITORING = 'http://x-road.eu/xsd/op-monitoring.xsd';

type Message = Extract<SoapMessage, { kind: 'message' }>;
type Metaservice = (message: Message, catalogue: Catalogue) => HttpReply;

/** Where a security server puts no address of its own into a description that it hands out. */
export const NO_ADDRESS = 'http://example.org/xroad-endpoint';

/** Statistics of an edge are its operators' metrics, not the members': the period over which any were kept is none. */
const NO_STATISTICS = [element(OP_MONITORING, 'statisticsPeriodSeconds', ['0']), element(OP_MONITORING, 'servicesEvents')];

const METASERVICES: Readonly<Record<string, Metaservice>> = {
  listMethods: (message, catalogue) => methods('listMethodsResponse', message, catalogue),
  allowedMethods: (message, catalogue) => methods('allowedMethodsResponse', message, catalogue, message.headers.client),
  getWsdl,
  getSecurityServerHealthData: (message) => reply(message, element(OP_MONITORING, 'getSecurityServerHealthDataResponse', NO_STATISTICS)),
  getState: (message) => reply(message, element(XROAD, 'getStateResponse', [element('', 'response', ['OK'])])),
};

/** The answer to a message for a metaservice; undefined for any other. */
export function soapMetaservice(message: Message): ((catalogue: Catalogue) => HttpReply) | undefined {
  const { service } = message.headers.service;
  const metaservice = Object.hasOwn(METASERVICES, service) ? METASERVICES[service] : undefined;
  return metaservice === undefined ? undefined : (catalogue) => metaservice(message, catalogue);
}

function methods(name: string, message: Message, catalogue: Catalogue, client?: DomesticMember): HttpReply {
  const listed = servicesOf(message.headers.service, 'xml', catalogue, client).map(({ home }) => serviceElement('service', home.service));
  return reply(message, element(XROAD, name, listed));
}

/** Two parts: the answer, and the description as its attachment. */
function getWsdl(message: Message, catalogue: Catalogue): HttpReply {
  const code = child(message.body, XROAD, 'serviceCode');
  const version = child(message.body, XROAD, 'serviceVersion');
  if (code === undefined) throw malformed('Body', 'serviceCode is missing.');
  const { version: _, ...provider } = message.headers.service;
  const wanted = { ...provider, service: leafText(code), ...(version === undefined ? {} : { version: leafText(version) }) };
  const wsdl = wsdlOf(wanted, catalogue);
  const parts = [element(XROAD, 'serviceCode', [wanted.service]), ...(wanted.version === undefined ? [] : [element(XROAD, 'serviceVersion', [wanted.version])])];
  const answer = reply(message, element(XROAD, 'getWsdlResponse', parts));
  const boundary = `xroad-${randomUUID()}`;
  const part = (headers: string, body: Uint8Array): Uint8Array[] => [Buffer.from(`--${boundary}\r\n${headers}\r\n\r\n`), body, Buffer.from('\r\n')];
  const body = Buffer.concat([...part('Content-Type: text/xml; charset=utf-8\r\nContent-Transfer-Encoding: 8bit', answer.body), ...part('Content-Type: text/xml; charset=utf-8\r\nContent-ID: <wsdl>', wsdl), Buffer.from(`--${boundary}--\r\n`)]);
  return { status: 200, headers: { 'content-type': `multipart/related; type="text/xml"; charset=utf-8; boundary=${boundary}` }, body };
}

/** Throws `unknown-member`, `unknown-service`. */
export function wsdlOf(wanted: Parameters<typeof describedService>[0], catalogue: Catalogue): Uint8Array {
  const described = describedService(wanted, 'xml', catalogue);
  const { form, home } = described;
  if (form.kind !== 'xml') throw new TypeError('a service in XML has a description in XML');
  return renderWsdl(home, form.description, { title: titleOf(described), location: NO_ADDRESS });
}

function reply({ headers: { client, service, context } }: Message, body: XmlElement): HttpReply {
  const envelope = element(SOAP, 'Envelope', [element(SOAP, 'Header', headerElements(client, service, context)), element(SOAP, 'Body', [body])]);
  return { status: 200, headers: { 'content-type': CONTENT_TYPE }, body: renderXml(envelope, PREFIXES, { declaration: true }) };
}
