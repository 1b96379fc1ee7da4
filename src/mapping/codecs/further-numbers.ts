/**
 * National numbers of the countries beyond Estonia and Finland. The check digits are a library's (python-stdnum's algorithms in TypeScript); the form is
 * always judged here first, since the library reads a number with any spaces and hyphens in it, which would be another identifier.
 */
import { validate as cvr } from 'stdnum/lib/cjs/dk/cvr.js';
import { validate as edrpou } from 'stdnum/lib/cjs/ua/edrpou.js';
import { validate as rnokpp } from 'stdnum/lib/cjs/ua/rntrc.js';
import { inCalendar } from './dates.ts';
import type { NumberCheck } from './number-check.ts';

type Validate = (text: string) => { readonly isValid: boolean };

function form(pattern: RegExp, isRight: (text: string) => boolean = () => true): NumberCheck {
  return (text) => (pattern.test(text) ? (isRight(text) ? 'ok' : 'check') : 'form');
}

const checkDigit = (pattern: RegExp, validate: Validate): NumberCheck => form(pattern, (text) => validate(text).isValid);

const slices = (text: string, ...at: readonly number[]): number[] => at.slice(1).map((end, index) => Number(text.slice(at[index], end)));

/** УНЗР, of the demographic register: YYYYMMDD-NNNNN; what its fifth last digit checks is not public. */
const unzr = form(/^\d{8}-\d{5}$/, (text) => {
  const [year = 0, month = 0, day = 0] = slices(text, 0, 4, 6, 8);
  return inCalendar(year, month, day);
});
const taxpayer = checkDigit(/^\d{10}$/, rnokpp);

/** A Ukrainian has two numbers, told apart by their form: РНОКПП, of the tax register (ten digits, the last one a check), and УНЗР. */
export const ukrainian: NumberCheck = (text) => (text.includes('-') ? unzr(text) : taxpayer(text));

/** ЄДРПОУ. */
export const ukrainianOrganisation = checkDigit(/^\d{8}$/, edrpou);

/** Place codes that were given to nobody (National Registration Department of Malaysia, as in python-stdnum). */
const NO_PLACE: ReadonlySet<string> = new Set(['00', '17', '18', '19', '20', '69', '73', '80', '81', '94', '95', '96', '97']);

/**
 * MyKad: YYMMDDPBNNNG, twelve digits without the hyphens that the card shows. No check digit. The century is not in it: a 29 February passes if either
 * has it. The library judges it by the day of today, which nothing here may know.
 */
export const malaysian = form(/^\d{12}$/, (text) => {
  const [year = 0, month = 0, day = 0] = slices(text, 0, 2, 4, 6);
  return [1900, 2000].some((century) => inCalendar(century + year, month, day)) && !NO_PLACE.has(text.slice(6, 8));
});

/** SSM: twelve digits since 2019 (year, kind of entity 01 to 06, number), before that up to seven digits and a letter. Both are in use; the letter's rule is not public. */
export const malaysianOrganisation = form(/^(?:\d{12}|\d{1,7}-[A-Z])$/, (text) => text.includes('-') || /^(?:1[89]|20)\d{2}0[1-6]/.test(text));

/** Cambodia publishes no rule for either number: letters, digits and the marks that are seen between them, and nothing is judged. */
export const cambodian = form(/^[0-9A-Z][0-9A-Z./-]{0,31}$/);

/** Benin: NPI of a person, ten digits; IFU of an organisation, thirteen. No check digit is public. */
export const beninese = form(/^\d{10}$/);
export const benineseOrganisation = form(/^\d{13}$/);

/** CPR: DDMMYYNNNN, ten digits without a hyphen. Numbers without the old check digit are given since 2007 (cpr.dk): only the day is judged. */
export const greenlandic = form(/^\d{10}$/, (text) => {
  const [day = 0, month = 0, year = 0] = slices(text, 0, 2, 4, 6);
  return [1900, 2000].some((century) => inCalendar(century + year, month, day));
});

/** CVR, of the Danish register that Greenland shares. */
export const greenlandicOrganisation = checkDigit(/^\d{8}$/, cvr);
