import { test } from 'node:test';
import { authenticate } from '../../src/federation/statement.ts';
import { assertTaken, openAtFi, readerAt, receiveAtEe, sealedRefusal, sealedRequest, sealedResponse } from '../support/exchange.ts';
import { withHeader } from '../support/forge.ts';
import { refuses } from '../support/refused.ts';
import { NOW, makePair } from '../support/sides.ts';

const pair = makePair();
const request = await sealedRequest(pair);
const response = await sealedResponse(pair, request);
const refusal = await sealedRefusal(pair, request);

test('control: request, response and refusal are taken where they belong', async () => {
  await assertTaken(pair, request.fields);
  await openAtFi(pair, response.fields);
  await authenticate(refusal.fields.statement, ['causeway-refusal+jwt'], readerAt(pair.fi), NOW);
});

test('a response sent as a request is refused', () => refuses(receiveAtEe(pair, response.fields), 'statement-malformed'));

test('a refusal sent as a request is refused', () => refuses(receiveAtEe(pair, refusal.fields), 'statement-malformed'));

test('a request sent as an answer is refused', () =>
  refuses(authenticate(request.fields.statement, ['causeway-response+jwt', 'causeway-refusal+jwt'], readerAt(pair.fi), NOW), 'statement-malformed'));

test('a refusal opened as a response is refused', () => refuses(openAtFi(pair, refusal.fields), 'statement-malformed'));

test('a refusal signed under the typ of a response lacks the claims of one, and is refused', () => {
  const statement = withHeader(refusal.fields.statement, '{"alg":"ES256","typ":"causeway-response+jwt","kid":"EE-statement"}', pair.ee);
  return refuses(openAtFi(pair, { ...refusal.fields, statement }), 'statement-malformed');
});

for (const typ of ['JWT', 'entity-statement+jwt', 'application/causeway-request+jwt', 'CAUSEWAY-REQUEST+JWT', 'constructor']) {
  test(`typ "${typ}" is refused`, () => {
    const statement = withHeader(request.fields.statement, JSON.stringify({ alg: 'ES256', typ, kid: 'FI-statement' }), pair.fi);
    return refuses(receiveAtEe(pair, { ...request.fields, statement }), 'statement-malformed');
  });
}
