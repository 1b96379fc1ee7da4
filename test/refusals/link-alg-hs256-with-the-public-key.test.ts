import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { assertTaken, receiveAtEe, sealedRequest } from '../support/exchange.ts';
import { b64u } from '../support/forge.ts';
import { refuses } from '../support/refused.ts';
import { NOW, makePair } from '../support/sides.ts';

const pair = makePair();
const sealed = (await sealedRequest(pair)).fields;

test('control: the request as sealed is taken', () => assertTaken(pair, sealed));

/** Forms in which a careless verifier would take the peer's public key as a shared secret. */
const publicKey = pair.ee.side.trust.statementKey('FI-statement', NOW, NOW).key;
const SECRETS = {
  PEM: publicKey.export({ type: 'spki', format: 'pem' }),
  DER: publicKey.export({ type: 'spki', format: 'der' }),
  JWK: JSON.stringify(publicKey.export({ format: 'jwk' })),
};

for (const [form, secret] of Object.entries(SECRETS)) {
  const input = `${b64u('{"alg":"HS256","typ":"causeway-request+jwt","kid":"FI-statement"}')}.${sealed.statement.split('.')[1]}`;
  const mac = createHmac('sha256', secret).update(input).digest();

  test(`a MAC keyed with the peer's public key as ${form} is refused`, () =>
    refuses(receiveAtEe(pair, { ...sealed, statement: `${input}.${b64u(mac)}` }), 'statement-malformed'));

  test(`a MAC keyed with the peer's public key as ${form}, filled up to the length of a signature, is refused`, () =>
    refuses(receiveAtEe(pair, { ...sealed, statement: `${input}.${b64u(Buffer.concat([mac, mac]))}` }), 'statement-invalid'));
}
