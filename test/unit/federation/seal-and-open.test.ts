import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sealRefusal, sealResponse } from '../../../src/federation/seal.ts';
import { open } from '../../../src/federation/open.ts';
import { authenticate } from '../../../src/federation/statement.ts';
import { authenticateAtEe, openAtEe, sealedRequest } from '../../support/exchange.ts';
import { bytesOf } from '../../../src/platform/content.ts';
import { CONTEXT, NOW, PROOF, makePair, mappedNeutral } from '../../support/sides.ts';

for (const sealing of ['jwe', 'tls'] as const) {
  test(`a request sealed with ${sealing} opens to the document and context that went in`, async () => {
    const pair = makePair({ sealing });
    const opened = await openAtEe(pair, (await sealedRequest(pair, { document: { name: 'Märt' } })).fields);
    assert.deepEqual(opened.fields.document, { name: 'Märt' });
    assert.deepEqual(opened.fields.context, CONTEXT);
  });

  test(`a response sealed with ${sealing} binds the request that it answers`, async () => {
    const pair = makePair({ sealing });
    const request = await authenticateAtEe(pair, (await sealedRequest(pair)).fields.statement);
    const promise = { origin: 'o', index: 0, leaf: Buffer.alloc(32).toString('base64'), by: 1 };
    const sealed = await sealResponse({ mapped: mappedNeutral({ answer: 'yes' }), context: CONTEXT, proof: PROOF, promise, grant: pair.grant }, request, pair.ee.link.versions[0], pair.ee.side, NOW);
    const reader = { audience: pair.fi.entity, trust: pair.fi.side.trust, maxBytes: 4096 };
    const statement = await authenticate(sealed.fields.statement, ['causeway-response+jwt'], reader, NOW);
    assert.equal(statement.claims.request, request.identity);
    assert.equal(statement.claims.jti, request.claims.jti);
    assert.deepEqual(statement.claims.link, request.claims.link);
    const opened = await open(statement, sealed.fields.payload, pair.grant, pair.fi.side, () => {});
    assert.deepEqual(opened.fields.document, { answer: 'yes' });
  });
}

test('with jwe nothing of the document is readable in what is sent', async () => {
  const pair = makePair();
  const { fields } = await sealedRequest(pair, { document: { secret: 'Tamm-36805280109' } });
  assert.equal(Buffer.from(bytesOf(fields.payload)).includes('Tamm-36805280109'), false);
  assert.equal(Buffer.from(fields.statement.split('.')[1] ?? '', 'base64url').includes('Tamm'), false);
});

test('a refusal is signed, names the request, and its body repeats code, title and exchange id only', async () => {
  const pair = makePair();
  const request = await authenticateAtEe(pair, (await sealedRequest(pair)).fields.statement);
  const sealed = await sealRefusal({ code: 'not-allowed', delivered: 'no', until: '2026-11-22T00:00:00Z' }, request, pair.ee.side, pair.ee.entity, NOW);
  const reader = { audience: pair.fi.entity, trust: pair.fi.side.trust, maxBytes: 4096 };
  const { claims } = await authenticate(sealed.fields.statement, ['causeway-refusal+jwt'], reader, NOW);
  assert.deepEqual([claims.code, claims.delivered, claims.until, claims.request], ['not-allowed', 'no', '2026-11-22T00:00:00Z', request.identity]);
  assert.deepEqual(Object.keys(JSON.parse(Buffer.from(bytesOf(sealed.fields.payload)).toString()) as object), ['type', 'title', 'exchange']);
});

test('the identity of a statement does not change with its signature', async () => {
  const pair = makePair();
  const { statement, identity } = (await sealedRequest(pair)).fields;
  const again = await authenticateAtEe(pair, statement);
  assert.equal(again.identity, identity);
});
