/** Writing SOAP messages: headers in the order of the schema, the mapped payload as the one child of Body. */
import { CausewayError } from '../../errors.ts';
import type { HttpMessage, HttpReply } from '../../platform/http-client.ts';
import type { DomesticRequest, Mapped, XmlElement } from '../../stages.ts';
import { element } from '../../xml/element.ts';
import { renderXml } from '../../xml/render.ts';
import type { DomesticCall } from '../ecosystem.ts';
import type { ProofPolicy } from '../proof-policy.ts';
import { headerElements } from './headers.ts';
import { CONTENT_TYPE, PREFIXES, SOAP } from './names.ts';
import { signEnvelope } from './proof.ts';

/** See Dialect.renderRequest: what an information system posts to its security server (PR-MESS 4.0.25, section 2.2). */
export async function renderRequest(mapped: Mapped<'domestic'>, call: DomesticCall, policy: ProofPolicy, now: number): Promise<HttpMessage> {
  const body = await write(headerElements(call.client, call.home.service, call.context), payloadOf(mapped), policy, now);
  return { method: 'POST', target: '/', headers: { 'content-type': CONTENT_TYPE, 'soapaction': '""' }, body };
}

/** See Dialect.renderResponse: the headers of the request again. requestHash is written by the security server, over what it forwarded to us. */
export async function renderResponse(mapped: Mapped<'domestic'>, request: DomesticRequest, policy: ProofPolicy, now: number): Promise<HttpReply> {
  const body = await write(request.headers ?? headerElements(request.client, request.service, request.context), payloadOf(mapped), policy, now);
  return { status: 200, headers: { 'content-type': CONTENT_TYPE }, body };
}

async function write(headers: readonly XmlElement[], payload: XmlElement, policy: ProofPolicy, now: number): Promise<Uint8Array> {
  const envelope = element(SOAP, 'Envelope', [element(SOAP, 'Header', headers), element(SOAP, 'Body', [payload])]);
  return policy.form === 'wss' ? signEnvelope(envelope, policy, now) : renderXml(envelope, PREFIXES, { declaration: true });
}

function payloadOf(mapped: Mapped<'domestic'>): XmlElement {
  const { document } = mapped.fields;
  if (document.form !== 'xml') throw new CausewayError('internal', 'a mapping of a SOAP service gave JSON');
  return document.element;
}
