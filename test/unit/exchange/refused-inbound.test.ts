/** What is refused before hand-over stands in our log under the name that the asker's log gives it: sets of both sides hold the same statement. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import type { ErrorCode } from '../../../src/errors.ts';
import { KekRing } from '../../../src/evidence/kek-ring.ts';
import { endWithoutAnswer } from '../../../src/exchange/ends.ts';
import type { Peer } from '../../../src/exchange/flow.ts';
import { Journal } from '../../../src/exchange/journal.ts';
import { peerRefusal } from '../../../src/exchange/refusals.ts';
import { authenticate } from '../../../src/federation/statement.ts';
import { sealRefusal } from '../../../src/federation/seal.ts';
import { Spool } from '../../../src/platform/spool.ts';
import { parseEntry } from '../../../src/trail/entry.ts';
import { authenticateAtEe, readerAt, sealedRequest } from '../../support/exchange.ts';
import { NOW, makePair } from '../../support/sides.ts';
import { LINK, testTrail } from '../../support/trail.ts';

for (const [code, delivered] of [['not-allowed', 'no'], ['clock-skew', 'unknown'], ['outcome-unknown', 'unknown']] as const satisfies readonly (readonly [ErrorCode, string])[]) {
  test(`a request that is refused with ${code}, delivered ${delivered}, ends with the same step on both sides`, async (t) => {
    const { folder, store, mirror } = await testTrail(t);
    const journal = new Journal({ store, keks: KekRing.of(randomBytes(32)), clockState: () => 'unknown', refusalsPerMinute: 3, spool: new Spool({ folder, maxBytes: 0, memoryBytes: 1 }), observe: () => {} });
    const pair = makePair();
    const statement = await authenticateAtEe(pair, (await sealedRequest(pair)).fields.statement);
    const sealed = await sealRefusal({ code, delivered }, statement, pair.ee.side, pair.ee.entity, NOW);
    await journal.refusedInbound(statement, { link: pair.ee.link, side: pair.ee.side } as Peer, sealed.fields, code, NOW);
    const { origin, size } = await store.head(LINK);
    const [request, refusal] = (await mirror.entries(origin, 0, size)).map((bytes) => parseEntry(bytes!));
    const signed = await authenticate(sealed.fields.statement, ['causeway-refusal+jwt'], readerAt(pair.fi), NOW);
    const theirs = endWithoutAnswer(peerRefusal(signed, 'EE', undefined));
    assert.deepEqual([size, request?.step, request?.event, refusal?.step], [2, 'request', 'RelayRejection', theirs.step]);
  });
}
