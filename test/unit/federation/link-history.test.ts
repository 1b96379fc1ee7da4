/** The signed history of a link: who must have approved, under which keys, and what no file may do. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { historyValue, parseHistory, readVersion } from '../../../src/config/signed-link-file.ts';
import type { LinkHistory } from '../../../src/config/signed-link-file.ts';
import { makeOperatorKey } from '../../../src/crypto/operator-key.ts';
import { agreementHash, approve, approvedBy, historyProblems, merged, signatureProblems } from '../../../src/federation/link-history.ts';
import { refuses } from '../../support/refused.ts';

const NOW = Date.parse('2026-06-01T00:00:00Z');
const root = mkdtempSync(join(tmpdir(), 'causeway-history-'));
const people = Object.fromEntries(['ee1', 'ee2', 'ee3', 'fi1', 'fi2', 'fi3', 'stranger'].map((name) => [name, { file: join(root, name), key: makeOperatorKey(join(root, name)) }]));
const keyOf = (name: string): string => people[name]?.key ?? '';
const keys = (...names: string[]): string[] => names.map(keyOf);
const NO_KEY = Buffer.alloc(32).toString('base64');

interface Terms {
  readonly version?: number;
  readonly quota?: number;
  readonly ee?: readonly string[];
  readonly more?: object;
}

function written({ version = 1, quota = 600, ee = keys('ee1', 'ee2'), more = {} }: Terms = {}): object {
  const party = (country: string, approvers: readonly string[]) => {
    const host = `gateway.${country.toLowerCase()}.example`;
    return { country, entity: `https://${host}`, log: { origin: `${host}/trail/ee-fi/2026h2`, key: NO_KEY }, witness: { name: `${host}/witness`, key: NO_KEY }, approvers };
  };
  const leg = (from: string, to: string, grants: readonly object[]) => ({ from, to, sealing: 'jwe', evidence: 'digests', endUser: 'pass', answerRetention: '10m', grants });
  const grant = { client: 'FI/GOV/0245458-6/vero', service: 'EE/GOV/70000349/emta/x/v1', operation: { name: 'x' }, purpose: 'p', neutral: { schema: 's', version: 'v1', sha256: 'A'.repeat(43) }, proof: 'security-server', idempotent: true, maxBytes: '1MiB', minBudget: '500ms', maxBudget: '20s', quota };
  return { id: 'ee-fi', version, effective: `2026-0${version}-01T00:00:00Z`, environment: 'test', parties: [party('EE', ee), party('FI', keys('fi1', 'fi2'))], retryTime: '10m', duplicateTime: '24h', legs: [leg('FI', 'EE', [grant]), leg('EE', 'FI', [])], ...more };
}

const countryOf = (name: string): string => name.slice(0, 2).toUpperCase();
const by = (history: LinkHistory, ...names: string[]): LinkHistory => names.reduce((signed, name) => approve(signed, { country: countryOf(name), reason: 'file-1', keyFile: join(root, name) }, NOW), history);
const first = by([readVersion(written())], 'ee1', 'ee2', 'fi1', 'fi2');
const AGREED = agreementHash(first[0]!.agreement);
const next = (terms: Terms): LinkHistory => [...first, readVersion(written({ version: 2, ...terms }))];
/** As it is after it went round in a file, with a change by whoever carried it. */
const carried = (history: LinkHistory, change: (value: { versions: { agreement: Record<string, unknown>; approvals: Record<string, unknown>[] }[] }) => void = () => {}): LinkHistory => {
  const value = JSON.parse(JSON.stringify(historyValue(history))) as Parameters<typeof change>[0];
  change(value);
  return parseHistory(value);
};

