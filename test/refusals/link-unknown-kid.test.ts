import { test } from 'node:test';
import { assertTaken, receiveAtEe, sealedRequest } from '../support/exchange.ts';
import { withHeader } from '../support/forge.ts';
import { refuses } from '../support/refused.ts';
import { makePair } from '../support/sides.ts';

const pair = makePair();
const sealed = (await sealedRequest(pair)).fields;

test('control: the request as sealed is taken', () => assertTaken(pair, sealed));

for (const kid of ['FI-statement-2', 'EE-statement', '', 'fi-statement', '../FI-statement', '__proto__']) {
  test(`kid "${kid}" is refused, though the signature is the peer's`, () => {
    const statement = withHeader(sealed.statement, JSON.stringify({ alg: 'ES256', typ: 'causeway-request+jwt', kid }), pair.fi);
    return refuses(receiveAtEe(pair, { ...sealed, statement }), 'statement-untrusted');
  });
}
