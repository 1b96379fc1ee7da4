/** From the bytes of a document to UTF-8 without byte order mark and XML declaration, so that everything after reads one encoding. */
import { CausewayError } from '../errors.ts';

/** Character sets that a declaration may name, lower case, with the WHATWG label that decodes them. ISO-8859-1 is not among them: WHATWG reads it as windows-1252. */
const DECODERS: Readonly<Record<string, string>> = {
  'utf-8': 'utf-8',
  'us-ascii': 'utf-8',
  'ascii': 'utf-8',
  'iso-8859-4': 'iso-8859-4',
  'iso-8859-5': 'iso-8859-5',
  'iso-8859-13': 'iso-8859-13',
  'iso-8859-15': 'iso-8859-15',
  'windows-1250': 'windows-1250',
  'windows-1251': 'windows-1251',
  'windows-1252': 'windows-1252',
  'windows-1257': 'windows-1257',
  'koi8-u': 'koi8-u',
};

/** XML 1.0, section 2.8, production 23, with version 1.0 only. */
const DECLARATION = /^<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*(?:"1\.0"|'1\.0')(?:[ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*(?:"([A-Za-z][\w.-]*)"|'([A-Za-z][\w.-]*)'))?(?:[ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*(?:"(?:yes|no)"|'(?:yes|no)'))?[ \t\r\n]*\?>/;
const DECLARATION_MAX = 256;

/**
 * The document as UTF-8. Byte order marks decide over a missing declaration and must not contradict one.
 * The declaration is cut off, so no later reader can be told another encoding than the one the limits were checked in.
 * UTF-8 itself is validated by the parser. Throws `malformed`.
 */
export function toUtf8(bytes: Uint8Array): Buffer {
  const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (startsWith(source, [0xfe, 0xff])) return fromUtf16(source, 'utf-16be');
  if (startsWith(source, [0xff, 0xfe])) return fromUtf16(source, 'utf-16le');
  const unmarked = startsWith(source, [0xef, 0xbb, 0xbf]) ? source.subarray(3) : source;
  const { charset, length } = declaration(unmarked.toString('latin1', 0, DECLARATION_MAX));
  if (charset === undefined || charset === 'utf-8') return unmarked.subarray(length);
  if (unmarked !== source) throw undecodable(`byte order mark of UTF-8, declared ${charset}`);
  if (charset === 'iso-8859-1') return Buffer.from(unmarked.toString('latin1', length), 'utf8');
  const label = Object.hasOwn(DECODERS, charset) ? DECODERS[charset] : undefined;
  if (label === undefined) throw undecodable('declared encoding is not accepted');
  return decode(unmarked.subarray(length), label);
}

/** The character set that a document says of itself, in lower case: by its byte order mark, or by its declaration; UTF-8 where it says nothing. Throws `malformed`. */
export function charsetOf(bytes: Uint8Array): string {
  const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (startsWith(source, [0xfe, 0xff]) || startsWith(source, [0xff, 0xfe])) return 'utf-16';
  const unmarked = startsWith(source, [0xef, 0xbb, 0xbf]) ? source.subarray(3) : source;
  return declaration(unmarked.toString('latin1', 0, DECLARATION_MAX)).charset ?? 'utf-8';
}

function fromUtf16(source: Buffer, label: 'utf-16be' | 'utf-16le'): Buffer {
  const utf8 = decode(source, label);
  const { charset, length } = declaration(utf8.toString('latin1', 0, DECLARATION_MAX));
  if (charset !== undefined && charset !== 'utf-16' && charset !== label) throw undecodable(`byte order mark of ${label}, declared ${charset}`);
  return utf8.subarray(length);
}

/** Declared character set in lower case, and the declaration's length; a document may have none. */
function declaration(start: string): { charset: string | undefined; length: number } {
  if (!/^<\?xml[ \t\r\n]/.test(start)) return { charset: undefined, length: 0 };
  const match = DECLARATION.exec(start);
  if (match === null) throw undecodable('the XML declaration is not one of XML 1.0');
  return { charset: (match[1] ?? match[2])?.toLowerCase(), length: match[0].length };
}

function decode(bytes: Buffer, label: string): Buffer {
  try {
    return Buffer.from(new TextDecoder(label, { fatal: true }).decode(bytes), 'utf8');
  } catch (cause) {
    throw undecodable(`bytes are not ${label}`, cause);
  }
}

function startsWith(source: Buffer, mark: readonly number[]): boolean {
  return mark.every((byte, at) => source[at] === byte);
}

function undecodable(message: string, cause?: unknown): CausewayError {
  return new CausewayError('malformed', message, { facts: { hint: 'Send XML 1.0 in UTF-8.' }, cause });
}
