/** Writing SOAP messages: headers in the order of the schema, the mapped payload as the one child of Body. */
import { CausewayError } from '../../errors.ts';
import type { HttpMessage, HttpReply } from '../../platform/http-client.ts';
import type { Attachment, DomesticRequest, Mapped, XmlElement } from '../../stages.ts';
import { element } from '../../xml/element.ts';
import { renderXml } from '../../xml/render.ts';
import type { DomesticCall } from '../ecosystem.ts';
import { refuseAttachments } from '../packing.ts';
import type { ProofPolicy } from '../proof-policy.ts';
import { headerElements } from './headers.ts';
import { optimised, referencesOf } from './includes.ts';
import { CONTENT_TYPE, PREFIXES, SOAP, XOP_CONTENT_TYPE } from './names.ts';
import { signEnvelope } from './proof.ts';

/** See Dialect.renderRequest: what an information system posts to its security server (PR-MESS 4.0.25, section 2.2). */
export async function renderRequest(mapped: Mapped<'domestic'>, call: DomesticCall, policy: ProofPolicy, now: number): Promise<HttpMessage> {
  const { type, ...parts } = await write(headerElements(call.client, call.home.service, call.context), mapped, call.home.attachments === 'mtom', policy, now);
  return { method: 'POST', target: '/', headers: { 'content-type': type, 'soapaction': '""' }, ...parts };
}

/** See Dialect.renderResponse: the headers of the request again. requestHash is written by the security server, over what it forwarded to us. */
export async function renderResponse(mapped: Mapped<'domestic'>, request: DomesticRequest, policy: ProofPolicy, now: number): Promise<HttpReply> {
  const { type, ...parts } = await write(request.headers ?? headerElements(request.client, request.service, request.context), mapped, request.mtom === true, policy, now);
  return { status: 200, headers: { 'content-type': type }, ...parts };
}

interface Written {
  /** Media type of the root. */
  readonly type: string;
  readonly body: Uint8Array;
  readonly attachments?: readonly Attachment[];
}

async function write(headers: readonly XmlElement[], mapped: Mapped<'domestic'>, mtom: boolean, policy: ProofPolicy, now: number): Promise<Written> {
  const { attachments = [] } = mapped.fields;
  const payload = payloadOf(mapped);
  const rendered = (body: XmlElement): XmlElement => element(SOAP, 'Envelope', [element(SOAP, 'Header', headers), element(SOAP, 'Body', [body])]);
  if (policy.form === 'wss') {
    // Our signature would not cover them.
    refuseAttachments(attachments, 'mapping-failed');
    return { type: CONTENT_TYPE, body: await signEnvelope(rendered(payload), policy, now) };
  }
  if (attachments.length === 0) return { type: CONTENT_TYPE, body: renderXml(rendered(payload), PREFIXES, { declaration: true }) };
  const body = mtom ? optimised(payload, referencesOf(attachments)) : payload;
  return { type: mtom ? XOP_CONTENT_TYPE : CONTENT_TYPE, body: renderXml(rendered(body), PREFIXES, { declaration: true }), attachments };
}

function payloadOf(mapped: Mapped<'domestic'>): XmlElement {
  const { document } = mapped.fields;
  if (document.form !== 'xml') throw new CausewayError('internal', 'a mapping of a SOAP service gave JSON');
  return document.element;
}
