import { test } from 'node:test';
import { assertTaken, receiveAtEe } from '../support/exchange.ts';
import { handmadeRequest } from '../support/handmade.ts';
import { refuses } from '../support/refused.ts';
import { makePair } from '../support/sides.ts';

const pair = makePair();
const withDocument = (text: string | Uint8Array) => handmadeRequest(pair, { parts: [{ name: 'document', bytes: Buffer.from(text) }] });

test('control: a canonical document is taken', async () => assertTaken(pair, await withDocument('{"hello":"world"}')));

/** What two readers could read differently must not cross, however well it is sealed. */
const DOCUMENTS: Record<string, string | Uint8Array> = {
  'a member twice': '{"hello":"other","hello":"world"}',
  'whitespace': '{ "hello": "world" }',
  'a number beyond a double': '{"hello":9007199254740993}',
  'bytes that are not UTF-8': Buffer.from('{"hello":"w\u00f6rld"}', 'latin1'),
  'nothing': '',
  'a hundred thousand lists in each other': '['.repeat(100_000) + ']'.repeat(100_000),
};

for (const [what, text] of Object.entries(DOCUMENTS)) {
  test(`a document with ${what} is refused`, async () => refuses(receiveAtEe(pair, await withDocument(text)), 'neutral-invalid'));
}
