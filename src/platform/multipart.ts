/**
 * multipart/* bodies (RFC 2046, section 5.1): reading one in a single pass whatever its size, and writing one. The parts that are read are
 * views on what was read, headers and content byte for byte. What two readers could part in different places is refused: a boundary after a
 * bare line feed, a line that begins like a boundary and goes on otherwise, a boundary behind the last one.
 */
import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { CausewayError } from '../errors.ts';
import type { Content } from '../stages.ts';
import { chunksOf, joined, slice } from './content.ts';

export interface MultipartLimits {
  readonly maxParts: number;
  /** Bytes of the header lines of one part. */
  readonly maxHeaderBytes: number;
}

/** As gateway.yaml has them (`limits.mimeParts`, `limits.mimeHeaderBytes`). */
export const DEFAULT_MULTIPART_LIMITS: MultipartLimits = { maxParts: 1000, maxHeaderBytes: 8 * 1024 };

export interface MimePart {
  /** Header lines as they came, each with its CRLF. */
  readonly headers: Uint8Array;
  /** Unfolded values by name in small letters. */
  readonly fields: ReadonlyMap<string, string>;
  readonly content: Content;
  /** base64url. */
  readonly sha256: string;
}

/** RFC 2046, section 5.1.1: bchars, not ending with a space. */
const BOUNDARY = /^[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]$/;
const CR = 0x0d;
/** White space that a transport may have added behind a boundary. */
const MAX_PADDING = 1000;
const LINE_FEED = Buffer.from('\n');
const END_OF_HEADERS = Buffer.from('\r\n\r\n');

/**
 * The parts of `body`. Throws `malformed`, and `too-large` with the limit: more parts, longer headers. Content-ID, where it stands, stands once a part
 * and names one part alone.
 */
export async function readMultipart(body: Content, boundary: string, limits: MultipartLimits): Promise<MimePart[]> {
  if (!BOUNDARY.test(boundary)) throw malformed('Content-Type', 'The boundary is missing or not of the allowed characters.');
  const reader = new Reader(body, boundary, limits);
  try {
    return await readParts(reader, limits);
  } finally {
    await reader.close();
  }
}

async function readParts(reader: Reader, { maxParts }: MultipartLimits): Promise<MimePart[]> {
  const parts: MimePart[] = [];
  const ids = new Set<string>();
  for (let next = await reader.preamble(); next.more; ) {
    if (parts.length === maxParts) throw new CausewayError('too-large', `more than ${maxParts} MIME parts`, { facts: { hint: `At most ${maxParts} MIME parts.` } });
    const { part, end } = await reader.part(next.at);
    const id = part.fields.get('content-id');
    if (id !== undefined && ids.has(id)) throw malformed('Content-ID', 'It stands at two parts.');
    if (id !== undefined) ids.add(id);
    parts.push(part);
    next = end;
  }
  return parts;
}

/**
 * The header lines of one part, unfolded. Throws `malformed` for what is no header line: an empty one above all, behind which whatever follows
 * would be content.
 */
export function readPartHeaders(headers: Uint8Array): ReadonlyMap<string, string> {
  const text = Buffer.from(headers.buffer, headers.byteOffset, headers.length).toString('latin1');
  const fields = new Map<string, string>();
  if (text === '') return fields;
  if (!text.endsWith('\r\n')) throw malformed('MIME headers', 'The last line has no end.');
  // A line that begins with white space goes on with the one before (RFC 5322, section 2.2.3).
  for (const line of text.slice(0, -2).replace(/\r\n(?=[ \t])/g, '').split('\r\n')) {
    const field = /^([!-9;-~]+)[ \t]*:([^\r\n\0]*)$/.exec(line);
    if (field === null) throw malformed('MIME headers', 'A line is no header.');
    const name = field[1]!.toLowerCase();
    if (fields.has(name) && name.startsWith('content-')) throw malformed('MIME headers', 'A Content- header stands twice in one part.');
    fields.set(name, field[2]!.trim());
  }
  return fields;
}

/** A multipart body of these parts. `boundary` must not occur in any of them: 16 random bytes never do. Throws `malformed` for headers that are none, and for a Content-ID at two parts. */
export function renderMultipart(parts: readonly { readonly headers: Uint8Array; readonly content: Content }[], boundary: string): Content {
  const ids = parts.map(({ headers }) => readPartHeaders(headers).get('content-id')).filter((id) => id !== undefined);
  if (new Set(ids).size < ids.length) throw malformed('Content-ID', 'It stands at two parts.');
  const pieces = parts.flatMap(({ headers, content }) => [Buffer.from(`--${boundary}\r\n`), headers, Buffer.from('\r\n'), content, Buffer.from('\r\n')]);
  return joined([...pieces, Buffer.from(`--${boundary}--\r\n`)]);
}

/** What stands behind a boundary. */
interface Boundary {
  /** Where the next part begins. */
  readonly at: number;
  readonly more: boolean;
}

class Reader {
  readonly #body: Content;
  readonly #window: Window;
  readonly #pattern: Buffer;
  readonly #limits: MultipartLimits;

  constructor(body: Content, boundary: string, limits: MultipartLimits) {
    this.#body = body;
    this.#window = new Window(chunksOf(body));
    this.#pattern = Buffer.from(`\n--${boundary}`, 'latin1');
    this.#limits = limits;
  }

