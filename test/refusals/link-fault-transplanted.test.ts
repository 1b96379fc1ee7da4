/** Attack: a peer answers one exchange with the sealed fault of another, which names another person. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sealRefusal } from '../../src/federation/seal.ts';
import { openServiceFault, sealServiceFault } from '../../src/federation/service-fault.ts';
import { authenticate } from '../../src/federation/statement.ts';
import { authenticateAtEe, readerAt, sealedRequest } from '../support/exchange.ts';
import { NOW, makePair } from '../support/sides.ts';

const pair = makePair();
const SAID = { text: 'Isik 36805280109' };

async function request() {
  return authenticateAtEe(pair, (await sealedRequest(pair)).fields.statement);
}

/** FI opens a refusal of `of`, properly signed, with a fault that was sealed for `made`. */
async function opened(of: Awaited<ReturnType<typeof request>>, made: typeof of) {
  const fault = await sealServiceFault(SAID, { iss: made.claims.aud, aud: made.claims.iss, jti: made.claims.jti }, pair.ee.side, NOW);
  const { fields } = await sealRefusal({ code: 'service-fault', delivered: 'yes', fault }, of, pair.ee.side, pair.ee.entity, NOW);
  const statement = await authenticate(fields.statement, ['causeway-refusal+jwt'], readerAt(pair.fi), NOW);
  return openServiceFault(statement, fields.payload, pair.fi.side);
}

test('a fault opens only beside the refusal of its own exchange', async () => {
  const [one, another] = [await request(), await request()];
  assert.deepEqual(await opened(one, one), SAID);
  assert.equal(await opened(one, another), undefined);
});
