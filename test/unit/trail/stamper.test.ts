/** Time-stamps over our checkpoints, from running authorities over HTTP. */
import assert from 'node:assert/strict';
import { X509Certificate, hash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';
import { verifyPlainTimestamp } from '../../../src/crypto/timestamp.ts';
import type { CausewayError } from '../../../src/errors.ts';
import { startTimeStamping } from '../../../src/sandbox/time-stamping.ts';
import { ClockWatch } from '../../../src/trail/clock-watch.ts';
import { parseEntry } from '../../../src/trail/entry.ts';
import { Publisher } from '../../../src/trail/publisher.ts';
import { Stamper } from '../../../src/trail/stamper.ts';
import type { StamperOptions } from '../../../src/trail/stamper.ts';
import { testAuthority, timeAuthorityKeys } from '../../support/time-authority.ts';
import { LINK, NOW, ORIGIN, append, testTrail } from '../../support/trail.ts';
import { signer, verifier } from '../../support/witness-pair.ts';

const EVERY = 600_000;
const LIMITS = { maxBytes: 65_536, timeout: 2000 };

/** A trail whose checkpoints are published at will, and a stamper over it, on a clock that the test moves. */
async function stamping(t: TestContext, authorities: StamperOptions['authorities'], change: Partial<StamperOptions> = {}) {
  const { folder, store, mirror } = await testTrail(t);
  const time = { now: NOW, monotonic: 0 };
  const clock = { now: () => time.now, monotonic: () => time.monotonic };
  const watch = new ClockWatch({ alarmOffset: 2000, maxOffset: 30_000, maxPeerOffset: 30_000, freshFor: 3 * EVERY }, clock);
  const reports: [string, CausewayError | undefined][] = [];
  const open = () => new Stamper({ links: [{ id: LINK, version: 1 }], mayAppend: () => true, authorities, every: EVERY, limits: LIMITS, store, reader: mirror, clock, watch, report: (authority, error) => reports.push([authority, error]), observe: () => {}, ...change });
  const publisher = new Publisher({ store, reader: mirror, log: LINK, signer, verifier });
  const pass = (ms: number) => {
    time.now += ms;
    time.monotonic += ms;
  };
  const entries = async () => (await mirror.entries(ORIGIN, 0, (await store.head(LINK)).size)).map((bytes) => parseEntry(bytes!));
  const kept = () => {
    const db = new DatabaseSync(join(folder, 'trail.db'), { readOnly: true });
    t.after(() => db.close());
    return db.prepare('SELECT * FROM timestamp ORDER BY rowid').all() as unknown as { digest: string; size: number; authority: string; note: string; token: Uint8Array }[];
  };
  return { store, watch, reports, open, stamper: open(), publish: () => publisher.tick(time.now), pass, entries, kept, time };
}

/** An authority that answers whatever the test says. */
async function answering(t: TestContext, answer: RequestListener) {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => (server.closeAllConnections(), server.close()));
  return { name: 'tsa', url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, trust: { authorities: [] } };
}

const clockAt = (offset = 0) => ({ now: () => NOW + offset });

