import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { assertTaken, receiveAtEe, sealedRequest } from '../support/exchange.ts';
import { withPayload } from '../support/forge.ts';
import { assertRefused, refuses } from '../support/refused.ts';
import { makePair } from '../support/sides.ts';

const pair = makePair();
const sealed = (await sealedRequest(pair)).fields;

test('control: the request as sealed is taken', () => assertTaken(pair, sealed));

const signedBy = (signing: typeof pair.fi.signing) => withPayload(sealed.statement, Buffer.from(sealed.statement.split('.')[1] ?? '', 'base64url'), { ...pair.fi, signing });

test('the claims of one gateway signed by another are refused', () =>
  refuses(receiveAtEe(pair, { ...sealed, statement: signedBy(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey) }), 'statement-invalid'));

test("the peer's claims signed with the receiver's own key are refused", () =>
  refuses(receiveAtEe(pair, { ...sealed, statement: signedBy(pair.ee.signing) }), 'statement-invalid'));

test('the signature of another statement of the same peer is refused', async () => {
  const other = (await sealedRequest(pair)).fields.statement;
  const statement = sealed.statement.slice(0, sealed.statement.lastIndexOf('.')) + other.slice(other.lastIndexOf('.'));
  await assertRefused(receiveAtEe(pair, { ...sealed, statement }), 'statement-invalid');
});

test('a signature of zeros is refused', () => {
  const statement = sealed.statement.slice(0, sealed.statement.lastIndexOf('.') + 1) + Buffer.alloc(64).toString('base64url');
  return refuses(receiveAtEe(pair, { ...sealed, statement }), 'statement-invalid');
});
