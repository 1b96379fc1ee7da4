/** One pass over the raw markup before any parser allocates for it: what is forbidden, and how big the tree would be. */
import { CausewayError } from '../errors.ts';
import type { XmlLimits } from '../platform/limits.ts';

const LT = 0x3c;
const GT = 0x3e;
const SLASH = 0x2f;
const BANG = 0x21;
const QUESTION = 0x3f;
const QUOTE = 0x22;
const APOSTROPHE = 0x27;

interface Size {
  depth: number;
  nodes: number;
}

/**
 * Refuses document types, processing instructions and anything over `limits` in linear time and constant memory.
 * `utf8` is the output of toUtf8. It need not be well-formed: where this pass misreads markup, the parser refuses it.
 * Throws `malformed` and `too-large`.
 * Source: SOAP 1.1, section 3: a message must contain neither a document type declaration nor processing instructions.
 */
export function scanMarkup(utf8: Buffer, limits: XmlLimits): void {
  const size: Size = { depth: 0, nodes: 0 };
  let position = 0;
  for (let open = utf8.indexOf(LT); open !== -1; open = utf8.indexOf(LT, position)) {
    if (open > position) count(size, 1, limits);
    position = scanTag(utf8, open, size, limits);
  }
}

/** Position after the markup that starts at `open`. */
function scanTag(utf8: Buffer, open: number, size: Size, limits: XmlLimits): number {
  const kind = utf8[open + 1];
  if (kind === QUESTION) forbidden('processing instructions');
  if (kind === BANG) return scanSection(utf8, open, size, limits);
  if (kind !== SLASH) return scanStart(utf8, open, size, limits);
  size.depth--;
  return utf8.indexOf(GT, open + 2) + 1 || unfinished();
}

/** A comment or a CDATA section; all else that begins so belongs to document types. */
function scanSection(utf8: Buffer, open: number, size: Size, limits: XmlLimits): number {
  count(size, 1, limits);
  if (utf8.toString('latin1', open, open + 4) === '<!--') return after(utf8, '-->', open + 4);
  if (utf8.toString('latin1', open, open + 9) === '<![CDATA[') return after(utf8, ']]>', open + 9);
  return forbidden('a document type declaration');
}

function scanStart(utf8: Buffer, open: number, size: Size, limits: XmlLimits): number {
  let attributes = 0;
  let at = open + 1;
  for (; utf8[at] !== GT; at++) {
    const byte = utf8[at];
    if (byte === undefined || byte === LT) unfinished();
    if (byte !== QUOTE && byte !== APOSTROPHE) continue;
    if (++attributes > limits.maxAttributes) throw tooLarge(`more than ${limits.maxAttributes} attributes on an element`);
    at = utf8.indexOf(byte, at + 1);
    if (at === -1) unfinished();
  }
  // Attributes cost a parser as much as elements do, so that they count as nodes.
  count(size, 1 + attributes, limits);
  if (size.depth + 1 > limits.maxDepth) throw tooLarge(`deeper than ${limits.maxDepth} elements`);
  if (utf8[at - 1] !== SLASH) size.depth++;
  return at + 1;
}

function count(size: Size, more: number, limits: XmlLimits): void {
  size.nodes += more;
  if (size.nodes > limits.maxNodes) throw tooLarge(`more than ${limits.maxNodes} nodes`);
}

function after(utf8: Buffer, end: string, from: number): number {
  const found = utf8.indexOf(end, from, 'latin1');
  if (found === -1) unfinished();
  return found + end.length;
}

function forbidden(what: string): never {
  throw new CausewayError('malformed', `XML with ${what}`, { facts: { hint: `A message must not contain ${what}.` } });
}

function unfinished(): never {
  throw new CausewayError('malformed', 'markup that does not end');
}

/** A refusal that names the limit, so that the sender knows which one. */
export function tooLarge(what: string): CausewayError {
  return new CausewayError('too-large', `XML with ${what}`, { facts: { hint: `XML with ${what}.` } });
}
