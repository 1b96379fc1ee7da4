/**
 * What a programmer would write for one pair of forms: a table of closures by field name, one pass over the document, the same conversions and refusals, the same
 * report of unknown fields, the same check against the neutral schema.
 */
import type { JsonValue, XmlElement } from '../../../src/stages.ts';
import { CODES, NS, type FieldKind, type Form } from './forms.ts';

type Row = Record<string, JsonValue>;
type Convert = (text: string) => string;

const DATE = /^(\d{1,2})\.(\d{2})\.(\d{4})$/;
const ISO = /^(\d{4})-(\d{2})-(\d{2})$/;
const AMOUNT = /^(-?\d+)(?:\.(\d{0,2}))?$/;
const BACK = new Map(Object.entries(CODES).map(([domestic, neutral]) => [neutral, domestic]));
const FORTH = new Map(Object.entries(CODES));

function refuse(): never {
  throw new TypeError('the value does not fit');
}

function isDay(year: string, month: string, day: string): boolean {
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  return date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
}

const amount: Convert = (text) => {
  const match = AMOUNT.exec(text) ?? refuse();
  return `${match[1] ?? ''}.${(match[2] ?? '').padEnd(2, '0')}`;
};

const TO_NEUTRAL: Record<FieldKind, Convert> = {
  text: (text) => text,
  date: (text) => {
    const [, day = '', month = '', year = ''] = DATE.exec(text) ?? refuse();
    return isDay(year, month, day) ? `${year}-${month}-${day.padStart(2, '0')}` : refuse();
  },
  id: (text) => `EE:${text}`,
  amount,
  code: (text) => FORTH.get(text) ?? refuse(),
};

const TO_DOMESTIC: Record<FieldKind, Convert> = {
  text: (text) => text,
  date: (text) => {
    const [, year = '', month = '', day = ''] = ISO.exec(text) ?? refuse();
    return isDay(year, month, day) ? `${day}.${month}.${year}` : refuse();
  },
  id: (text) => (text.startsWith('EE:') ? text.slice(3) : refuse()),
  amount,
  code: (text) => BACK.get(text) ?? refuse(),
};

export interface ByHand {
  readXml(element: XmlElement): { document: JsonValue; unknown: string[] };
  readJson(value: JsonValue): { document: JsonValue; unknown: string[] };
  writeXml(document: JsonValue): XmlElement;
  writeJson(document: JsonValue): JsonValue;
}

/** `check`: whether a neutral document fits the schema. */
export function byHand({ fields, items }: Form, check: (document: JsonValue) => boolean): ByHand {
  const readers = new Map(fields.map((kind, at) => [`a${at}`, { to: `n${at}`, convert: TO_NEUTRAL[kind] }]));
  const writers = fields.map((kind, at) => ({ from: `n${at}`, to: `a${at}`, convert: TO_DOMESTIC[kind] }));
  const known = new Set(writers.map(({ from }) => from));
  const checked = (document: JsonValue, unknown: string[]): { document: JsonValue; unknown: string[] } => (check(document) ? { document, unknown } : refuse());

  const readElement = (element: XmlElement, unknown: string[]): Row => {
    const row: Row = {};
    for (const child of element.children) {
      if (typeof child === 'string') continue;
      const reader = child.ns === NS ? readers.get(child.name) : undefined;
      const [text = ''] = child.children;
      if (reader === undefined || typeof text !== 'string') unknown.push(child.name);
      else if (reader.to in row) refuse();
      else row[reader.to] = reader.convert(text.trim());
    }
    return row;
  };
  const readRow = (value: Row, unknown: string[]): Row => {
    const row: Row = {};
    for (const name of Object.keys(value)) {
      const reader = readers.get(name);
      const text = value[name];
      if (reader === undefined) unknown.push(name);
      else row[reader.to] = reader.convert(typeof text === 'string' ? text : refuse());
    }
    return row;
  };
  const textOf = (source: Row, from: string): string => {
    const text = source[from];
    return typeof text === 'string' ? text : refuse();
  };
  const surveyed = (source: Row): Row => {
    for (const name of Object.keys(source)) if (!known.has(name)) refuse();
    return source;
  };
  const writeElement = (source: Row, name: string): XmlElement => ({ ns: NS, name, attributes: [], children: writers.map(({ from, to, convert }) => ({ ns: NS, name: to, attributes: [], children: [convert(textOf(source, from))] })) });
  const writeRow = (source: Row): Row => {
    const row: Row = {};
    for (const { from, to, convert } of writers) row[to] = convert(textOf(source, from));
    return row;
  };
  const rows = (document: JsonValue): Row[] => (document as { items: Row[] }).items.map(surveyed);

  return {
    readXml(element) {
      const unknown: string[] = [];
      if (items === undefined) return checked(readElement(element, unknown), unknown);
      const list: Row[] = [];
      for (const child of element.children) if (typeof child !== 'string' && child.name === 'item' && child.ns === NS) list.push(readElement(child, unknown));
      return checked({ items: list }, unknown);
    },
    readJson(value) {
      const unknown: string[] = [];
      return checked(items === undefined ? readRow(value as Row, unknown) : { items: (value as { item: Row[] }).item.map((one) => readRow(one, unknown)) }, unknown);
    },
    writeXml: (document) => (items === undefined ? writeElement(surveyed(document as Row), 'answer') : { ns: NS, name: 'answer', attributes: [], children: rows(document).map((row) => writeElement(row, 'item')) }),
    writeJson: (document) => (items === undefined ? writeRow(surveyed(document as Row)) : { item: rows(document).map(writeRow) }),
  };
}
