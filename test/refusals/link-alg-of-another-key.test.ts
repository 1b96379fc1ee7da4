import { generateKeyPairSync, sign } from 'node:crypto';
import { test } from 'node:test';
import { assertTaken, receiveAtEe, sealedRequest } from '../support/exchange.ts';
import { b64u, withHeader } from '../support/forge.ts';
import { refuses } from '../support/refused.ts';
import { makePair } from '../support/sides.ts';

const pair = makePair();
const sealed = (await sealedRequest(pair)).fields;

test('control: the request as sealed is taken', () => assertTaken(pair, sealed));

test('a statement signed with RS256 by a key of the attacker is refused', () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const input = `${b64u('{"alg":"RS256","typ":"causeway-request+jwt","kid":"FI-statement"}')}.${sealed.statement.split('.')[1]}`;
  const statement = `${input}.${b64u(sign('sha256', Buffer.from(input), privateKey))}`;
  return refuses(receiveAtEe(pair, { ...sealed, statement }), 'statement-malformed');
});

for (const alg of ['RS256', 'ES384', 'PS256', 'EdDSA', 'es256', '']) {
  test(`a header that says alg "${alg}" over a genuine ES256 signature is refused`, () => {
    const statement = withHeader(sealed.statement, JSON.stringify({ alg, typ: 'causeway-request+jwt', kid: 'FI-statement' }), pair.fi);
    return refuses(receiveAtEe(pair, { ...sealed, statement }), 'statement-invalid');
  });
}
