import { test } from 'node:test';
import { assertTaken, receiveAtEe } from '../support/exchange.ts';
import { encryptFor, handmadeRequest } from '../support/handmade.ts';
import type { Bends, ManifestDraft } from '../support/handmade.ts';
import { assertRefused, refuses } from '../support/refused.ts';
import { CONTEXT, makePair } from '../support/sides.ts';

const pair = makePair();

test('control: the manifest as drafted is taken', async () => assertTaken(pair, await handmadeRequest(pair)));

const parts = (change: object) => (draft: ManifestDraft) => ({ ...draft, parts: draft.parts.map((part) => ({ ...part, ...change })) });

/** Canonical, sealed and committed to: nothing but the schema is broken. */
const MANIFESTS: Record<string, NonNullable<Bends['manifest']>> = {
  'another version': (draft) => ({ ...draft, v: 2 }),
  'an unknown member': (draft) => ({ ...draft, extra: 1 }),
  'an unknown member of the context': (draft) => ({ ...draft, context: { ...CONTEXT, ip: '192.0.2.1' } }),
  'an unknown member of a part': parts({ encoding: 'gzip' }),
  'a salt of 31 bytes': (draft) => ({ ...draft, salt: draft.salt.slice(1) }),
  'no parts': (draft) => ({ ...draft, parts: [] }),
  'a negative length': parts({ length: -1 }),
  'a length that is no safe integer': parts({ length: 2 ** 53 }),
  'a key of 16 bytes': parts({ key: 'A'.repeat(22) }),
  'message ids of a country of three letters': (draft) => ({ ...draft, context: { ...CONTEXT, messageIds: { FIN: 'm-1' } } }),
  'a message id of 1001 characters': (draft) => ({ ...draft, context: { ...CONTEXT, messageIds: { FI: 'x'.repeat(1001) } } }),
  'message ids as a list': (draft) => ({ ...draft, context: { ...CONTEXT, messageIds: [] } }),
  'message ids of __proto__': (draft) => ({ ...draft, context: { ...CONTEXT, messageIds: JSON.parse('{"__proto__":"m-1"}') as unknown } }),
  'a user id of 1001 characters': (draft) => ({ ...draft, context: { ...CONTEXT, userId: 'x'.repeat(1001) } }),
};

for (const [what, manifest] of Object.entries(MANIFESTS)) {
  test(`a manifest with ${what} is refused`, async () => refuses(receiveAtEe(pair, await handmadeRequest(pair, { manifest })), 'seal-mismatch'));
}

/** Broken below the schema: the bytes that are sealed are not canonical JSON. */
const BYTES: Record<string, (plaintext: Uint8Array) => Uint8Array | string> = {
  'whitespace': (plaintext) => Buffer.concat([plaintext, Buffer.from(' ')]),
  'a member twice': (plaintext) => Buffer.from(plaintext).toString().replace('"v":1', '"v":1,"v":1'),
  'bytes that are not UTF-8': (plaintext) => Buffer.from(Buffer.from(plaintext).toString('latin1').replace('m-1', 'm-\u00ff'), 'latin1'),
  'no JSON': () => 'manifest',
  'a hundred thousand lists in each other': () => '['.repeat(100_000) + ']'.repeat(100_000),
};

for (const [what, change] of Object.entries(BYTES)) {
  test(`a manifest with ${what} is refused`, async () => {
    const seal: Bends['seal'] = (plaintext, honest) => encryptFor(pair, Buffer.from(change(plaintext)), honest);
    await assertRefused(receiveAtEe(pair, await handmadeRequest(pair, { seal })), 'seal-mismatch');
  });
}
