/** What a gateway does while something that it depends on is gone: the one state machine, on a clock that the test moves. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, suite, test } from 'node:test';
import { DEPENDENCIES } from '../../../src/config/degraded-file.ts';
import { Dependencies } from '../../../src/exchange/dependencies.ts';
import { DEFAULT_POLICIES } from '../../../src/federation/degraded.ts';
import { makeLink } from '../../../src/federation/link.ts';
import type { Agreement, Link } from '../../../src/federation/link.ts';
import { makeLogger } from '../../../src/platform/log.ts';
import { refuses } from '../../support/refused.ts';
import { grantOf, makePair } from '../../support/sides.ts';

const START = Date.parse('2026-06-15T12:00:00Z');
const MINUTE = 60_000;
const SETTINGS = { url: 'https://127.0.0.1:1', connections: 1, mappingOverlap: 0 };
const [{ agreement: AGREEMENT }] = makePair().ee.link.versions;
const ENTITY = AGREEMENT.parties[0].entity;

let now = START;
let lines: { level: string; msg: string; dependency?: string }[] = [];

function open(...links: readonly Agreement[][]): Dependencies {
  const made: Link[] = links.map((agreements) => makeLink(agreements, ENTITY, SETTINGS));
  const log = makeLogger({ level: 'info', country: 'EE', destination: { write: (text) => void lines.push(JSON.parse(text) as (typeof lines)[number]) } });
  return new Dependencies({ links: () => made, clock: { now: () => now, monotonic: () => now }, log });
}

function agreement(degraded: NonNullable<Agreement['degraded']> = {}, more: Partial<Agreement> = {}): Agreement {
  return { ...AGREEMENT, degraded, ...more };
}

const grant = (proof: 'wss' | 'security-server', answer?: 'wss') => grantOf({ proof, ...(answer === undefined ? {} : { answerProof: answer }) });

const stateOf = (dependencies: Dependencies, dependency: string): string => dependencies.status().find((one) => one.dependency === dependency)?.state ?? '';

suite('what a gateway depends on', () => {
  beforeEach(() => {
    now = START;
    lines = [];
  });

  test('nothing is refused while all is well, and every dependency is shown', () => {
    const dependencies = open([agreement()]);
    dependencies.admit('ee-fi');
    dependencies.require('ee-fi', grant('wss'));
    assert.deepEqual(dependencies.status().map(({ dependency, state }) => [dependency, state]), DEPENDENCIES.map((dependency) => [dependency, 'well']));
    assert.deepEqual([dependencies.usable, dependencies.warnings], [true, []]);
  });

  test('gone: exchanges go on for as long as the link says, then they are refused, and go on when it is back', async () => {
    const dependencies = open([agreement({ peerMetadata: { continueFor: 10 * MINUTE, refuse: 'all', alarm: 'warning' } })]);
    dependencies.report('peerMetadata', { why: 'no answer' });
    now += 10 * MINUTE - 1;
    dependencies.admit('ee-fi');
    assert.equal(stateOf(dependencies, 'peerMetadata'), 'degraded');
    now += 1;
    await refuses(() => dependencies.admit('ee-fi'), 'dependency-lost');
    assert.deepEqual([stateOf(dependencies, 'peerMetadata'), dependencies.usable], ['refusing', false]);
    dependencies.report('peerMetadata', undefined);
    dependencies.admit('ee-fi');
    assert.deepEqual([stateOf(dependencies, 'peerMetadata'), dependencies.usable, dependencies.warnings], ['well', true, []]);
  });

  test('the time counts from when it was last well, also when that was before a restart', async () => {
    const dependencies = open([agreement({ peerMetadata: { continueFor: 10 * MINUTE, refuse: 'all', alarm: 'warning' } })]);
    dependencies.report('peerMetadata', { why: 'no answer', since: START - 10 * MINUTE });
    await refuses(() => dependencies.admit('ee-fi'), 'dependency-lost');
  });

  test('a later report of the same loss does not begin the time anew', async () => {
    const dependencies = open([agreement({ hsm: { continueFor: 2 * MINUTE, refuse: 'all', alarm: 'error' } })]);
    for (; now < START + 2 * MINUTE; now += MINUTE) dependencies.report('hsm', { why: 'no device' });
    await refuses(() => dependencies.admit('ee-fi'), 'dependency-lost');
  });

  test('signed: only what needs a verified signature is refused, of the question or of the answer', async () => {
    const dependencies = open([agreement({ ocsp: { continueFor: 0, refuse: 'signed', alarm: 'warning' } })]);
    dependencies.report('ocsp', { why: 'no responder' });
    dependencies.admit('ee-fi');
    dependencies.require('ee-fi', grant('security-server'));
    assert.equal(dependencies.usable, true);
    await refuses(() => dependencies.require('ee-fi', grant('wss')), 'dependency-lost');
    await refuses(() => dependencies.require('ee-fi', grant('security-server', 'wss')), 'dependency-lost');
  });

  test('nothing: exchanges go on, and the warning stays', () => {
    const dependencies = open([agreement({ timestamps: { continueFor: 0, refuse: 'nothing', alarm: 'warning' } })]);
    dependencies.report('timestamps', { why: 'no authority' });
    now += 1000 * MINUTE;
    dependencies.admit('ee-fi');
    assert.deepEqual(dependencies.warnings, ['timestamps of link ee-fi is gone: exchanges go on']);
  });

  test('where the agreement is silent, the policy of the protocol holds', async () => {
    const { degraded: _, ...silent } = agreement();
    const dependencies = open([silent]);
    dependencies.report('timestamps', { why: 'no authority' });
    now += DEFAULT_POLICIES.timestamps.continueFor - 1;
    dependencies.admit('ee-fi');
    now += 1;
    await refuses(() => dependencies.admit('ee-fi'), 'time-unproven');
  });

  test('docs/operating.md has the same table of policies', () => {
    const page = readFileSync(join(import.meta.dirname, '../../../docs/operating.md'), 'utf8');
    const rows = [...page.matchAll(/^\| `(\w+)` \|[^|]+\| (\d+)([hs]) \| `(\w+)` \| `(\w+)` \|$/gm)].map(([, name = '', count, unit, refuse, alarm]) => [name, { continueFor: Number(count) * (unit === 'h' ? 60 * MINUTE : 1000), refuse, alarm }]);
    assert.deepEqual(Object.fromEntries(rows), DEFAULT_POLICIES);
  });

  test('the store of the evidence has no grace, and its own code', async () => {
    const dependencies = open([agreement()]);
    dependencies.report('evidenceStore', { why: 'no disk' });
    await refuses(() => dependencies.admit('ee-fi'), 'store-unavailable');
  });

  test('what is gone for one link is not gone for another', async () => {
    const other = agreement({}, { id: 'ee-xx' });
    const dependencies = open([agreement({ peerMetadata: { continueFor: 0, refuse: 'all', alarm: 'warning' } })], [other]);
    dependencies.report('peerMetadata', { why: 'no answer' }, 'ee-fi');
    await refuses(() => dependencies.admit('ee-fi'), 'dependency-lost');
    dependencies.admit('ee-xx');
    assert.equal(dependencies.usable, true);
  });

  test('the policy is that of the version in force', async () => {
    const strict = { hsm: { continueFor: 0, refuse: 'all', alarm: 'error' } } as const;
    const dependencies = open([agreement({ hsm: { ...strict.hsm, refuse: 'nothing' } }), agreement(strict, { version: AGREEMENT.version + 1, effective: new Date(START + MINUTE).toISOString() })]);
    dependencies.report('hsm', { why: 'no device' });
    dependencies.admit('ee-fi');
    now += MINUTE;
    await refuses(() => dependencies.admit('ee-fi'), 'dependency-lost');
  });

  test('the log tells once that it is gone, once that exchanges are refused, once that it is well', () => {
    const dependencies = open([agreement({ ocsp: { continueFor: MINUTE, refuse: 'signed', alarm: 'warning' } })]);
    for (const minutes of [0, 0.5, 1, 1.5]) {
      now = START + minutes * MINUTE;
      dependencies.report('ocsp', { why: 'no responder' });
      dependencies.look();
    }
    dependencies.report('ocsp', undefined);
    dependencies.report('ocsp', undefined);
    assert.deepEqual(lines.map(({ level, dependency }) => [level, dependency]), [['warn', 'ocsp'], ['error', 'ocsp'], ['info', 'ocsp']]);
  });

  test('metrics show for how long, and how many links refuse', () => {
    const dependencies = open([agreement()]);
    dependencies.report('hsm', { why: 'no device' });
    now += 5000;
    assert.equal(new Map(dependencies.seconds()).get('hsm'), 5);
    assert.equal(new Map(dependencies.refusing()).get('hsm'), 1);
    assert.equal(new Map(dependencies.seconds()).get('ocsp'), 0);
  });
});
