/** Code lists and countries. */
import { expectArgs, textCodec, Unfit, type CodecFactory } from './codec.ts';
import { COUNTRIES } from './country-table.ts';

/** `codelist(name)`: a two-way table of mappings/codelists. A code that only the fallback covers is reported as approximated. */
export const codelist: CodecFactory = (args, context) => {
  expectArgs(args, 1, 'codelist(name)');
  const list = context.codelist(args[0] ?? '');
  if (list === undefined) throw new SyntaxError(`unknown code list "${args[0] ?? ''}"`);
  const { neutral, domestic } = list.fallback;
  const lookUp = (table: ReadonlyMap<string, string>, fallback: string | undefined): Parameters<typeof textCodec>[0] => (code, note) => {
    const found = table.get(code);
    if (found !== undefined) return found;
    if (fallback === undefined) throw new Unfit(`a code of the list ${list.name} is expected`);
    note.approximate();
    return fallback;
  };
  return textCodec(lookUp(list.toNeutral, neutral), lookUp(list.toDomestic, domestic));
};

const ROWS = COUNTRIES.trim().split(/\s+/).map((row) => ({ 'alpha-2': row.slice(0, 2), 'alpha-3': row.slice(2, 5), 'numeric': row.slice(5) }));

/** ISO 3166-1 alpha-2, every one. */
export const COUNTRY_CODES: readonly string[] = ROWS.map((row) => row['alpha-2']);

/** `country(numeric)`, `country(alpha-3)`, `country(alpha-2)`: ISO 3166-1; neutral is alpha-2. */
export const country: CodecFactory = (args) => {
  const [form] = args;
  if (args.length !== 1 || (form !== 'numeric' && form !== 'alpha-3' && form !== 'alpha-2')) throw new SyntaxError('usage: country(numeric | alpha-3 | alpha-2)');
  const toNeutral = new Map(ROWS.map((row) => [row[form], row['alpha-2']]));
  const toDomestic = new Map(ROWS.map((row) => [row['alpha-2'], row[form]]));
  const lookUp = (table: ReadonlyMap<string, string>, expected: string) => (code: string): string => {
    const found = table.get(code);
    if (found === undefined) throw new Unfit(`a country as ISO 3166-1 ${expected} is expected`);
    return found;
  };
  return textCodec(lookUp(toNeutral, form), lookUp(toDomestic, 'alpha-2'));
};

/** `country-name(fi)`: the name of a country in a language, for forms that want it beside the code. To domestic only. */
export const countryName: CodecFactory = (args) => {
  expectArgs(args, 1, 'country-name(fi)');
  const names = new Intl.DisplayNames([args[0] ?? ''], { type: 'region', fallback: 'code' });
  // The names come from a table of a megabyte: looked up once a country, not once a message.
  const known = new Map(ROWS.map((row) => [row['alpha-2'], names.of(row['alpha-2']) ?? row['alpha-2']]));
  const name = (code: string): string => {
    const found = known.get(code);
    if (found === undefined) throw new Unfit('a country as ISO 3166-1 alpha-2 is expected');
    return found;
  };
  return { ...textCodec(name, name), only: 'to-domestic' };
};
