/** What a codec is: a pair of functions, each the other's inverse on a declared domain. */
import type { JsonValue } from '../../stages.ts';

/** What a codec may tell about the value at hand. */
export interface Note {
  /** The value crosses, but not exactly: it is reported under `approximated`. */
  approximate(): void;
  /** Policy for check digits that the link sets for this message; without one the mapping's holds. */
  readonly checks?: Checks | undefined;
}

export interface Codec {
  readonly toNeutral: (value: JsonValue, note: Note) => JsonValue;
  readonly toDomestic: (value: JsonValue, note: Note) => JsonValue;
  /** The only direction it works in; absent: both. */
  readonly only?: 'to-domestic' | 'to-neutral';
}

/** A two-way table of codes (codelists.ts). */
export interface CodeList {
  readonly name: string;
  readonly toNeutral: ReadonlyMap<string, string>;
  readonly toDomestic: ReadonlyMap<string, string>;
  readonly fallback: { readonly neutral?: string; readonly domestic?: string };
  /** The list says that codes beyond it are refused, on purpose: it need not be total. */
  readonly refuses: boolean;
}

/** What a codec can be built from. */
export interface CodecContext {
  readonly codelist: (name: string) => CodeList | undefined;
  /** Check digits of persons and organisations (mapping.md): `warn` reports the field as approximated. */
  readonly checks: Checks;
}

export type Checks = 'off' | 'warn' | 'reject';

/** Makes a codec from the arguments in `as: name(arguments)`. Throws SyntaxError for wrong arguments. */
export type CodecFactory = (args: readonly string[], context: CodecContext) => Codec;

/** A value outside the codec's domain. The text is public: it says what is expected and never holds the value. */
export class Unfit extends Error {
  constructor(expected: string) {
    super(expected);
    this.name = 'Unfit';
  }
}

/** The value as text, or Unfit. */
export function asText(value: JsonValue): string {
  if (typeof value !== 'string') throw new Unfit('text is expected');
  return value;
}

/** A codec between two texts. */
export function textCodec(toNeutral: (text: string, note: Note) => string, toDomestic: (text: string, note: Note) => string): Codec {
  return { toNeutral: (value, note) => toNeutral(asText(value), note), toDomestic: (value, note) => toDomestic(asText(value), note) };
}

/** Exactly `count` arguments, or a problem for the operator. */
export function expectArgs(args: readonly string[], count: number, usage: string): void {
  if (args.length !== count) throw new SyntaxError(`usage: ${usage}`);
}
