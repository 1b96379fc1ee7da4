import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseFederated, renderFederated, type Federated } from '../../../src/mapping/federated.ts';

const segment = fc
  .oneof(fc.string({ minLength: 1, maxLength: 12 }), fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' }))
  .map((text) => text.normalize('NFC'))
  .filter((text) => text !== '' && text !== '.' && text !== '..' && !/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/u.test(text));
const federated: fc.Arbitrary<Federated> = fc
  .tuple(fc.constantFrom('EE', 'FI', 'UA'), segment, segment, fc.array(segment, { maxLength: 3 }))
  .map(([country, memberClass, memberCode, [subsystem, service, version]]) => ({ country, memberClass, memberCode, ...(subsystem === undefined ? {} : { subsystem }), ...(service === undefined ? {} : { service }), ...(version === undefined ? {} : { version }) }));

test('render and parse are inverse, for any text that a platform may use as a code', () => {
  fc.assert(fc.property(federated, (parts) => assert.deepEqual(parseFederated(renderFederated(parts)), parts)));
});

test('what parses is rendered to the same characters: there is one spelling', () => {
  fc.assert(fc.property(fc.oneof(fc.string(), federated.map(renderFederated), fc.webPath()), (text) => {
    const parts = parseFederated(text);
    if (parts !== undefined) assert.equal(renderFederated(parts), text);
  }));
});

test('different parts never share a spelling', () => {
  fc.assert(fc.property(federated, federated, (a, b) => assert.equal(renderFederated(a) === renderFederated(b), JSON.stringify(a) === JSON.stringify(b))));
});

test('the identifiers of the sandbox are canonical as they stand', () => {
  assert.deepEqual(parseFederated('EE/GOV/70000349/emta/xteePalgaandmed/v1'), { country: 'EE', memberClass: 'GOV', memberCode: '70000349', subsystem: 'emta', service: 'xteePalgaandmed', version: 'v1' });
  assert.equal(renderFederated({ country: 'FI', memberClass: 'GOV', memberCode: '0245437-2' }), 'FI/GOV/0245437-2');
});

for (const [title, text] of [
  ['a slash that is encoded in small letters', 'EE/GOV/a%2fb'],
  ['a letter that is encoded without need', 'EE/GOV/%41'],
  ['a character that must be encoded', 'EE/GOV/a b'],
  ['a plus sign that is not encoded', 'EE/GOV/a+b'],
  ['a decomposed character', `EE/GOV/${encodeURIComponent('a\u0308')}`],
  ['a control character', 'EE/GOV/a%00'],
  ['a zero-width character', `EE/GOV/${encodeURIComponent('a\u200B')}`],
  ['overlong UTF-8', 'EE/GOV/%C0%AF'],
  ['an empty segment', 'EE//x'],
  ['a dot segment', 'EE/GOV/..'],
  ['a trailing slash', 'EE/GOV/1/'],
  ['a country in small letters', 'ee/GOV/1'],
  ['a member without a code', 'EE/GOV'],
  ['seven segments', 'EE/GOV/1/2/3/4/5'],
] as const) {
  test(`${title} is refused`, () => assert.equal(parseFederated(text), undefined));
}

test('parts that leave a gap, or have no spelling, are not rendered', () => {
  assert.throws(() => renderFederated({ country: 'EE', memberClass: 'GOV', memberCode: '1', service: 's' }), RangeError);
  assert.throws(() => renderFederated({ country: 'EE', memberClass: '', memberCode: '1' }), RangeError);
});
