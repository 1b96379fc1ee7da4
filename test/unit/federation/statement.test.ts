import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sealRequest } from '../../../src/federation/seal.ts';
import { authenticate, checkAge } from '../../../src/federation/statement.ts';
import { exchangeId } from '../../../src/platform/ids.ts';
import { MAX_ENTRY_BYTES, canonicalEntry } from '../../../src/trail/entry.ts';
import { readerAt, sealedRefusal, sealedRequest, sealedResponse } from '../../support/exchange.ts';
import { claimsOf } from '../../support/forge.ts';
import { refuses } from '../../support/refused.ts';
import { CONTEXT, DIGEST, NOW, PROOF, makePair, mappedNeutral } from '../../support/sides.ts';

const pair = makePair();
const request = await sealedRequest(pair);

test('each of the three statements is authentic where it belongs, with the identity it was sealed under', async () => {
  const cases = [
    [request, 'causeway-request+jwt', pair.ee],
    [await sealedResponse(pair, request), 'causeway-response+jwt', pair.fi],
    [await sealedRefusal(pair, request), 'causeway-refusal+jwt', pair.fi],
  ] as const;
  for (const [sealed, type, side] of cases) {
    const statement = await authenticate(sealed.fields.statement, [type], readerAt(side), NOW);
    assert.deepEqual([statement.type, statement.identity, statement.kid, statement.claims.iat], [type, sealed.fields.identity, sealed.fields.kid, sealed.fields.iat]);
    assert.deepEqual(statement.claims, claimsOf(sealed.fields.statement));
  }
});

test('the age is judged to the millisecond, on both sides', async () => {
  const tolerance = { maxAge: 60_000, maxAhead: 30_000 };
  const claims = { iat: NOW / 1000 };
  checkAge(claims, tolerance, NOW + 60_000);
  checkAge(claims, tolerance, NOW - 30_000);
  await refuses(() => checkAge(claims, tolerance, NOW + 60_001), 'clock-skew');
  await refuses(() => checkAge(claims, tolerance, NOW - 30_001), 'clock-skew');
});

test('whatever an authentic statement says of client, service, purpose and link fits into a trail entry', async () => {
  const longest = (country: string) => `${country}/${'~'.repeat(198)}/${'!'.repeat(198)}`;
  const purpose = 'p'.repeat(64);
  const grant = { ...pair.grant, client: longest('FI'), service: longest('EE'), purpose };
  const [version] = pair.fi.link.versions;
  const named = { ...version, agreement: { ...version.agreement, id: 'l'.repeat(64), version: Number.MAX_SAFE_INTEGER } };
  const sealed = await sealRequest({ xid: exchangeId(NOW), grant, budget: 1, mapped: mappedNeutral(), context: CONTEXT, proof: PROOF }, named, pair.fi.side, NOW);
  const { claims } = await authenticate(sealed.fields.statement, ['causeway-request+jwt'], readerAt(pair.ee), NOW);
  assert.equal(claims.client.length, 400);
  const entry = {
    v: 1, xid: claims.jti, step: 'refusal', event: 'ContentConsignmentFailure', from: 'FI', to: 'EE', client: claims.client, service: claims.service, link: { id: claims.link.id, version: claims.link.version }, purpose: claims.purpose,
    code: 'service-answer-unmappable', t: { ms: Number.MAX_SAFE_INTEGER, clock: 'unsynchronised' }, kid: DIGEST, chain: DIGEST, window: Number.MAX_SAFE_INTEGER, core: DIGEST, evidence: claims.jti,
  };
  assert.ok(canonicalEntry(entry).length <= MAX_ENTRY_BYTES);
});
