/** Field-level minimisation: what is kept, what is found, and what the loss report says of it. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { CausewayError } from '../../../src/errors.ts';
import { checkFieldList, fieldList, heldBack, keepOnly, strayField } from '../../../src/mapping/field-list.ts';
import type { JsonValue } from '../../../src/stages.ts';
import { json, response, soapBody, translation } from './support.ts';

const PAYMENT = { month: '2026-01', employer: { identifier: 'EE:10137319', name: 'AS Pank' }, amount: { value: '1.00', currency: 'EUR' } };
const INCOME = { outcome: 'found', payments: [PAYMENT, { ...PAYMENT, month: '2026-02' }] };
const cut = (document: JsonValue, ...paths: string[]): JsonValue => keepOnly(document, fieldList(paths));

suite('what is kept', () => {
  test('a listed field crosses with all below it, in each item of a list', () => {
    assert.deepEqual(cut(INCOME, '/outcome', '/payments/*/month', '/payments/*/amount/value'), { outcome: 'found', payments: [{ month: '2026-01', amount: { value: '1.00' } }, { month: '2026-02', amount: { value: '1.00' } }] });
    assert.deepEqual(cut(INCOME, '/payments'), { payments: INCOME.payments });
  });

  test('an item of which nothing crosses keeps its place, an object is left out', () => {
    assert.deepEqual(cut({ a: [{ b: 1 }, { c: 2 }], d: { e: 1 } }, '/a/*/b', '/d/f'), { a: [{ b: 1 }, {}] });
  });

  test('an object that is listed crosses even when it is empty, and so does a null', () => {
    assert.deepEqual(cut({ a: {}, b: null, c: null }, '/a', '/b'), { a: {}, b: null });
  });

  test('items that are texts cross by the path of their list or by /*', () => {
    assert.deepEqual([cut({ a: ['x', 'y'], b: ['z'] }, '/a'), cut({ a: ['x', 'y'], b: ['z'] }, '/a/*')], [{ a: ['x', 'y'] }, { a: ['x', 'y'] }]);
    assert.deepEqual(cut({ a: ['x'] }, '/a/*/b'), { a: [] });
  });

  test('names with a slash or a tilde are written as JSON Pointer writes them', () => {
    assert.deepEqual(cut({ 'a/b': 1, 'a~b': 2, 'a': { b: 3 } }, '/a~1b', '/a~0b'), { 'a/b': 1, 'a~b': 2 });
  });

  test('names of Object.prototype are names like any other', () => {
    const document = JSON.parse('{"__proto__":{"a":1},"constructor":2}') as JsonValue;
    assert.deepEqual(cut(document, '/toString'), {});
    assert.equal(strayField(document, fieldList(['/constructor'])), '/__proto__');
  });
});

test('what was kept never holds a stray field, and what holds none is kept as it is (property)', () => {
  const name = fc.constantFrom('a', 'b', 'c');
  const leaf = fc.oneof(fc.string(), fc.integer(), fc.constant(null));
  const { document } = fc.letrec<{ document: JsonValue; list: JsonValue }>((tie) => ({
    document: fc.dictionary(name, fc.oneof({ maxDepth: 3 }, leaf, tie('document'), tie('list')), { maxKeys: 3, noNullPrototype: true }),
    list: fc.array(tie('document'), { maxLength: 3 }),
  }));
  const path = fc.array(fc.constantFrom('a', 'b', 'c', '*'), { minLength: 1, maxLength: 4 }).map((names) => `/${names.join('/')}`);
  fc.assert(fc.property(document, fc.array(path, { minLength: 1, maxLength: 5 }), (value, paths) => {
    const list = fieldList(paths);
    const result = keepOnly(value, list);
    assert.equal(strayField(result, list), undefined);
    assert.deepEqual(keepOnly(result, list), result);
    if (strayField(value, list) === undefined) assert.equal(count(keepOnly(value, list)), count(value));
  }));
});

