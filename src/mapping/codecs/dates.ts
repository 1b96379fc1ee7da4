/** Dates and months in national forms; the neutral form is ISO 8601 (`2026-01-31`, `2026-01`). */
import { expectArgs, textCodec, Unfit, type CodecFactory } from './codec.ts';

interface Form {
  readonly pattern: RegExp;
  render(year: string, month: string, day: string): string;
}

const DATES: Readonly<Record<string, Form>> = {
  'iso': { pattern: /^(?<y>\d{4})-(?<m>\d{2})-(?<d>\d{2})$/, render: (y, m, d) => `${y}-${m}-${d}` },
  // The Estonian population register also writes the day with one digit (rr.wsdl, type date).
  'dd.mm.yyyy': { pattern: /^(?<d>\d{1,2})\.(?<m>\d{2})\.(?<y>\d{4})$/, render: (y, m, d) => `${d}.${m}.${y}` },
  'yyyymmdd': { pattern: /^(?<y>\d{4})(?<m>\d{2})(?<d>\d{2})$/, render: (y, m, d) => y + m + d },
};

const MONTHS: Readonly<Record<string, Form>> = {
  'iso': { pattern: /^(?<y>\d{4})-(?<m>\d{2})$/, render: (y, m) => `${y}-${m}` },
  'mm.yyyy': { pattern: /^(?<m>\d{2})\.(?<y>\d{4})$/, render: (y, m) => `${m}.${y}` },
  'yyyymm': { pattern: /^(?<y>\d{4})(?<m>\d{2})$/, render: (y, m) => y + m },
};

/** `date(dd.mm.yyyy)`, `date(yyyymmdd)`, `date` (ISO). Domain: days that the calendar has. */
export const date: CodecFactory = (args) => between(DATES, args, 'date');

/** `yearmonth(mm.yyyy)`, `yearmonth(yyyymm)`, `yearmonth` (ISO). */
export const yearmonth: CodecFactory = (args) => between(MONTHS, args, 'yearmonth');

function between(forms: Readonly<Record<string, Form>>, args: readonly string[], name: string): ReturnType<CodecFactory> {
  expectArgs(args, args.length === 0 ? 0 : 1, `${name}(${Object.keys(forms).join(' | ')})`);
  const key = args[0] ?? 'iso';
  const domestic = Object.hasOwn(forms, key) ? forms[key] : undefined;
  const neutral = forms['iso'];
  if (domestic === undefined || neutral === undefined) throw new SyntaxError(`${name} knows ${Object.keys(forms).join(', ')}`);
  const convert = (from: Form, to: Form, label: string) => (text: string): string => {
    const groups = from.pattern.exec(text)?.groups;
    const { y = '', m = '', d = '1' } = groups ?? {};
    if (groups === undefined || !inCalendar(Number(y), Number(m), Number(d))) throw new Unfit(`a ${name === 'date' ? 'date' : 'month'} as ${label} is expected`);
    return to.render(y, m, d.padStart(2, '0'));
  };
  return textCodec(convert(domestic, neutral, key), convert(neutral, domestic, 'iso'));
}

/** Proleptic Gregorian calendar, years 0001 to 9999. */
export function inCalendar(year: number, month: number, day: number): boolean {
  if (year < 1 || month < 1 || month > 12 || day < 1) return false;
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0;
  return day <= days;
}
