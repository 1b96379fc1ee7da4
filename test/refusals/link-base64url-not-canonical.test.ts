import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertTaken, receiveAtEe, sealedRequest } from '../support/exchange.ts';
import { assertRefused, refuses } from '../support/refused.ts';
import { makePair } from '../support/sides.ts';

const pair = makePair();
const sealed = (await sealedRequest(pair)).fields;

test('control: the request as sealed is taken', () => assertTaken(pair, sealed));

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Other spellings of one segment that a lenient decoder reads as the same bytes. */
const SPELLINGS: Record<string, (segment: string) => string> = {
  'padding': (segment) => `${segment}=`,
  'double padding': (segment) => `${segment}==`,
  'a space': (segment) => `${segment.slice(0, 4)} ${segment.slice(4)}`,
  'a line feed': (segment) => `${segment}\n`,
  'a character outside the alphabet': (segment) => `${segment.slice(0, 4)}*${segment.slice(4)}`,
};

for (const [what, spell] of Object.entries(SPELLINGS)) {
  for (const [place, name] of ['header', 'claims', 'signature'].entries()) {
    test(`${what} in the ${name} is refused`, () => {
      const statement = sealed.statement.split('.').map((segment, at) => (at === place ? spell(segment) : segment)).join('.');
      return refuses(receiveAtEe(pair, { ...sealed, statement }), 'statement-malformed');
    });
  }
}

test('a signature whose last character has its spare bits set decodes to the same bytes, and is refused', () => {
  const last = sealed.statement.slice(-1);
  const other = ALPHABET[ALPHABET.indexOf(last) + 1] ?? '';
  const statement = sealed.statement.slice(0, -1) + other;
  assert.deepEqual(Buffer.from(statement.split('.')[2] ?? '', 'base64url'), Buffer.from(sealed.statement.split('.')[2] ?? '', 'base64url'));
  return refuses(receiveAtEe(pair, { ...sealed, statement }), 'statement-malformed');
});

test('a fourth segment, or a missing one, is refused', async () => {
  await assertRefused(receiveAtEe(pair, { ...sealed, statement: `${sealed.statement}.AAAA` }), 'statement-malformed');
  await assertRefused(receiveAtEe(pair, { ...sealed, statement: sealed.statement.slice(0, sealed.statement.lastIndexOf('.')) }), 'statement-malformed');
});

test('the base64 alphabet with + and / is refused', () => {
  const [header, claims, signature] = sealed.statement.split('.');
  const plain = Buffer.from(signature ?? '', 'base64url').toString('base64').replace(/=+$/, '');
  const statement = `${header}.${claims}.${plain === signature ? `+${plain.slice(1)}` : plain}`;
  return refuses(receiveAtEe(pair, { ...sealed, statement }), 'statement-malformed');
});
