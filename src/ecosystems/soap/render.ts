/** Writing SOAP messages: headers in the order of the schema, the mapped payload as the one child of Body. */
import { CausewayError } from '../../errors.ts';
import type { HttpMessage, HttpReply } from '../../platform/http-client.ts';
import { DEFAULT_XML_LIMITS } from '../../platform/limits.ts';
import type { XmlLimits } from '../../platform/limits.ts';
import type { Attachment, DomesticRequest, Mapped, Operation, XmlElement } from '../../stages.ts';
import { element } from '../../xml/element.ts';
import { renderXml } from '../../xml/render.ts';
import type { DomesticCall } from '../ecosystem.ts';
import { refuseAttachments } from '../packing.ts';
import type { ProofPolicy } from '../proof-policy.ts';
import { answerName, isRequestName } from './envelope.ts';
import { headerElements } from './headers.ts';
import { optimised, referencesOf } from './includes.ts';
import { CONTENT_TYPE, PREFIXES, SOAP, XOP_CONTENT_TYPE } from './names.ts';
import { signEnvelope } from './proof.ts';
import { envelopeAround, unmappedBody } from './unmapped.ts';

/** See Dialect.renderRequest: what an information system posts to its security server (PR-MESS 4.0.25, section 2.2). */
export async function renderRequest(mapped: Mapped<'domestic'>, call: DomesticCall, policy: ProofPolicy, now: number, limits = DEFAULT_XML_LIMITS): Promise<HttpMessage> {
  const operation = nameOf(call.home.operation);
  const { type, ...parts } = await write(headerElements(call.client, call.home.service, call.context), mapped, { mtom: call.home.attachments === 'mtom', isName: (name) => isRequestName(name, operation), limits }, policy, now);
  return { method: 'POST', target: '/', headers: { 'content-type': type, 'soapaction': '""' }, ...parts };
}

/** See Dialect.renderResponse: the headers of the request again. requestHash is written by the security server, over what it forwarded to us. */
export async function renderResponse(mapped: Mapped<'domestic'>, request: DomesticRequest, policy: ProofPolicy, now: number, limits = DEFAULT_XML_LIMITS): Promise<HttpReply> {
  const operation = nameOf(request.operation);
  const { type, ...parts } = await write(request.headers ?? headerElements(request.client, request.service, request.context), mapped, { mtom: request.mtom === true, isName: (name) => name === answerName(operation), limits }, policy, now);
  return { status: 200, headers: { 'content-type': type }, ...parts };
}

interface Written {
  /** Media type of the root. */
  readonly type: string;
  readonly body: Uint8Array;
  readonly attachments?: readonly Attachment[];
}

interface Form {
  /** Attachments are referred to by xop:Include. */
  readonly mtom: boolean;
  /** Of the element in Body, where it was not mapped. */
  isName(name: string): boolean;
  readonly limits: XmlLimits;
}

async function write(headers: readonly XmlElement[], mapped: Mapped<'domestic'>, form: Form, policy: ProofPolicy, now: number): Promise<Written> {
  const { attachments = [], document } = mapped.fields;
  if (document.form === 'unmapped') return writeUnmapped(headers, mapped, form, policy);
  if (document.form !== 'xml') throw new CausewayError('internal', 'a mapping of a SOAP service gave JSON');
  const rendered = (body: XmlElement): XmlElement => element(SOAP, 'Envelope', [element(SOAP, 'Header', headers), element(SOAP, 'Body', [body])]);
  if (policy.form === 'wss') {
    // Our signature would not cover them.
    refuseAttachments(attachments, 'mapping-failed');
    return { type: CONTENT_TYPE, body: await signEnvelope(rendered(document.element), policy, now) };
  }
  if (attachments.length === 0) return { type: CONTENT_TYPE, body: renderXml(rendered(document.element), PREFIXES, { declaration: true }) };
  const body = form.mtom ? optimised(document.element, referencesOf(attachments)) : document.element;
  return { type: form.mtom ? XOP_CONTENT_TYPE : CONTENT_TYPE, body: renderXml(rendered(body), PREFIXES, { declaration: true }), attachments };
}

async function writeUnmapped(headers: readonly XmlElement[], mapped: Mapped<'domestic'>, { isName, limits }: Form, policy: ProofPolicy): Promise<Written> {
  if (policy.form === 'wss') throw new CausewayError('config-invalid', 'a message that crosses unmapped cannot be signed here');
  const { type, bytes, attachments } = await unmappedBody(mapped, isName, limits);
  return { type, body: envelopeAround(headers, bytes), ...(attachments.length === 0 ? {} : { attachments }) };
}

function nameOf(operation: Operation): string {
  if ('name' in operation) return operation.name;
  throw new CausewayError('config-invalid', 'a SOAP service has no method and template');
}
