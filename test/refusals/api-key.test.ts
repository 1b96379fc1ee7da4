import { test } from 'node:test';
import { sha256Base64url } from '../../src/crypto/digest.ts';
import { API_KEY, hubSettings, prove, question, withHeaders } from '../support/hub-messages.ts';
import { proveWith, token } from '../support/hub-tokens.ts';
import { refuses } from '../support/refused.ts';

const policy = { form: 'api-client' } as const;

test('control: the key of a client is taken, and that of another makes another member of it', async () => {
  const { message } = await prove(question(), policy);
  const other = await prove(withHeaders(question(), { 'x-api-key': 'a key of the neighbour' }), policy);
  if (message.client.subsystem !== 'portal' || other.message.client.subsystem !== 'neighbour') throw new Error('the wrong member');
});
for (const key of ['', 'another key', `${API_KEY} `, sha256Base64url(API_KEY)]) test(`the key ${JSON.stringify(key)} is refused`, async () => refuses(async () => prove(withHeaders(question(), { 'x-api-key': key }), policy, hubSettings()), 'caller-unauthenticated'));
test('two keys in one header are refused', async () => refuses(async () => prove(withHeaders(question(), { 'x-api-key': `${API_KEY}, ${API_KEY}` }), policy), 'caller-unauthenticated'));
test('a token alone of a client that must show its key too is refused', async () => refuses(proveWith(await token(), {}, { apiKey: sha256Base64url(API_KEY) }), 'caller-unauthenticated'));
