/** Reading XML that somebody else wrote. */
import type { XmlLimits } from '../platform/limits.ts';
import type { XmlElement } from '../stages.ts';
import { withDocument } from './document.ts';

/**
 * The root element of a document as plain data, within `limits`. No document type, no entities but the five, nothing external, no
 * processing instructions, XML 1.0 only; comments are dropped and the text around them is merged, CDATA is text, and a byte
 * order mark is ignored. Throws `malformed` (facts.hint with the line, where known) and `too-large` (facts.hint with the limit).
 */
export function parseXml(bytes: Uint8Array, limits: XmlLimits): XmlElement {
  return withDocument(bytes, limits, (document) => document.root);
}
