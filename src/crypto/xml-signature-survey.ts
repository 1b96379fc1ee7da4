/** One walk over a message: where its signatures are, and which elements carry which id. */
import type { XmlElement } from '../stages.ts';
import { attribute } from '../xml/element.ts';
import { DS, invalid, WSSE, WSU } from './xml-signature-names.ts';

export interface Survey {
  /** Anywhere in the message, not only where they belong. */
  readonly signatures: XmlElement[];
  readonly securities: XmlElement[];
  signedInfos: number;
  /** Carriers of each id value, one for each attribute. */
  readonly ids: Map<string, XmlElement[]>;
}

/** Names, in any namespace, that some verifier somewhere takes for an id: wsu:Id, xml:id, Id, ID … */
const ID_NAMES: ReadonlySet<string> = new Set(['Id', 'ID', 'id']);

export function survey(root: XmlElement): Survey {
  const found: Survey = { signatures: [], securities: [], signedInfos: 0, ids: new Map() };
  visit(root, found);
  return found;
}

function visit(element: XmlElement, found: Survey): void {
  if (element.ns === DS && element.name === 'Signature') found.signatures.push(element);
  if (element.ns === DS && element.name === 'SignedInfo') found.signedInfos++;
  if (element.ns === WSSE && element.name === 'Security') found.securities.push(element);
  for (const { name, value } of element.attributes) {
    if (!ID_NAMES.has(name)) continue;
    const carriers = found.ids.get(value);
    if (carriers === undefined) found.ids.set(value, [element]);
    else carriers.push(element);
  }
  for (const node of element.children) if (typeof node !== 'string') visit(node, found);
}

/** The element whose wsu:Id is `id`. Throws `signature-invalid` unless it alone carries that value, as any kind of id. */
export function findById(found: Survey, id: string): XmlElement {
  const carriers = found.ids.get(id) ?? [];
  if (carriers.length !== 1) throw invalid('an id that no element or more than one carries');
  if (attribute(carriers[0]!, WSU, 'Id') !== id) throw invalid('a reference by an attribute other than wsu:Id');
  return carriers[0]!;
}
