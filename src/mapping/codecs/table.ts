/** The codecs by name, and the reading of `as:`. */
import { ORGANISATION_NUMBERS, PERSON_NUMBERS } from './check-digits.ts';
import { asText, expectArgs, Unfit, type Codec, type CodecContext, type CodecFactory, type Note } from './codec.ts';
import { codelist, country, countryName } from './codes.ts';
import { date, yearmonth } from './dates.ts';
import type { NumberCheck } from './number-check.ts';
import { decimal, integer, minor, number } from './numbers.ts';
import { boolean, collapse, cut, joined, list, prefixed, present, trim } from './text.ts';

const CODECS: ReadonlyMap<string, CodecFactory> = new Map<string, CodecFactory>([
  ['trim', trim],
  ['collapse', collapse],
  ['cut', cut],
  ['prefixed', prefixed],
  ['present', present],
  ['boolean', boolean],
  ['joined', joined],
  ['list', list],
  ['date', date],
  ['yearmonth', yearmonth],
  ['decimal', decimal],
  ['minor', minor],
  ['integer', integer],
  ['number', number],
  ['codelist', codelist],
  ['country', country],
  ['country-name', countryName],
  ['person-id', numberOf(PERSON_NUMBERS, 'person-id')],
  ['organisation-id', numberOf(ORGANISATION_NUMBERS, 'organisation-id')],
]);

/** `person-id(EE)`, `organisation-id(FI)`: the value unchanged, its check digit judged as the link says, else by the mapping's `checks`. */
function numberOf(numbers: ReadonlyMap<string, NumberCheck>, name: string): CodecFactory {
  return (args, context) => {
    expectArgs(args, 1, `${name}(EE)`);
    const check = numbers.get(args[0] ?? '');
    if (check === undefined) throw new SyntaxError(`${name} knows ${[...numbers.keys()].join(', ')}`);
    const judged = (value: Parameters<Codec['toNeutral']>[0], note: Note): string => {
      const text = asText(value);
      const checks = note.checks ?? context.checks;
      const verdict = checks === 'off' ? 'ok' : check(text);
      if (verdict === 'form' || (verdict === 'check' && checks === 'reject')) throw new Unfit(`a valid ${name} of ${args[0] ?? ''} is expected`);
      if (verdict === 'check') note.approximate();
      return text;
    };
    return { toNeutral: judged, toDomestic: judged };
  };
}

/** Text of an argument: bare up to a comma, or in double quotes. */
const ARGUMENT = /\s*(?:"([^"]*)"|([^",()]*[^",()\s]))\s*(?:,|$)/y;
const CALL = /^([a-z][a-z0-9-]*)(?:\((.*)\))?$/;

/** One codec as `as:` names it. */
export interface CodecCall {
  readonly name: string;
  readonly args: readonly string[];
}

/** The codec that `as:` names: one, or several joined by `|`, read from the domestic side. Throws SyntaxError for an operator. */
export function parseCodec(text: string, context: CodecContext): Codec {
  return makeCodec(parseCalls(text), context);
}

/** Throws SyntaxError for a codec that is not known, or its arguments. */
export function makeCodec(calls: readonly CodecCall[], context: CodecContext): Codec {
  const [first, ...others] = calls.map(({ name, args }) => {
    const factory = CODECS.get(name);
    if (factory === undefined) throw new SyntaxError(`unknown codec "${name}"; known: ${[...CODECS.keys()].join(', ')}`);
    return factory(args, context);
  });
  if (first === undefined) throw new SyntaxError('no codec is named');
  return others.reduce(chain, first);
}

/** The calls of `as:`, in the order in which a domestic value goes through them; none for an empty text. Throws SyntaxError. */
export function parseCalls(text: string): CodecCall[] {
  if (text === '') return [];
  return text.split(/\|(?=(?:[^"]*"[^"]*")*[^"]*$)/).map((call) => {
    const match = CALL.exec(call.trim());
    if (match === null) throw new SyntaxError(`unknown codec "${call.trim()}"; known: ${[...CODECS.keys()].join(', ')}`);
    return { name: match[1] ?? '', args: parseArguments(match[2] ?? '') };
  });
}

function parseArguments(text: string): string[] {
  const args: string[] = [];
  ARGUMENT.lastIndex = 0;
  while (ARGUMENT.lastIndex < text.length) {
    const match = ARGUMENT.exec(text);
    if (match === null) throw new SyntaxError(`cannot read the arguments "${text}"`);
    args.push(match[1] ?? match[2] ?? '');
  }
  return args;
}

function chain(first: Codec, second: Codec): Codec {
  const only = first.only ?? second.only;
  return {
    toNeutral: (value, note) => second.toNeutral(first.toNeutral(value, note), note),
    toDomestic: (value, note) => first.toDomestic(second.toDomestic(value, note), note),
    ...(only === undefined ? {} : { only }),
  };
}
