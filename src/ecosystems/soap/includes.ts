/**
 * Where a SOAP body speaks of attachments. For mappings both ways to do so are one: text `cid:<id>` (swaRef of WS-I Attachments Profile 1.0). XOP's element is
 * read as such a text, and written from one where the service takes MTOM.
 */
import { readPartHeaders } from '../../platform/multipart.ts';
import type { Attachment, DomesticMessage, XmlElement } from '../../stages.ts';
import { attribute, element } from '../../xml/element.ts';
import { malformed } from '../malformed.ts';
import { XOP } from './names.ts';

/** The message with its attachments, and without xop:Include. Throws `malformed` for an Include that is not of this message: of another one, or of anything that has a URL. */
export function withAttachments<M extends DomesticMessage>(message: M, attachments: readonly Attachment[] = []): M {
  const { payload } = message;
  const attached = attachments.length === 0 ? message : { ...message, attachments };
  if (payload.form !== 'xml' || !hasInclude(payload.element)) return attached;
  return { ...attached, payload: { form: 'xml', element: replaced(payload.element, referencesOf(attachments)) } };
}

/** `cid:` references that mean these attachments. */
export function referencesOf(attachments: readonly Attachment[]): ReadonlySet<string> {
  return new Set(attachments.flatMap(({ headers }) => {
    const id = /^<(.+)>$/.exec(readPartHeaders(headers).get('content-id') ?? '')?.[1];
    return id === undefined ? [] : [`cid:${id}`];
  }));
}

/** The element with xop:Include in place of every text that is exactly a reference. */
export function optimised(of: XmlElement, references: ReadonlySet<string>): XmlElement {
  const [only] = of.children;
  if (of.children.length === 1 && typeof only === 'string' && references.has(only)) return { ...of, children: [element(XOP, 'Include', [], { href: `cid:${encodeURIComponent(only.slice('cid:'.length))}` })] };
  return { ...of, children: of.children.map((child) => (typeof child === 'string' ? child : optimised(child, references))) };
}

export function hasInclude(of: XmlElement): boolean {
  return isInclude(of) || of.children.some((child) => typeof child !== 'string' && hasInclude(child));
}

/** Throws as withAttachments. */
export function replaced(of: XmlElement, references: ReadonlySet<string>): XmlElement {
  const children = of.children.map((child) => {
    if (typeof child === 'string') return child;
    return isInclude(child) ? referenceOf(child, of, references) : replaced(child, references);
  });
  return { ...of, children };
}

function isInclude({ ns }: XmlElement): boolean {
  return ns === XOP;
}

/** XOP 1.0, section 2.1: the only child, with an href that is a cid (RFC 2392), percent-encoded. */
function referenceOf(include: XmlElement, parent: XmlElement, references: ReadonlySet<string>): string {
  const reference = decoded(attribute(include, '', 'href') ?? '');
  if (include.name !== 'Include' || parent.children.some((child) => child !== include && (typeof child !== 'string' || child.trim() !== ''))) throw malformed(parent.name, 'xop:Include must be the only child.');
  if (!references.has(reference)) throw malformed(parent.name, 'xop:Include must name an attachment of this message, by cid:.');
  return reference;
}

function decoded(href: string): string {
  try {
    return decodeURIComponent(href);
  } catch {
    return '';
  }
}
