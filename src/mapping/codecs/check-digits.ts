/**
 * National numbers of persons and organisations: form, date and check digit. Never applied to routing identifiers (mapping.md).
 * Algorithms as in python-stdnum; each was recomputed on a published number (see the unit test).
 */
import { inCalendar } from './dates.ts';
import { beninese, benineseOrganisation, cambodian, greenlandic, greenlandicOrganisation, malaysian, malaysianOrganisation, ukrainian, ukrainianOrganisation } from './further-numbers.ts';
import type { NumberCheck } from './number-check.ts';

/** Two rounds of weights modulo 11, as Estonia uses them: a remainder of 10 goes to the second round. */
function twoRounds(digits: readonly number[], first: readonly number[], second: readonly number[]): number {
  const remainder = weighted(digits, first) % 11;
  return remainder < 10 ? remainder : (weighted(digits, second) % 11) % 10;
}

function weighted(digits: readonly number[], weights: readonly number[]): number {
  return weights.reduce((sum, weight, at) => sum + weight * (digits[at] ?? 0), 0);
}

const digitsOf = (text: string): number[] => [...text].map(Number);

/** Estonian personal code: GYYMMDDSSSC; G gives sex and century. */
const isikukood: NumberCheck = (text) => {
  if (!/^[1-8]\d{10}$/.test(text)) return 'form';
  const century = 1800 + 100 * Math.floor((Number(text[0]) - 1) / 2);
  if (!inCalendar(century + Number(text.slice(1, 3)), Number(text.slice(3, 5)), Number(text.slice(5, 7)))) return 'check';
  const check = twoRounds(digitsOf(text), [1, 2, 3, 4, 5, 6, 7, 8, 9, 1], [3, 4, 5, 6, 7, 8, 9, 1, 2, 3]);
  return check === Number(text[10]) ? 'ok' : 'check';
};

/** Estonian registry code: eight digits, the first 1, 7, 8 or 9. */
const registrikood: NumberCheck = (text) => {
  if (!/^[1789]\d{7}$/.test(text)) return 'form';
  return twoRounds(digitsOf(text), [1, 2, 3, 4, 5, 6, 7], [3, 4, 5, 6, 7, 8, 9]) === Number(text[7]) ? 'ok' : 'check';
};

const HETU_CONTROL = '0123456789ABCDEFHJKLMNPRSTUVWXY';
const HETU_CENTURY: ReadonlyMap<string, number> = new Map([['+', 1800] as const, ...[...'-YXWVU'].map((sign) => [sign, 1900] as const), ...[...'ABCDEF'].map((sign) => [sign, 2000] as const)]);

/**
 * Finnish personal identity code: DDMMYYcNNNK. The separator c is part of the identity: `100190-999P` and `100190Y999P` are two
 * people with one check character, so nothing here ever rewrites it.
 */
const hetu: NumberCheck = (text) => {
  const match = /^(\d{2})(\d{2})(\d{2})([-+A-FU-Y])(\d{3})([0-9A-FHJ-NPR-Y])$/.exec(text);
  if (match === null) return 'form';
  const [, day = '', month = '', year = '', separator = '', individual = '', control = ''] = match;
  if (!inCalendar((HETU_CENTURY.get(separator) ?? 0) + Number(year), Number(month), Number(day)) || Number(individual) < 2) return 'check';
  return HETU_CONTROL[Number(day + month + year + individual) % 31] === control ? 'ok' : 'check';
};

/** Finnish business id: seven digits, hyphen, check digit. */
const ytunnus: NumberCheck = (text) => {
  if (!/^\d{7}-\d$/.test(text)) return 'form';
  const remainder = weighted(digitsOf(text.slice(0, 7)), [7, 9, 10, 5, 8, 4, 2]) % 11;
  return remainder !== 1 && (11 - remainder) % 11 === Number(text[8]) ? 'ok' : 'check';
};

export const PERSON_NUMBERS: ReadonlyMap<string, NumberCheck> = new Map([['EE', isikukood], ['FI', hetu], ['UA', ukrainian], ['KH', cambodian], ['MY', malaysian], ['BJ', beninese], ['GL', greenlandic]]);
export const ORGANISATION_NUMBERS: ReadonlyMap<string, NumberCheck> = new Map([['EE', registrikood], ['FI', ytunnus], ['UA', ukrainianOrganisation], ['KH', cambodian], ['MY', malaysianOrganisation], ['BJ', benineseOrganisation], ['GL', greenlandicOrganisation]]);
