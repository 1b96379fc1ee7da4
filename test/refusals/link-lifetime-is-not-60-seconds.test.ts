import { test } from 'node:test';
import { authenticate } from '../../src/federation/statement.ts';
import { assertTaken, readerAt, receiveAtEe, sealedRefusal, sealedRequest } from '../support/exchange.ts';
import { withClaims } from '../support/forge.ts';
import { assertRefused, refuses } from '../support/refused.ts';
import { NOW, makePair } from '../support/sides.ts';

const pair = makePair();
const request = await sealedRequest(pair);
const sealed = request.fields;
const iat = NOW / 1000;

test('control: the request as sealed is taken', () => assertTaken(pair, sealed));

for (const exp of [iat, iat + 59, iat + 61, iat + 86_400, 0]) {
  test(`exp = iat + ${exp - iat} s is refused`, () => refuses(receiveAtEe(pair, { ...sealed, statement: withClaims(sealed.statement, { exp }, pair.fi) }), 'statement-malformed'));
}

test('an answer that lives longer is refused as well', async () => {
  const refusal = (await sealedRefusal(pair, request)).fields.statement;
  await authenticate(refusal, ['causeway-refusal+jwt'], readerAt(pair.fi), NOW);
  await assertRefused(authenticate(withClaims(refusal, { exp: iat + 3600 }, pair.ee), ['causeway-refusal+jwt'], readerAt(pair.fi), NOW), 'statement-malformed');
});
