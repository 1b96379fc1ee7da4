import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CausewayError } from '../../src/errors.ts';
import { sealRequest, sealResponse } from '../../src/federation/seal.ts';
import { exchangeId } from '../../src/platform/ids.ts';
import { PROMISE, assertTaken, authenticateAtEe, openAtFi, receiveAtEe, sealedRequest } from '../support/exchange.ts';
import { withClaims } from '../support/forge.ts';
import { handmadeRequest } from '../support/handmade.ts';
import { refuses } from '../support/refused.ts';
import { CONTEXT, DIGEST, NOW, PROOF, makePair, mappedNeutral } from '../support/sides.ts';

/** The grant lets one field cross each way. A peer that forgot to leave out the rest, or says that it did and did not, is found out. */
const pair = makePair({ grant: { fields: { request: ['/hello'], response: ['/answer/*/code'] } } });
const unlimited = makePair();
const honest = (await sealedRequest(pair)).fields;
const document = (value: unknown) => [{ name: 'document', bytes: Buffer.from(JSON.stringify(value)) }];

test('control: requests with the listed field alone are taken, sealed or written by hand', async () => {
  await assertTaken(pair, honest);
  await assertTaken(pair, await handmadeRequest(pair));
});

test('a request that says it was cut down, and carries a field that is not listed, is refused with the path of the field', async () => {
  const sealed = await handmadeRequest(pair, { parts: document({ hello: 'world', secret: '36805280109' }) });
  await assert.rejects(receiveAtEe(pair, sealed), (error: unknown) => error instanceof CausewayError && error.code === 'field-not-allowed' && error.facts.field === '/secret' && !error.message.includes('36805280109'));
});

test('a request that does not say it was cut down is refused, whatever it carries', () => refuses(receiveAtEe(pair, { ...honest, statement: withClaims(honest.statement, { minimised: undefined }, pair.fi) }), 'leg-mismatch'));

test('a request that was cut down to another list is refused', () => refuses(receiveAtEe(pair, { ...honest, statement: withClaims(honest.statement, { minimised: DIGEST }, pair.fi) }), 'leg-mismatch'));

test('a request that says it was cut down where the grant lists nothing is refused', async () => {
  const { statement, payload } = (await sealedRequest(unlimited)).fields;
  await refuses(receiveAtEe(unlimited, { payload, statement: withClaims(statement, { minimised: DIGEST }, unlimited.fi) }), 'leg-mismatch');
});

test('an answer with a field that is not listed is refused', async () => {
  const request = await sealedRequest(pair);
  const facts = { context: CONTEXT, proof: PROOF, promise: PROMISE, grant: pair.grant };
  const answer = async (value: { code: string; name?: string }) => (await sealResponse({ ...facts, mapped: mappedNeutral({ answer: [{ code: '1' }, value] }, pair.grant.fields?.response) }, await authenticateAtEe(pair, request.fields.statement), pair.ee.link.versions[0], pair.ee.side, NOW)).fields;
  assert.deepEqual((await openAtFi(pair, await answer({ code: '2' }))).fields.document, { answer: [{ code: '1' }, { code: '2' }] });
  await refuses(openAtFi(pair, await answer({ code: '2', name: 'Mari' })), 'field-not-allowed');
});

test('our own side seals nothing that was not cut down, or to another list', async () => {
  const { fi, grant } = pair;
  const facts = { xid: exchangeId(NOW), grant, budget: 5000, context: CONTEXT, proof: PROOF };
  for (const mapped of [mappedNeutral(), mappedNeutral({ hello: 'world' }, ['/other'])]) await refuses(sealRequest({ ...facts, mapped }, fi.link.versions[0], fi.side, NOW), 'internal');
});
