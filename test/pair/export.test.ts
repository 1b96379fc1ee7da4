/** Exporting from a running pair: the tokens of both countries' authorities, both sides' statements, and what a changed byte does. */
import assert from 'node:assert/strict';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { trailRenew, trailVerifyContainer, verifyContainer } from '../../src/cli/trail-container.ts';
import { trailExport } from '../../src/cli/trail-export.ts';
import { readZip } from '../../src/evidence/zip.ts';
import { writeZip } from '../../src/evidence/zip-write.ts';
import { EXAMPLES } from '../../src/sandbox/scenarios.ts';
import { eventually } from '../support/eventually.ts';
import { runningPair } from '../support/running-pair.ts';
import { STAMPING_OFTEN, stampedExchange } from '../support/stamped-exchange.ts';
import { testFolder } from '../support/trail.ts';

const pair = runningPair({ changes: STAMPING_OFTEN });

describe('trail export', () => {
  test('an exchange, once both authorities have stamped it, verifies with what both sides signed', { timeout: 60_000 }, async (t) => {
    const xid = await stampedExchange(pair);
    const out = join(testFolder(t), 'exchange.asice');
    const exported = await trailExport({ data: pair.store('EE'), exchange: xid, out, salts: false, maxEntries: 100 });
    assert.deepEqual([exported.entries, exported.statements], [4, 2]);
    const report = await trailVerifyContainer({ container: out });
    assert.deepEqual([report.ok, report.wrong, report.entries, report.statements], [true, [], 4, 2]);
    assert.ok(report.tokens >= 1);
    assert.deepEqual(report.cosigned.toSorted((a, b) => (a < b ? -1 : 1)), ['gateway.ee.example/witness', 'gateway.fi.example/witness']);
    const files = await readZip(readFileSync(out));
    assert.equal([...files.keys()].some((name) => name.endsWith('.salt')), false);
    assert.equal(readFileSync(out).includes(EXAMPLES.person), false, 'no person');
  });

  test('names each file whose content was changed, and any change that leaves all digests right', { timeout: 120_000 }, async (t) => {
    const out = join(testFolder(t), 'exchange.asice');
    await trailExport({ data: pair.store('FI'), exchange: await stampedExchange(pair), out, salts: true, maxEntries: 100 });
    const files = await readZip(readFileSync(out));
    for (const [name, bytes] of files) {
      const changed = Buffer.from(bytes);
      changed[changed.length >> 1]! ^= 0x01;
      const { wrong } = await verifyContainer(await writeZip(new Map([...files, [name, changed]])));
      assert.ok(wrong.some(({ file }) => file === name), `${name}: ${JSON.stringify(wrong)}`);
    }
  });

  test('a day holds every entry of both logs', { timeout: 60_000 }, async (t) => {
    await stampedExchange(pair);
    const out = join(testFolder(t), 'day.asice');
    const day = new Date().toISOString().slice(0, 10);
    await eventually('every entry of the day is cosigned', () => trailExport({ data: pair.store('EE'), day, out, salts: false, maxEntries: 10_000 }).then(() => true, () => false));
    const { ok, entries } = await trailVerifyContainer({ container: out });
    assert.ok(ok);
    assert.ok(entries >= 8);
  });

  test('refuses what is not there, and more than was allowed', async (t) => {
    const options = { data: pair.store('EE'), out: join(testFolder(t), 'none.asice'), salts: false, maxEntries: 1 };
    await assert.rejects(trailExport({ ...options, exchange: '01890000-0000-7000-8000-000000000000' }), { code: 'config-invalid', message: /has no entry of/ });
    await assert.rejects(trailExport({ ...options, day: new Date().toISOString().slice(0, 10) }), { code: 'config-invalid', message: /more than 1 entries/ });
    await assert.rejects(trailExport({ ...options, day: '21.11.2026' }), { code: 'config-invalid' });
    await assert.rejects(trailExport(options), { code: 'config-invalid', message: /--day or --exchange/ });
  });

  test('a container is renewed by another authority, and one that was changed is not', { timeout: 60_000 }, async (t) => {
    const folder = testFolder(t);
    const [container, out] = [join(folder, 'exchange.asice'), join(folder, 'renewed.asice')];
    await trailExport({ data: pair.store('EE'), exchange: await stampedExchange(pair), out: container, salts: false, maxEntries: 100 });
    const report = await trailRenew({ container, config: join(pair.store('EE'), '..'), out }, Date.now());
    assert.deepEqual([report.ok, report.stamps.length, (await trailVerifyContainer({ container: out })).ok], [true, 2, true]);
    cpSync(out, container);
    const bytes = readFileSync(container);
    bytes[bytes.length >> 1]! ^= 0x01;
    writeFileSync(container, bytes);
    await assert.rejects(trailRenew({ container, config: join(pair.store('EE'), '..'), out }, Date.now()), { code: 'trail-broken' });
    await assert.rejects(trailRenew({ container: out, config: join(pair.store('EE'), '..'), out }, Date.now() + 3650 * 86_400_000), { code: 'signature-expired' });
  });
});