describe('the stamper', () => {
  test('gets a token of each authority over the latest checkpoint, and each becomes an entry', async (t) => {
    const authorities = [await testAuthority(t, 'TSA one', clockAt()), await testAuthority(t, 'TSA two', clockAt())];
    const { store, stamper, publish, entries, kept, watch } = await stamping(t, authorities);
    await append(store, 3);
    await publish();
    await stamper.tick();
    assert.deepEqual((await entries()).slice(3).map(({ step, authority, t: { clock } }) => `${step} ${authority} ${clock}`).sort((a, b) => (a < b ? -1 : 1)), authorities.map(({ name }) => `timestamp ${name} synchronised`).sort((a, b) => (a < b ? -1 : 1)));
    for (const { digest, note, token, authority, size } of kept()) {
      assert.equal(size, 3);
      assert.equal(hash('sha256', token, 'base64url'), digest);
      assert.ok(verifyPlainTimestamp(token, Buffer.from(note), authorities.find(({ name }) => name === authority)!.trust).time);
      assert.equal((await entries()).find((entry) => entry.digest === digest)?.checkpoint?.note, hash('sha256', note, 'base64url'));
    }
    assert.equal(watch.state, 'synchronised');
    assert.equal(stamper.waitingSince(LINK), undefined);
  });

  test('prefers a checkpoint that a public witness cosigned, as long as something below it calls for a token', async (t) => {
    const { store, stamper, publish, pass, kept } = await stamping(t, [await testAuthority(t, 'TSA', clockAt())]);
    await append(store, 2);
    await publish();
    await store.savePubliclyWitnessed(ORIGIN, 2, (await store.checkpoint(ORIGIN))!);
    await append(store, 3);
    await publish();
    await stamper.tick();
    pass(EVERY);
    await stamper.tick();
    assert.deepEqual(kept().map(({ size }) => size), [2, 5]);
  });

  test('stamps nothing that only records stamps and checkpoints: two idle gateways write nothing', async (t) => {
    const { store, stamper, publish, entries, pass } = await stamping(t, [await testAuthority(t, 'TSA', clockAt())]);
    await append(store, 1);
    await publish();
    await stamper.tick();
    for (let round = 0; round < 3; round++) {
      pass(EVERY);
      await publish();
      await stamper.tick();
    }
    assert.equal((await entries()).filter(({ step }) => step === 'timestamp').length, 1);
  });

  test('after a start it goes on where the store says that its tokens end', async (t) => {
    const { store, stamper, publish, entries, open } = await stamping(t, [await testAuthority(t, 'TSA', clockAt())]);
    await append(store, 1);
    await publish();
    await stamper.tick();
    await publish();
    await open().tick();
    assert.equal((await entries()).length, 2);
  });

  test('an authority that is down is reported, waited for and caught up with; the other goes on', async (t) => {
    const [down, up] = [await testAuthority(t, 'TSA one', clockAt()), await testAuthority(t, 'TSA two', clockAt())];
    const { store, stamper, publish, reports, pass, kept } = await stamping(t, [down, up]);
    await down.close();
    await append(store, 2);
    await publish();
    await stamper.tick();
    assert.deepEqual(reports.map(([name, error]) => [name, error?.code]), [[down.name, 'service-unreachable']]);
    assert.deepEqual([stamper.failing, stamper.waitingSince(LINK), kept().length], [[down.name], undefined, 1], 'one authority has stamped the entries');
    const again = await startTimeStamping({ identity: down.keys.identity, clock: clockAt(), port: down.port });
    t.after(again.close);
    await stamper.tick();
    assert.equal(kept().length, 1, 'it is not asked again at once');
    pass(30_000);
    await publish();
    await stamper.tick();
    assert.deepEqual(stamper.failing, []);
    assert.deepEqual(kept().map(({ size, authority }) => [size, authority]), [[2, up.name], [3, down.name]]);
  });

  test('what no authority has stamped is told by its oldest entry', async (t) => {
    const authority = await testAuthority(t, 'TSA', clockAt());
    const { store, stamper, publish } = await stamping(t, [authority]);
    await authority.close();
    await append(store, 1, { t: { ms: NOW - 5000, clock: 'unknown' } });
    await append(store, 1);
    await publish();
    await stamper.tick();
    assert.equal(stamper.waitingSince(LINK), NOW - 5000);
  });

  test('a log that is still compared with the peer does not grow', async (t) => {
    const { store, stamper, publish, entries, watch } = await stamping(t, [await testAuthority(t, 'TSA', clockAt())], { mayAppend: () => false });
    await append(store, 1);
    await publish();
    await stamper.tick();
    assert.deepEqual([(await entries()).length, watch.state], [1, 'synchronised']);
  });

  test('a clock that is a minute off is wrong once two authorities say so', async (t) => {
    const { stamper, watch } = await stamping(t, [await testAuthority(t, 'TSA one', clockAt(60_000)), await testAuthority(t, 'TSA two', clockAt(61_000))]);
    await stamper.tick();
    assert.deepEqual([watch.state, watch.wrong], ['unsynchronised', true]);
  });
});

describe('answers that are refused', () => {
  const cases: readonly [string, string, { readonly status?: number; readonly type?: string; readonly body?: Uint8Array }][] = [
    ['another status', 'service-refused', { status: 500 }],
    ['another media type', 'service-refused', { type: 'text/html' }],
    ['more bytes than allowed', 'too-large', { body: Buffer.alloc(70_000) }],
    ['no response of RFC 3161', 'malformed', { body: Buffer.from('token') }],
  ];
  for (const [title, code, { status = 200, type = 'application/timestamp-reply', body = Buffer.alloc(0) }] of cases) {
    test(title, async (t) => {
      const { stamper, reports, entries } = await stamping(t, [await answering(t, (_, response) => response.writeHead(status, { 'content-type': type }).end(body))]);
      await stamper.tick();
      assert.deepEqual([reports[0]?.[1]?.code, await entries()], [code, []]);
    });
  }

  test('a token under another root, and one of another policy', async (t) => {
    const authority = await testAuthority(t, 'TSA', clockAt());
    const stranger = { ...authority, trust: { authorities: (await testAuthority(t, 'other', clockAt())).trust.authorities } };
    for (const wrong of [stranger, { ...authority, policy: '1.2.3' }]) {
      const { stamper, reports } = await stamping(t, [wrong]);
      await stamper.tick();
      assert.equal(reports[0]?.[1]?.code, 'signature-untrusted');
    }
  });

  test('an authority that never answers', async (t) => {
    const { stamper, reports } = await stamping(t, [await answering(t, () => {})], { limits: { maxBytes: 100, timeout: 50 } });
    await stamper.tick();
    assert.equal(reports[0]?.[1]?.code, 'service-slow');
  });

  test('one whose certificate has run out', async (t) => {
    const keys = timeAuthorityKeys('TSA', NOW - 800 * 86_400_000);
    const { url, close } = await startTimeStamping({ identity: keys.identity, clock: clockAt() });
    t.after(close);
    const { stamper, reports } = await stamping(t, [{ name: 'tsa', url, trust: { authorities: [new X509Certificate(keys.root.certificate).raw] } }]);
    await stamper.tick();
    assert.equal(reports[0]?.[1]?.code, 'signature-expired');
  });
});
