/** Dates and months in national forms; the neutral form is ISO 8601 (`2026-01-31`, `2026-01`). */
import { expectArgs, textCodec, Unfit, type CodecFactory } from './codec.ts';

interface Form {
  readonly pattern: RegExp;
  /** Groups of the pattern that hold year, month and day; names would cost an object a date. A month has no day. */
  readonly groups: readonly [year: number, month: number, day?: number];
  render(year: string, month: string, day: string): string;
}

const DATES: Readonly<Record<string, Form>> = {
  'iso': { pattern: /^(\d{4})-(\d{2})-(\d{2})$/, groups: [1, 2, 3], render: (y, m, d) => `${y}-${m}-${d}` },
  // The Estonian population register also writes the day with one digit (rr.wsdl, type date).
  'dd.mm.yyyy': { pattern: /^(\d{1,2})\.(\d{2})\.(\d{4})$/, groups: [3, 2, 1], render: (y, m, d) => `${d}.${m}.${y}` },
  'dd/mm/yyyy': { pattern: /^(\d{2})\/(\d{2})\/(\d{4})$/, groups: [3, 2, 1], render: (y, m, d) => `${d}/${m}/${y}` },
  'yyyymmdd': { pattern: /^(\d{4})(\d{2})(\d{2})$/, groups: [1, 2, 3], render: (y, m, d) => y + m + d },
};

const MONTHS: Readonly<Record<string, Form>> = {
  'iso': { pattern: /^(\d{4})-(\d{2})$/, groups: [1, 2], render: (y, m) => `${y}-${m}` },
  'mm.yyyy': { pattern: /^(\d{2})\.(\d{4})$/, groups: [2, 1], render: (y, m) => `${m}.${y}` },
  'yyyymm': { pattern: /^(\d{4})(\d{2})$/, groups: [1, 2], render: (y, m) => y + m },
};

/** `date(dd.mm.yyyy)`, `date(dd/mm/yyyy)`, `date(yyyymmdd)`, `date` (ISO). Domain: days that the calendar has. */
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
    const match = from.pattern.exec(text);
    const [year, month, day] = from.groups;
    const [y, m, d] = [match?.[year] ?? '', match?.[month] ?? '', day === undefined ? '1' : (match?.[day] ?? '')];
    if (!inCalendar(Number(y), Number(m), Number(d))) throw new Unfit(`a ${name === 'date' ? 'date' : 'month'} as ${label} is expected`);
    return to.render(y, m, d.length === 1 ? `0${d}` : d);
  };
  return textCodec(convert(domestic, neutral, key), convert(neutral, domestic, 'iso'));
}

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Proleptic Gregorian calendar, years 0001 to 9999. */
export function inCalendar(year: number, month: number, day: number): boolean {
  if (year < 1 || month < 1 || month > 12 || day < 1) return false;
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  return day <= (month === 2 && leap ? 29 : (DAYS[month - 1] ?? 0));
}
