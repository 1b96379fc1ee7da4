/**
 * SOAP bodies that cross unmapped (a grant's `neutral: passthrough`). The one element of Body crosses as text in canonical form with every prefix that it may use,
 * so that names in its content (`xsi:type="ns:x"`) keep their meaning; the headers, with the identifiers in them, are written anew on each side.
 */
import { sha256Base64url } from '../../crypto/digest.ts';
import { CausewayError, asCausewayError } from '../../errors.ts';
import { load } from '../../platform/content.ts';
import type { XmlLimits } from '../../platform/limits.ts';
import type { Attachment, DomesticMessage, Mapped, XmlElement } from '../../stages.ts';
import { withDocument } from '../../xml/document.ts';
import type { OpenDocument } from '../../xml/document.ts';
import { child, element, elements } from '../../xml/element.ts';
import { parseXml } from '../../xml/parse.ts';
import { renderText } from '../../xml/render.ts';
import { hasInclude, referencesOf, replaced } from './includes.ts';
import { CONTENT_TYPE, PREFIXES, SOAP, XOP_CONTENT_TYPE } from './names.ts';

const TYPE = 'text/xml';
const DOCUMENT = { form: 'soap' };

/** The message as it crosses: its body is the first of its attachments. `bytes`: of the envelope. Throws `malformed` for references to parts of other messages. */
export function unmapped<M extends DomesticMessage>(message: M, bytes: Uint8Array, attachments: readonly Attachment[], limits: XmlLimits): M {
  const body = withDocument(bytes, limits, (document) => {
    const root = elements(child(document.root, SOAP, 'Body') ?? document.root)[0];
    if (root === undefined) throw new CausewayError('internal', 'an envelope without a body');
    if (hasInclude(root)) replaced(root, referencesOf(attachments));
    return document.canonicalize([{ element: root, inclusive: prefixesOf(document.root, document) }])[0];
  });
  const content = body ?? new Uint8Array();
  const part = { headers: new Uint8Array(), type: TYPE, content, sha256: sha256Base64url(content) };
  return { ...message, payload: { form: 'unmapped', document: DOCUMENT }, attachments: [part, ...attachments] };
}

export interface UnmappedBody {
  /** Content type of the envelope. */
  readonly type: string;
  readonly bytes: Uint8Array;
  readonly attachments: readonly Attachment[];
}

/** What stands in Body, and the parts beside the envelope. `isName`: of the element. Throws `neutral-invalid` for anything but one element of that name. */
export async function unmappedBody({ fields: { document, attachments = [] } }: Mapped<'domestic'>, isName: (name: string) => boolean, limits: XmlLimits): Promise<UnmappedBody> {
  const [body, ...others] = attachments;
  const form = document.form === 'unmapped' ? (document.document as { readonly form?: unknown }).form : undefined;
  if (form !== DOCUMENT.form || body?.type !== TYPE) throw invalid('its first part is no SOAP body');
  const bytes = await read(body, limits);
  // Behind a declaration the element could not stand within another one.
  if (!/^<[A-Za-z_]/.test(Buffer.from(bytes.subarray(0, 2)).toString('latin1'))) throw invalid('its body does not begin with its element');
  const root = parsed(bytes, limits);
  if (!isName(root.name)) throw invalid('its element is not that of the operation');
  return { type: hasInclude(root) && others.length > 0 ? XOP_CONTENT_TYPE : CONTENT_TYPE, bytes, attachments: others };
}

export function envelopeAround(headers: readonly XmlElement[], body: Uint8Array): Uint8Array {
  const soap = PREFIXES[SOAP];
  const header = renderText(element(SOAP, 'Header', headers), PREFIXES);
  return Buffer.concat([Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>\n<${soap}:Envelope xmlns:${soap}="${SOAP}">${header}<${soap}:Body>`), body, Buffer.from(`</${soap}:Body></${soap}:Envelope>`)]);
}

/** All prefixes of the document: which of them stand in content, only the service knows. */
function prefixesOf(root: XmlElement, document: OpenDocument): string[] {
  const prefixes = new Set<string>();
  const visit = (node: XmlElement): void => {
    for (const prefix of Object.keys(document.declarations(node))) prefixes.add(prefix === '' ? '#default' : prefix);
    for (const inner of elements(node)) visit(inner);
  };
  visit(root);
  return [...prefixes];
}

async function read({ content }: Attachment, { maxBytes }: XmlLimits): Promise<Uint8Array> {
  return load(content, maxBytes).catch((cause: unknown) => {
    throw asCausewayError(cause).code === 'too-large' ? invalid('its body is too large to be read', cause) : cause;
  });
}

function parsed(bytes: Uint8Array, limits: XmlLimits): XmlElement {
  try {
    return parseXml(bytes, limits);
  } catch (cause) {
    throw invalid('its body is no XML element', cause);
  }
}

function invalid(message: string, cause?: unknown): CausewayError {
  return new CausewayError('neutral-invalid', `a SOAP message that crosses unmapped: ${message}`, { cause });
}