/** Values in a document; objects that are empty hold none. */
function count(value: JsonValue): number {
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce<number>((sum, child) => sum + count(child), 0);
}

suite('with the schema of the form', () => {
  test('what is held back is told by the schema, whatever a document holds', async () => {
    const { schemas } = await translation('ee/employment-income', 'EE');
    assert.deepEqual(heldBack(schemas.response, fieldList(['/outcome', '/payments/*/month', '/payments/*/employer/identifier'])), ['/payments/*/employer/name', '/payments/*/amount']);
    assert.deepEqual(heldBack(schemas.response, fieldList(['/outcome', '/payments'])), []);
  });

  test('a field that only an outcome requires is required in the list', async () => {
    const { schemas } = await translation('ee/employment-income', 'EE');
    assert.deepEqual(checkFieldList(schemas.response, ['/outcome']).map(({ text }) => text), ['the neutral form requires "/payments", which is not listed']);
    assert.deepEqual(checkFieldList(schemas.request, ['/person', '/period']), []);
  });
});

suite('a translated answer', () => {
  const answer = (currency: string): string => `<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><t:xteePalgaandmedResponse xmlns:t="http://emta-v6.x-road.eu"><keha><perioodJada>
    <item><periood>01.2026</periood><ariregistri_kood>10137319</ariregistri_kood><tooandja_nimi>AS Pank</tooandja_nimi><summa${currency}>5.00</summa></item></perioodJada></keha></t:xteePalgaandmedResponse></e:Body></e:Envelope>`;
  const LISTED = ['/outcome', '/payments/*/month', '/payments/*/employer/identifier', '/payments/*/amount'];

  test('is cut down to the fields of the list, says the hash of the list, and names what was held back apart from what was lost', async () => {
    const { fields } = (await translation('ee/employment-income', 'EE')).responseToNeutral(response(soapBody(answer(''))), { fields: LISTED });
    assert.deepEqual(fields.document, { outcome: 'found', payments: [{ month: '2026-01', employer: { identifier: 'EE:10137319' }, amount: { value: '5.00', currency: 'EUR' } }] });
    assert.equal(fields.minimised, fieldList(LISTED).sha256);
    assert.deepEqual(fields.loss, { dropped: [], defaulted: ['keha/perioodJada/item[]/summa/@yhik'], approximated: [], unknown: [], minimised: ['/payments/*/employer/name'] });
  });

  test('without a list crosses whole, and says nothing of minimisation', async () => {
    const { fields } = (await translation('ee/employment-income', 'EE')).responseToNeutral(response(soapBody(answer(' yhik="EUR"'))));
    assert.deepEqual(['minimised' in fields, 'minimised' in fields.loss], [false, false]);
  });

  test('that lacks a required field once it is cut down is refused, since the peer would refuse it', async () => {
    const { responseToNeutral } = await translation('ee/employment-income', 'EE');
    const listed = ['/outcome', '/payments/*/month'];
    assert.throws(() => responseToNeutral(response(soapBody(answer(''))), { fields: listed }), (error: unknown) => error instanceof CausewayError && error.code === 'service-answer-unmappable');
  });

  test('does not tell by its loss report that a field which was held back had been approximated', async () => {
    const fi = await translation('fi/company', 'FI');
    const company = { businessId: { value: '0245437-2' }, tradeRegisterStatus: '1', status: '2', names: [{ name: 'Yritys Oy', type: '1' }], companyForms: [{ type: '99' }], registrationDate: '2020-01-01' };
    const answered = response(json({ companies: [company] }));
    const held = ['/outcome', '/companies/*/identifier', '/companies/*/legalName', '/companies/*/status'];
    assert.deepEqual(fi.responseToNeutral(answered, { fields: [...held, '/companies/*/legalForm'] }).fields.loss.approximated.length, 1);
    assert.deepEqual(fi.responseToNeutral(answered, { fields: held }).fields.loss.approximated, []);
  });
});
