/** Where the SOAP headers stand in the bytes of a message: a platform that adds a header must leave every other byte alone. */

/** Byte offsets of one child of the SOAP Header, from `<` to after its last `>`. */
export interface HeaderSpan {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

// Comments, CDATA and processing instructions first, so that no tag is seen inside them; then end, empty and start tags.
const MARKUP = /<!--[^]*?-->|<!\[CDATA\[[^]*?\]\]>|<\?[^]*?\?>|<\/[^>]*>|<(?:[^<>"']|"[^"]*"|'[^']*')*>/g;
const NAME = /^<\/?(?:[^\s/>:]*:)?([^\s/>]+)/;

/**
 * The children of the SOAP Header, in order. The message was parsed before and is well-formed UTF-8; read as latin1, offsets
 * in characters are offsets in bytes. Names are local names.
 */
export function headerSpans(bytes: Uint8Array): HeaderSpan[] {
  const markup = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  const spans: HeaderSpan[] = [];
  let depth = 0;
  let inHeader = false;
  let start = 0;
  for (const match of markup.matchAll(MARKUP)) {
    const tag = match[0];
    if (tag.startsWith('<!') || tag.startsWith('<?')) continue;
    const end = match.index + tag.length;
    const name = NAME.exec(tag)?.[1] ?? '';
    const closes = tag.startsWith('</');
    const empty = tag.endsWith('/>');
    if (closes) depth--;
    if (depth === 1 && name === 'Header' && !empty) inHeader = !closes;
    else if (depth === 1 && !inHeader && name === 'Body') break;
    if (inHeader && depth === 2) {
      if (!closes) start = match.index;
      if (closes || empty) spans.push({ name, start, end });
    }
    if (!closes && !empty) depth++;
  }
  return spans;
}

/** The message with `spans` of it replaced. Spans must not overlap and stand in order. */
export function splice(bytes: Uint8Array, changes: readonly { readonly start: number; readonly end: number; readonly text: string }[]): Uint8Array {
  const parts: Uint8Array[] = [];
  let from = 0;
  for (const { start, end, text } of changes) {
    parts.push(bytes.subarray(from, start), Buffer.from(text));
    from = end;
  }
  return Buffer.concat([...parts, bytes.subarray(from)]);
}