  /** Lets go of the file, where the reading ended early. */
  async close(): Promise<void> {
    await this.#window.close();
  }

  async preamble(): Promise<Boundary> {
    return (await this.#untilBoundary(0)).boundary;
  }

  async part(at: number): Promise<{ part: MimePart; end: Boundary }> {
    const contentAt = await this.#headersEnd(at);
    const headers = Buffer.from(this.#window.between(at, Math.max(at, contentAt - 2)));
    const fields = readPartHeaders(headers);
    const hash = createHash('sha256');
    const { end, boundary } = await this.#untilBoundary(contentAt, hash);
    return { part: { headers, fields, content: slice(this.#body, contentAt, end), sha256: hash.digest('base64url') }, end: boundary };
  }

  /** Position behind the empty line that ends the headers which begin at `at`. */
  async #headersEnd(at: number): Promise<number> {
    for (;;) {
      // The end of the boundary's line is the beginning of an empty one where there are no headers.
      const found = this.#window.find(END_OF_HEADERS, at - 2);
      const length = (found ?? this.#window.end) - at;
      if (length > this.#limits.maxHeaderBytes) throw new CausewayError('too-large', `headers of a MIME part of more than ${this.#limits.maxHeaderBytes} bytes`, { facts: { hint: `The headers of a MIME part may have ${this.#limits.maxHeaderBytes} bytes.` } });
      if (found !== undefined) return found + END_OF_HEADERS.length;
      await this.#more(at - 2);
    }
  }

  /** Reads from `from` to the next boundary; `end` is where the content before it ends. */
  async #untilBoundary(from: number, hash?: Hash): Promise<{ end: number; boundary: Boundary }> {
    const window = this.#window;
    let hashed = from;
    // The line end of a boundary may be that of the empty line above it.
    let search = from - 2;
    for (;;) {
      const found = window.find(this.#pattern, search);
      // Not yet surely content: a line end, and all of a boundary but its last byte.
      const sure = found === undefined ? window.end - this.#pattern.length : found - 1;
      if (sure > hashed) {
        hash?.update(window.between(hashed, sure));
        hashed = sure;
      }
      if (found !== undefined) {
        if (window.at(found - 1) !== CR) throw malformed('body', 'A MIME boundary stands behind a bare line feed.');
        return { end: Math.max(found - 1, from), boundary: await this.#behind(found + this.#pattern.length) };
      }
      search = Math.max(search, sure);
      await this.#more(search);
    }
  }

  /** The rest of a boundary's line. The last boundary needs no line end; behind it stands nothing that could be another. */
  async #behind(at: number): Promise<Boundary> {
    const window = this.#window;
    let ended = false;
    while (window.find(LINE_FEED, at) === undefined && window.end - at < MAX_PADDING && !ended) ended = !(await window.more(at));
    const lineEnd = window.find(LINE_FEED, at);
    const line = window.between(at, lineEnd === undefined ? window.end : lineEnd + 1).toString('latin1');
    if (/^[ \t]*\r\n$/.test(line)) return { at: at + line.length, more: true };
    if (!/^--[ \t]*\r\n$/.test(line) && !(ended && /^--[ \t]*$/.test(line))) throw malformed('body', 'A line begins like a MIME boundary and goes on otherwise.');
    await this.#epilogue(at + 2);
    return { at: window.end, more: false };
  }

  async #epilogue(from: number): Promise<void> {
    for (let search = from; ; ) {
      if (this.#window.find(this.#pattern, search) !== undefined) throw malformed('body', 'A MIME boundary stands behind the last one.');
      search = Math.max(search, this.#window.end - this.#pattern.length);
      if (!(await this.#window.more(search))) return;
    }
  }

  async #more(keepFrom: number): Promise<void> {
    if (!(await this.#window.more(keepFrom))) throw malformed('body', 'It ends before its last MIME boundary.');
  }
}

/** A stretch of the body in memory, at positions of the body; before its first byte stands a line end, as the first boundary wants it. */
class Window {
  readonly #source: AsyncIterator<Uint8Array>;
  #bytes = Buffer.from('\r\n');
  #start = -2;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  get end(): number {
    return this.#start + this.#bytes.length;
  }

  /** Reads on and forgets what is before `keepFrom`. False at the end of the body. */
  async more(keepFrom: number): Promise<boolean> {
    const next = await this.#source.next();
    if (next.done === true) return false;
    this.#bytes = Buffer.concat([this.between(keepFrom, this.end), next.value]);
    this.#start = keepFrom;
    return true;
  }

  async close(): Promise<void> {
    await this.#source.return?.(undefined);
  }

  find(pattern: Buffer, from: number): number | undefined {
    const found = this.#bytes.indexOf(pattern, from - this.#start);
    return found === -1 ? undefined : this.#start + found;
  }

  between(from: number, to: number): Buffer {
    return this.#bytes.subarray(from - this.#start, to - this.#start);
  }

  at(position: number): number | undefined {
    return this.#bytes[position - this.#start];
  }
}

function malformed(field: string, hint: string): CausewayError {
  return new CausewayError('malformed', `multipart: ${field}: ${hint}`, { facts: { field, hint } });
}
