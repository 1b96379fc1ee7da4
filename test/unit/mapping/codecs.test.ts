import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ORGANISATION_NUMBERS, PERSON_NUMBERS } from '../../../src/mapping/codecs/check-digits.ts';
import { Unfit, type Checks, type Codec, type CodecContext, type CodeList } from '../../../src/mapping/codecs/codec.ts';
import { parseCodec } from '../../../src/mapping/codecs/table.ts';
import type { JsonValue } from '../../../src/stages.ts';

const LIST: CodeList = { name: 'forms', toNeutral: new Map([['16', 'limited'], ['17', 'public']]), toDomestic: new Map([['limited', '16'], ['public', '17']]), fallback: { neutral: 'other' }, refuses: false };
const context = (checks: Checks = 'off'): CodecContext => ({ codelist: (name) => (name === 'forms' ? LIST : undefined), checks });
const quiet = { approximate: () => assert.fail('approximated') };
const codec = (text: string, checks?: Checks): Codec => parseCodec(text, context(checks));

const digits = (length: number): fc.Arbitrary<string> => fc.stringMatching(new RegExp(`^[0-9]{${length}}$`));
const isoDate = fc.date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T00:00:00Z'), noInvalidDate: true }).map((date) => date.toISOString().slice(0, 10));
const month = fc.tuple(fc.integer({ min: 1, max: 9999 }), fc.integer({ min: 1, max: 12 })).map(([y, m]) => `${String(y).padStart(4, '0')}-${String(m).padStart(2, '0')}`);
const amount = fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 10 ** 13 })).map(([minus, cents]) => `${minus && cents > 0 ? '-' : ''}${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`);
const plain = fc.string().filter((text) => text === text.trim() && !/\s/.test(text));

/** Per codec: values of the neutral side, on its declared domain. */
const NEUTRAL: readonly [string, fc.Arbitrary<JsonValue>][] = [
  ['trim', plain],
  ['collapse', plain],
  ['cut(40)', fc.string({ maxLength: 20 })],
  ['prefixed("FI:")', fc.string().map((text) => `FI:${text}`)],
  ['boolean(JAH, EI)', fc.boolean()],
  ['joined(":")', fc.tuple(fc.string().filter((text) => !text.includes(':')), fc.string()).map((parts) => parts.join(':'))],
  ['list(",")', fc.array(fc.string({ minLength: 1 }).filter((text) => text === text.trim() && !text.includes(',')))],
  ['date', isoDate],
  ['date(dd.mm.yyyy)', isoDate],
  ['date(dd/mm/yyyy)', isoDate],
  ['date(yyyymmdd)', isoDate],
  ['yearmonth', month],
  ['yearmonth(mm.yyyy)', month],
  ['yearmonth(yyyymm)', month],
  ['decimal(2)', amount],
  ['minor(2)', amount],
  ['integer', fc.maxSafeInteger().map((number) => (number === 0 ? 0 : number))],
  ['number', fc.maxSafeNat().map(String)],
  ['codelist(forms)', fc.constantFrom('limited', 'public')],
  ['country(numeric)', fc.constantFrom('EE', 'FI', 'UA', 'KH', 'MY', 'AF', 'ZW')],
  ['country(alpha-3)', fc.constantFrom('EE', 'FI', 'UA', 'KH', 'MY', 'AF', 'ZW')],
  ['country(alpha-2)', fc.constantFrom('EE', 'FI')],
  ['person-id(EE)', fc.constantFrom('36805280109')],
  ['organisation-id(FI) | prefixed("FI:")', fc.constantFrom('FI:0245437-2', 'FI:2077474-0')],
];

for (const [text, values] of NEUTRAL) {
  test(`${text}: neutral to domestic and back is the identity`, () => {
    const { toDomestic, toNeutral } = codec(text, 'reject');
    fc.assert(fc.property(values, (value) => assert.deepEqual(toNeutral(toDomestic(value, quiet), quiet), value)));
  });
}

