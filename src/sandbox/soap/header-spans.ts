/** Where the SOAP headers stand in the bytes of a message: a platform that adds a header must leave every other byte alone. */

/** Byte offsets of one child of the SOAP Header, from `<` to after its last `>`. */
export interface HeaderSpan {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** A tag to its `>`, which may also stand in a value. */
const TAG = /<[^"'>]*(?:(?:"[^"]*"|'[^']*')[^"'>]*)*>/y;
const NAME = /<\/?(?:[^\s/>:]*:)?([^\s/>]+)/y;
/** What no tag is seen inside, and its end. */
const SECTIONS = [['<!--', '-->'], ['<![CDATA[', ']]>'], ['<?', '?>'], ['<!', '>']] as const;

/**
 * The children of the SOAP Header, in order. The message was read before; as latin1, offsets
 * in characters are offsets in bytes. Names are local names.
 */
export function headerSpans(bytes: Uint8Array): HeaderSpan[] {
  const markup = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  const spans: HeaderSpan[] = [];
  let depth = 0;
  let inHeader = false;
  let start = 0;
  let end = 0;
  for (let open = markup.indexOf('<'); open !== -1; open = markup.indexOf('<', end)) {
    const kind = markup[open + 1];
    if (kind === '!' || kind === '?') {
      end = endOfSection(markup, open);
      continue;
    }
    const closes = kind === '/';
    end = closes ? after(markup, '>', open) : endOfTag(markup, open);
    const empty = markup[end - 2] === '/';
    if (closes) depth--;
    const name = depth > 2 ? '' : nameAt(markup, open);
    if (depth === 1 && name === 'Header' && !empty) inHeader = !closes;
    else if (depth === 1 && !inHeader && name === 'Body') break;
    if (inHeader && depth === 2) {
      if (!closes) start = open;
      if (closes || empty) spans.push({ name, start, end });
    }
    if (!closes && !empty) depth++;
  }
  return spans;
}

function endOfTag(markup: string, open: number): number {
  TAG.lastIndex = open;
  return TAG.test(markup) ? TAG.lastIndex : markup.length;
}

function endOfSection(markup: string, open: number): number {
  const [begin, end] = SECTIONS.find(([first]) => markup.startsWith(first, open))!;
  return after(markup, end, open + begin.length);
}

function nameAt(markup: string, open: number): string {
  NAME.lastIndex = open;
  return NAME.exec(markup)?.[1] ?? '';
}

function after(markup: string, end: string, from: number): number {
  const found = markup.indexOf(end, from);
  return found === -1 ? markup.length : found + end.length;
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
