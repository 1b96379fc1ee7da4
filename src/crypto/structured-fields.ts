/** Structured fields of HTTP (RFC 9651), read so that no two readers can differ about them. */
import { parseDictionary, serializeDictionary, serializeInnerList, serializeItem } from 'structured-headers';
import { CausewayError } from '../errors.ts';

/** Values are strings, numbers, booleans, tokens, dates, or bytes as an ArrayBuffer: whoever reads one looks at what it is. */
export type Parameters = ReadonlyMap<string, unknown>;
export type Item = readonly [value: unknown, parameters: Parameters];
export type InnerList = readonly [items: readonly Item[], parameters: Parameters];
export type Dictionary = ReadonlyMap<string, Item | InnerList>;

/**
 * Reads a dictionary in its one spelling, which is what senders must write (RFC 9651, section 4.1). Throws `signature-invalid` for any other: so also
 * where a key stands twice, of which the RFC lets the last one win, and whoever takes the first has verified something else.
 */
export function readDictionary(field: string, text: string): Dictionary {
  let read: ReturnType<typeof parseDictionary>;
  try {
    read = parseDictionary(text);
  } catch (cause) {
    throw new CausewayError('signature-invalid', `${field} is not a dictionary of structured fields`, { facts: { field, hint: 'It is not a dictionary of structured fields.' }, cause });
  }
  if (serializeDictionary(read) !== text.trim()) throw new CausewayError('signature-invalid', `${field} is not in its canonical form`, { facts: { field, hint: 'A key stands twice, or it is not written as RFC 9651 has it.' } });
  return read;
}

export function isInnerList(member: Item | InnerList): member is InnerList {
  return Array.isArray(member[0]);
}

/** The bytes of an item; undefined for any other value. */
export function bytesOf(member: Item | InnerList | undefined): Uint8Array | undefined {
  return member !== undefined && member[0] instanceof ArrayBuffer ? new Uint8Array(member[0]) : undefined;
}

/** A dictionary with one member. */
export function writeDictionary(key: string, member: InnerList | Uint8Array): string {
  return serializeDictionary({ [key]: member } as InputOf<typeof serializeDictionary>);
}

export function writeItem(item: Item): string {
  return serializeItem(item as InputOf<typeof serializeItem>);
}

export function writeInnerList(list: InnerList): string {
  return serializeInnerList(list as InputOf<typeof serializeInnerList>);
}

/** What a function of the library takes. */
type InputOf<F extends (input: never) => string> = F extends (input: infer I) => string ? I : never;