suite('the signed history of a link', () => {
  after(() => rmSync(root, { recursive: true }));

  test('a first version that two of each country approved holds, under the hash that both know', () => {
    assert.deepEqual(historyProblems(carried(first), AGREED), []);
  });

  test('under another hash, or none, nothing holds', () => {
    assert.equal(historyProblems(first, 'B'.repeat(43)).length, 1);
    assert.equal(historyProblems(first, undefined).length, 1);
  });

  test('one person of a country is not two, however often', async () => {
    const alone = by([readVersion(written())], 'ee1', 'fi1', 'fi2');
    assert.match(historyProblems(alone, AGREED).join(), /approved by 1 of EE, 2 must/);
    await refuses(() => by(alone, 'ee1'), 'config-invalid');
    const copied = carried(alone, ({ versions: [version] }) => version?.approvals.push({ ...version.approvals[0], at: 1 }, { ...version.approvals[0] }));
    assert.match(historyProblems(copied, AGREED).join(), /approved by 1 of EE/);
  });

  test('a change that widens takes two of each country', () => {
    const wider = next({ quota: 601 });
    for (const few of [['ee1', 'ee2'], ['ee1', 'ee2', 'fi1'], ['ee1', 'fi1', 'fi2'], []]) assert.notDeepEqual(historyProblems(by(wider, ...few), AGREED), [], few.join());
    assert.deepEqual(historyProblems(by(wider, 'ee1', 'ee2', 'fi1', 'fi2'), AGREED), []);
  });

  test('a change that only narrows takes one of each country', () => {
    const narrower = next({ quota: 599 });
    assert.notDeepEqual(historyProblems(by(narrower, 'ee1'), AGREED), []);
    assert.deepEqual(historyProblems(by(narrower, 'ee2', 'fi1'), AGREED), []);
  });

  test('new people approve nothing until the old ones have approved them', async () => {
    const changed = next({ ee: keys('ee1', 'ee3') });
    await refuses(() => by(changed, 'ee3'), 'config-invalid');
    const taken = by(changed, 'ee1', 'ee2', 'fi1', 'fi2');
    assert.deepEqual(historyProblems(taken, AGREED), []);
    const third = by([...taken, readVersion(written({ version: 3, ee: keys('ee1', 'ee3') }))], 'ee3', 'fi2');
    assert.deepEqual(historyProblems(third, AGREED), []);
  });

  test('a key of nobody, and one of the other country, approves nothing', async () => {
    const draft = [readVersion(written())];
    await refuses(() => approve(draft, { country: 'EE', reason: 'x', keyFile: join(root, 'stranger') }, NOW), 'config-invalid');
    await refuses(() => approve(draft, { country: 'EE', reason: 'x', keyFile: join(root, 'fi1') }, NOW), 'config-invalid');
  });

  test('approvals of one text are none of another, of another version, or with another reason', () => {
    const texts = carried(first, ({ versions: [version] }) => void (version!.agreement['retryTime'] = '11m'));
    assert.deepEqual(approvedBy(texts).map((one) => one.keys.length), [0, 0]);
    const reasons = carried(first, ({ versions: [version] }) => void (version!.approvals[0]!['reason'] = 'another'));
    assert.deepEqual(approvedBy(reasons).map((one) => one.keys.length), [1, 2]);
    const moved = carried(by(next({ quota: 599 }), 'ee1', 'fi1'), ({ versions: [, version] }) => void (version!.approvals = (JSON.parse(JSON.stringify(historyValue(first))) as { versions: { approvals: Record<string, unknown>[] }[] }).versions[0]?.approvals ?? []));
    assert.deepEqual(approvedBy(moved).map((one) => one.keys.length), [0, 0]);
  });

  test('nothing follows a version but a later one of the same link, environment and parties: nobody can sign it, and no gateway takes it', async () => {
    const wrong: Readonly<Record<string, object>> = { 'another link': { id: 'ee-xx' }, 'the same number': { version: 1 }, 'an earlier time': { effective: '2025-01-01T00:00:00Z' }, 'another environment': { environment: 'production' } };
    for (const [name, more] of Object.entries(wrong)) {
      const follower = next({ more });
      assert.match(historyProblems(follower, AGREED).join('\n'), /is of another link|does not follow|is in force before|is of another environment/, name);
      await refuses(() => by(follower, 'ee1'), 'config-invalid');
    }
  });

  test('approvals that were given apart are brought together, of the same text alone', async () => {
    const wider = next({ quota: 601 });
    assert.deepEqual(historyProblems(merged(by(wider, 'ee1', 'fi1'), by(wider, 'ee2', 'fi2')), AGREED), []);
    await refuses(() => merged(wider, next({ quota: 602 })), 'config-invalid');
    await refuses(() => merged(wider, first), 'config-invalid');
  });

  test('a link file is taken with what was signed, no more and no less', () => {
    const settings = { agreed: AGREED };
    const both = by(next({ quota: 601 }), 'ee1', 'ee2', 'fi1', 'fi2');
    const agreements = both.map(({ agreement }) => agreement);
    assert.deepEqual(signatureProblems({ agreements, settings, history: both }), []);
    assert.match(signatureProblems({ agreements, settings }).join(), /is not signed/);
    assert.match(signatureProblems({ agreements, settings, history: first }).join(), /version 2.* is not the one that was signed/);
    assert.match(signatureProblems({ agreements: agreements.slice(0, 1), settings, history: both }).join(), /version 2 is signed and does not stand in the file/);
  });
});
