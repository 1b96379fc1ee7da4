/** Elements that hold text alone. */
import type { XmlElement } from '../../stages.ts';
import { elements, text } from '../../xml/element.ts';
import { malformed } from '../malformed.ts';

/** The text of an element that must have no child elements. Throws `malformed`. */
export function leafText(element: XmlElement): string {
  if (elements(element).length > 0) throw malformed(element.name, 'It must hold text alone.');
  return text(element);
}
