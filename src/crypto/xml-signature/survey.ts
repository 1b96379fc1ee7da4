/** One walk over a message: where its signatures are, and which elements carry which id. */
import type { XmlElement } from '../../stages.ts';
import { attribute, child, children, elements } from '../../xml/element.ts';
import { DS, invalid, SOAP, WSSE, WSU, XROAD } from './names.ts';

export interface Survey {
  /** Anywhere in the message, not only where they belong. */
  readonly signatures: XmlElement[];
  readonly securities: XmlElement[];
  signedInfos: number;
  /** Carriers of each id value, one for each attribute; the platform's header is none. */
  readonly ids: Map<string, XmlElement[]>;
  readonly platformHeader: XmlElement | undefined;
  /** Characters of namespace names that canonicalisation would write: one at each element that begins to use it. */
  namespaces: number;
}

/** Names, in any namespace, that some verifier somewhere takes for an id: wsu:Id, xml:id, Id, ID … */
const ID_NAMES: ReadonlySet<string> = new Set(['Id', 'ID', 'id']);

export function survey(root: XmlElement): Survey {
  const found: Survey = { signatures: [], securities: [], signedInfos: 0, ids: new Map(), platformHeader: platformHeader(root), namespaces: 0 };
  visit(root, '', found);
  return found;
}

/**
 * The xroad:requestHash that the security server of the service adds to an answer after the member has signed, with a copy of every
 * attribute of xroad:id, so that the wsu:Id of the latter stands there twice (X-Road 7, ServerMessageProcessor). It is
 * taken for this only where it can be nothing else: the one of the header, without child elements, with no id that is not such a copy.
 */
function platformHeader(root: XmlElement): XmlElement | undefined {
  const header = child(root, SOAP, 'Header');
  if (header === undefined) return undefined;
  const [hash, ...others] = children(header, XROAD, 'requestHash');
  const [id, ...otherIds] = children(header, XROAD, 'id');
  if (hash === undefined || id === undefined || others.length > 0 || otherIds.length > 0 || elements(hash).length > 0) return undefined;
  const copied = hash.attributes.every(({ ns, name, value }) => !ID_NAMES.has(name) || attribute(id, ns, name) === value);
  return copied ? hash : undefined;
}

function visit(element: XmlElement, outer: string, found: Survey): void {
  if (element.ns !== outer) found.namespaces += element.ns.length;
  if (element.ns === DS && element.name === 'Signature') found.signatures.push(element);
  if (element.ns === DS && element.name === 'SignedInfo') found.signedInfos++;
  if (element.ns === WSSE && element.name === 'Security') found.securities.push(element);
  for (const { ns, name, value } of element.attributes) {
    if (ns !== element.ns) found.namespaces += ns.length;
    if (!ID_NAMES.has(name) || element === found.platformHeader) continue;
    const carriers = found.ids.get(value);
    if (carriers === undefined) found.ids.set(value, [element]);
    else carriers.push(element);
  }
  for (const node of element.children) if (typeof node !== 'string') visit(node, element.ns, found);
}

/** The element whose wsu:Id is `id`. Throws `signature-invalid` unless it alone carries that value, as any kind of id. */
export function findById(found: Survey, id: string): XmlElement {
  const carriers = found.ids.get(id) ?? [];
  if (carriers.length !== 1) throw invalid('an id that no element or more than one carries');
  if (attribute(carriers[0]!, WSU, 'Id') !== id) throw invalid('a reference by an attribute other than wsu:Id');
  return carriers[0]!;
}
