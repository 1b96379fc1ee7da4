/** An echo is the one thing that is written at home without having been opened: a token, by the mapping of an echo, and nothing else. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isEcho, tokenOf } from '../../../src/mapping/echo.ts';
import { passthrough } from '../../../src/mapping/passthrough.ts';
import { refuses } from '../../support/refused.ts';
import { translation } from './support.ts';

const TOKEN = 'Yx3mB0wqkZ9pT5s7uV2h1AbcDefGhiJklMnoPqrStU8';

for (const mapping of ['ee/echo', 'fi/echo', 'ua/echo', 'kh/echo', 'bj/echo', 'gl/echo']) {
  test(`${mapping}: a token becomes a question in the form of the platform`, async () => {
    const to = await translation(mapping, 'FI');
    const { document, loss, neutral } = to.echoToDomestic(TOKEN).fields;
    assert.ok(JSON.stringify(document).includes(TOKEN));
    assert.equal(isEcho(neutral), true);
    assert.deepEqual(Object.values(loss).flat(), []);
  });
}

test('what is no token is not written', async () => {
  const to = await translation('ee/echo', 'FI');
  for (const token of ['', 'short', `${TOKEN} `, 'x'.repeat(65), '38001085718 Mari Maasikas']) await refuses(async () => to.echoToDomestic(token), 'neutral-invalid');
});

test('no other mapping writes what was not opened', async () => {
  await refuses(async () => (await translation('ee/company', 'FI')).echoToDomestic(TOKEN), 'internal');
  await refuses(async () => passthrough.echoToDomestic(TOKEN), 'internal');
});

test('a document without a token is no echo', () => {
  for (const document of [null, [], 'x', {}, { token: 1 }]) assert.equal(tokenOf(document), undefined);
  assert.equal(tokenOf({ token: TOKEN }), TOKEN);
});
