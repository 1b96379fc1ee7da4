import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BASE64URL_32 } from '../../../src/crypto/digest.ts';
import { exchangeId, isExchangeId, nonce } from '../../../src/platform/ids.ts';

const NOW = Date.parse('2026-11-21T12:00:00.123Z');

test('an exchange id is a UUIDv7 of its time', () => {
  const id = exchangeId(NOW);
  assert.equal(isExchangeId(id), true);
  assert.equal(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16), NOW);
});

test('ids of one millisecond differ', () => assert.equal(new Set(Array.from({ length: 1000 }, () => exchangeId(NOW))).size, 1000));

for (const text of ['f81d4fae-7dec-41d0-a765-00a0c91e6bf6', exchangeId(NOW).toUpperCase(), `${exchangeId(NOW)}\n`, exchangeId(NOW).replaceAll('-', ''), `urn:uuid:${exchangeId(NOW)}`, '019aa7c0-1234-7abc-cdef-0123456789ab', '']) {
  test(`"${text}" is no exchange id`, () => assert.equal(isExchangeId(text), false));
}

test('a nonce is 32 bytes, and never the same', () => {
  assert.match(nonce(), BASE64URL_32);
  assert.notEqual(nonce(), nonce());
});