/** Per codec: values of the domestic side, in their canonical spelling. */
const DOMESTIC: readonly [string, fc.Arbitrary<JsonValue>][] = [
  ['prefixed("FI:")', fc.string()],
  ['boolean(JAH, EI)', fc.constantFrom('JAH', 'EI')],
  ['joined(":")', fc.tuple(fc.string().filter((text) => !text.includes(':')), fc.string())],
  ['date(dd.mm.yyyy)', isoDate.map((date) => date.split('-').toReversed().join('.'))],
  ['date(dd/mm/yyyy)', isoDate.map((date) => date.split('-').toReversed().join('/'))],
  ['date(yyyymmdd)', isoDate.map((date) => date.replaceAll('-', ''))],
  ['yearmonth(mm.yyyy)', month.map((one) => one.split('-').toReversed().join('.'))],
  ['minor(2)', fc.maxSafeInteger().map((number) => (number === 0 ? 0 : number))],
  ['integer', fc.maxSafeInteger().map((number) => String(number === 0 ? 0 : number))],
  ['number', fc.maxSafeNat()],
  ['codelist(forms)', fc.constantFrom('16', '17')],
  ['country(numeric)', fc.constantFrom('233', '246', '804', '004')],
  ['country(alpha-3)', fc.constantFrom('EST', 'FIN', 'UKR', 'AFG')],
  ['country(alpha-2)', fc.constantFrom('EE', 'FI')],
  ['trim', plain],
  ['collapse', plain],
  ['cut(40)', fc.string({ maxLength: 20 })],
  ['list(",")', fc.array(fc.string({ minLength: 1 }).filter((text) => text === text.trim() && !text.includes(','))).map((items) => items.join(','))],
  ['date', isoDate],
  ['yearmonth', month],
  ['yearmonth(yyyymm)', month.map((one) => one.replace('-', ''))],
  ['decimal(2)', amount],
  ['person-id(EE)', fc.constantFrom('36805280109')],
  ['organisation-id(FI) | prefixed("FI:")', fc.constantFrom('0245437-2', '2077474-0')],
];

for (const [text, values] of DOMESTIC) {
  test(`${text}: domestic to neutral and back is the identity`, () => {
    const { toDomestic, toNeutral } = codec(text);
    fc.assert(fc.property(values, (value) => assert.deepEqual(toDomestic(toNeutral(value, quiet), quiet), value)));
  });
}

const ONE_WAY = ['present', 'country-name'];

test('present: whatever the value, the mark stands for it', () => {
  const { toDomestic, only } = codec('present(1)');
  assert.equal(only, 'to-domestic');
  fc.assert(fc.property(fc.jsonValue(), (value) => assert.equal(toDomestic(value as JsonValue, quiet), '1')));
});

test('country-name: every country has a name of its own in each language, and no other text has one', () => {
  const alpha2 = codec('country(alpha-2)');
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
  const countries = letters.flatMap((a) => letters.map((b) => a + b)).filter((code) => isKnown(() => alpha2.toNeutral(code, quiet)));
  for (const language of ['et', 'fi', 'sv', 'uk']) {
    const { toDomestic, only } = codec(`country-name(${language})`);
    assert.equal(only, 'to-domestic');
    assert.equal(new Set(countries.map((code) => toDomestic(code, quiet))).size, 249, language);
    fc.assert(fc.property(fc.string().filter((text) => !countries.includes(text)), (text) => assert.throws(() => toDomestic(text, quiet), Unfit)));
  }
});

test('every codec has its property, in both directions but for those that work in one', () => {
  const known = /known: (.*)$/.exec(assertSyntaxError(() => codec('nosuch')))?.[1]?.split(', ') ?? [];
  const covered = (table: readonly (readonly [string, unknown])[]): Set<string> => new Set(table.flatMap(([text]) => text.split('|').map((call) => call.trim().replace(/\(.*/, ''))));
  assert.deepEqual(known.filter((name) => !ONE_WAY.includes(name) && !(covered(NEUTRAL).has(name) && covered(DOMESTIC).has(name))), []);
  assert.ok(known.length >= 18);
});

function isKnown(look: () => unknown): boolean {
  try {
    look();
    return true;
  } catch {
    return false;
  }
}

function assertSyntaxError(make: () => unknown): string {
  try {
    make();
  } catch (error) {
    assert.ok(error instanceof SyntaxError);
    return error.message;
  }
  return assert.fail('nothing was thrown');
}

test('every country of ISO 3166-1 goes to its numeric and its three-letter code and back', () => {
  const seen = new Set<JsonValue>();
  for (let number = 0; number < 1000; number += 1) {
    const numeric = String(number).padStart(3, '0');
    let alpha2: JsonValue;
    try {
      alpha2 = codec('country(numeric)').toNeutral(numeric, quiet);
    } catch {
      continue;
    }
    seen.add(alpha2);
    assert.equal(codec('country(numeric)').toDomestic(alpha2, quiet), numeric);
    assert.equal(codec('country(alpha-3)').toNeutral(codec('country(alpha-3)').toDomestic(alpha2, quiet), quiet), alpha2);
  }
  assert.equal(seen.size, 249);
});

for (const [text, value, title] of [
  ['date(dd.mm.yyyy)', '30.02.2026', 'a day that the calendar has not'],
  ['date(dd.mm.yyyy)', '2026-02-01', 'a date in another form'],
  ['date(yyyymmdd)', '20260000', 'a date without month and day'],
  ['yearmonth(mm.yyyy)', '13.2026', 'a thirteenth month'],
  ['decimal(2)', '1.005', 'a third decimal'],
  ['decimal(2)', '1e3', 'an exponent'],
  ['decimal(2)', '.', 'a decimal without digits'],
  ['minor(2)', 1.5, 'a fraction of a cent'],
  ['number', -1, 'a negative number where digits are expected'],
  ['number', '5', 'a text where a number is expected'],
  ['minor(2)', '100', 'a text where a number is expected'],
  ['integer', '1.0', 'a decimal where a whole number is expected'],
  ['boolean(JAH, EI)', 'jah', 'another spelling of true'],
  ['country(numeric)', '999', 'a country that is none'],
  ['country(numeric)', '__proto__', 'a name of the language'],
  ['trim', 5, 'a number where a text is expected'],
  ['trim', null, 'null where a text is expected'],
  ['joined(":")', ['a:b', 'c'], 'a first part with the separator'],
] as const) {
  test(`${text}: ${title} is outside the domain`, () => {
    assert.throws(() => codec(text).toNeutral(value, quiet), Unfit);
  });
}

test('a decimal keeps its value in other spellings', () => {
  for (const [from, to] of [['1850', '1850.00'], ['+7.', '7.00'], ['.5', '0.50'], ['007.50', '7.50'], ['-0.00', '0.00'], ['1.2000', '1.20']] as const) assert.equal(codec('decimal(2)').toNeutral(from, quiet), to);
});

test('a code that only the fallback covers crosses and is reported; without a fallback it is refused', () => {
  let reported = 0;
  assert.equal(codec('codelist(forms)').toNeutral('99', { approximate: () => (reported += 1) }), 'other');
  assert.equal(reported, 1);
  assert.throws(() => codec('codelist(forms)').toDomestic('cooperative', quiet), Unfit);
});

test('a text that the domestic form cannot hold is cut by characters, not by halves of them, and reported', () => {
  let reported = 0;
  assert.equal(codec('cut(2)').toDomestic('a😀b', { approximate: () => (reported += 1) }), 'a😀');
  assert.equal(reported, 1);
});

for (const [country, numbers, good, bad] of [
  ['EE person', PERSON_NUMBERS.get('EE'), ['36805280109'], ['36805280108', '38211020380', '36813280109']],
  ['FI person', PERSON_NUMBERS.get('FI'), ['020501A999T'], ['020501A999U', '320501A999T', '020501A001K']],
  ['EE organisation', ORGANISATION_NUMBERS.get('EE'), ['70008440', '10137319', '70006317', '70000349'], ['70008441', '70009999']],
  ['UA person', PERSON_NUMBERS.get('UA'), ['1759013776', '19320303-80660'], ['1759013775', '3404106605', '19321303-80660']],
  ['MY person', PERSON_NUMBERS.get('MY'), ['660527105276', '000229105276'], ['661327105276', '660527005276', '230229105276']],
  ['GL person', PERSON_NUMBERS.get('GL'), ['0101701234'], ['3201711234', '3104711234']],
  ['UA organisation', ORGANISATION_NUMBERS.get('UA'), ['32855961', '14360570'], ['32855962', '00000088']],
  ['MY organisation', ORGANISATION_NUMBERS.get('MY'), ['202001012345', '347710-K'], ['202009012345', '170001012345']],
  ['GL organisation', ORGANISATION_NUMBERS.get('GL'), ['12950160'], ['12950161']],
  ['FI organisation', ORGANISATION_NUMBERS.get('FI'), ['0245437-2', '2077474-0', '0244683-1', '0101263-6'], ['0245437-3']],
] as const) {
  test(`${country}: published numbers pass their check digit, changed ones do not`, () => {
    for (const number of good) assert.equal(numbers?.(number), 'ok', number);
    for (const number of bad) assert.equal(numbers?.(number), 'check', number);
  });
}

test('of the ten check digits of an Estonian code exactly one passes', () => {
  for (const [numbers, stem] of [[PERSON_NUMBERS, '3680528010'], [ORGANISATION_NUMBERS, '1013731']] as const) {
    assert.equal([...'0123456789'].filter((digit) => numbers.get('EE')?.(stem + digit) === 'ok').length, 1);
  }
});

for (const [country, numbers, strange] of [
  ['UA person', PERSON_NUMBERS.get('UA'), ['175901377', '17590137766', '1759 013776', '１759013776', '1932030380660']],
  ['KH person', PERSON_NUMBERS.get('KH'), ['', '12 3', 'ab', '012345678901234567890123456789012']],
  ['MY person', PERSON_NUMBERS.get('MY'), ['660527-10-5276', '66052710527']],
  ['BJ person', PERSON_NUMBERS.get('BJ'), ['123456789', '12345678901', '12345 67890']],
  ['GL person', PERSON_NUMBERS.get('GL'), ['010170-1234']],
  ['UA organisation', ORGANISATION_NUMBERS.get('UA'), ['3285596', '32 855961', '32855961 ']],
  ['MY organisation', ORGANISATION_NUMBERS.get('MY'), ['347710K', '20200101234', '347710-k']],
  ['BJ organisation', ORGANISATION_NUMBERS.get('BJ'), ['320111111111', '32011111111111']],
  ['GL organisation', ORGANISATION_NUMBERS.get('GL'), ['DK12950160', '12 95 01 60']],
] as const) {
  test(`${country}: another spelling of a number is another form, never the same number`, () => {
    for (const number of strange) assert.equal(numbers?.(number), 'form', number);
  });
}

test('the separator of a Finnish personal code is never touched: two people differ by it alone', () => {
  const { toNeutral } = codec('person-id(FI)', 'reject');
  assert.equal(toNeutral('100190-999P', quiet), '100190-999P');
  assert.equal(toNeutral('100190Y999P', quiet), '100190Y999P');
});

test('check digits: off lets all pass, warn reports, reject refuses; a wrong form is refused by both', () => {
  let reported = 0;
  const note = { approximate: () => void (reported += 1) };
  assert.equal(codec('person-id(EE)', 'off').toNeutral('x', quiet), 'x');
  assert.equal(codec('person-id(EE)', 'warn').toNeutral('36805280108', note), '36805280108');
  assert.equal(reported, 1);
  assert.throws(() => codec('person-id(EE)', 'reject').toNeutral('36805280108', note), Unfit);
  assert.throws(() => codec('person-id(EE)', 'warn').toNeutral('3680528010', note), Unfit);
});

test('no message of a codec holds the value that it refuses', () => {
  fc.assert(fc.property(digits(10), fc.constantFrom(...DOMESTIC.map(([text]) => text), 'person-id(EE)'), (secret, text) => {
    try {
      codec(text, 'reject').toNeutral(`?${secret}`, quiet);
    } catch (error) {
      assert.ok(!String(error).includes(secret));
    }
  }));
});

for (const [text, reason] of [['nosuch', /unknown codec/], ['date(us)', /date knows/], ['codelist(nosuch)', /unknown code list/], ['cut', /usage/], ['person-id(XX)', /knows EE, FI/], ['prefixed("a", "b")', /usage/], ['date |', /unknown codec/], ['boolean(x, x)', /different/]] as const) {
  test(`as: ${text} is a problem at load`, () => assert.throws(() => codec(text), reason));
}

test('a bar inside quotes does not divide codecs', () => {
  assert.equal(codec('prefixed("a|b:")').toNeutral('x', quiet), 'a|b:x');
});
