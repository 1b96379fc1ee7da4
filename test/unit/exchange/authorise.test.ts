import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Quotas, authoriseInbound, authoriseOutbound, sealedLimit } from '../../../src/exchange/authorise.ts';
import { encryptChunked } from '../../../src/crypto/chunked.ts';
import { makeLink } from '../../../src/federation/link.ts';
import type { Grant, LinkSettings } from '../../../src/federation/link.ts';
import type { ImportedService } from '../../../src/mapping/mappings.ts';
import { TOLERANCE, authenticateAtEe, sealedRequest } from '../../support/exchange.ts';
import { withClaims } from '../../support/forge.ts';
import { assertRefused, refuses } from '../../support/refused.ts';
import { NEUTRAL, NOW, grantOf, makePair } from '../../support/sides.ts';
import { purposesOf } from '../../support/purposes.ts';

const CLIENT = 'FI/GOV/0245458-6/vero';
const pair = makePair();

function imported(grant: Grant, purposes: Readonly<Record<string, string>> = {}): ImportedService {
  const home = { dialect: 'xroad-rest', service: { instance: 'FI', memberClass: 'GOV', memberCode: '0245437-2', subsystem: 'EE-emta', service: 'echo' }, operation: grant.operation } as const;
  return { service: grant.service, operation: grant.operation, home, path: '/services/echo', purposes: purposesOf(purposes), neutral: NEUTRAL, revisions: [] };
}

const linkWith = (settings: Partial<LinkSettings>) => ({ ...pair.fi.link, settings: { ...pair.fi.link.settings, ...settings } });

test('our member may use what the version in force grants, exactly', () => {
  const use = authoriseOutbound(CLIENT, imported(pair.grant), [], pair.fi.link, NOW);
  assert.deepEqual(use.grant, pair.grant);
  assert.equal(use.version.agreement.version, 1);
});

test('another client, another service and another operation are not allowed', async () => {
  await refuses(() => authoriseOutbound('FI/MUN/0101263-6/vaestotiedot', imported(pair.grant), [], pair.fi.link, NOW), 'not-allowed');
  await refuses(() => authoriseOutbound(CLIENT, imported(grantOf({ service: 'EE/GOV/70000349/emta/other/v1' })), [], pair.fi.link, NOW), 'not-allowed');
  await refuses(() => authoriseOutbound(CLIENT, imported(grantOf({ operation: { method: 'GET', template: '/echo' } })), [], pair.fi.link, NOW), 'not-allowed');
});

test('a purpose that the message carries must be the grant\'s, and selects where there are several', async () => {
  const another = grantOf({ purpose: 'another' });
  const [{ agreement }] = pair.fi.link.versions;
  const [leg, back] = agreement.legs;
  const link = makeLink([{ ...agreement, legs: [{ ...leg, grants: [...leg.grants, another] }, back] }], pair.fi.entity, pair.fi.link.settings);
  const numbered = imported(pair.grant, { [pair.grant.purpose]: '9K9J65', another: '7QX' });
  const purposeOf = (carried: readonly string[], service = numbered, on = link) => authoriseOutbound(CLIENT, service, carried, on, NOW).grant.purpose;
  assert.equal(purposeOf(['9K9J65']), pair.grant.purpose);
  assert.equal(purposeOf(['7QX']), 'another');
  assert.equal(purposeOf(['another'], imported(pair.grant)), 'another', 'where the platform has no numbers, the code of the link is carried');
  const { facts } = await assertRefused(() => purposeOf([]), 'not-allowed');
  assert.equal(facts.hint, 'Several purposes are granted: the message must carry one.');
  for (const carried of [['7QX', '9K9J65'], ['another'], ['7qx'], ['__proto__']]) await refuses(() => purposeOf(carried), 'not-allowed');
  await refuses(() => purposeOf(['7QX'], numbered, pair.fi.link), 'not-allowed');
});

test('what the other leg grants is not granted on this one', () => refuses(() => authoriseOutbound('EE/COM/10137319/pank', imported(grantOf({ service: 'FI/GOV/0244683-1/prh/echo' })), [], pair.fi.link, NOW), 'not-allowed'));

test('a suspended link is suspended for all, and says until when', async () => {
  const until = '2026-11-22T06:00:00Z';
  const { facts } = await assertRefused(() => authoriseOutbound(CLIENT, imported(pair.grant), [], linkWith({ suspended: { reason: 'incident', until } }), NOW), 'suspended');
  assert.equal(facts.until, until);
  const { facts: open } = await assertRefused(() => authoriseOutbound(CLIENT, imported(pair.grant), [], linkWith({ suspended: { reason: 'incident' } }), NOW), 'suspended');
  assert.equal('until' in open, false);
});

test('before the first version takes effect nothing is allowed', () => refuses(() => authoriseOutbound(CLIENT, imported(pair.grant), [], pair.fi.link, Date.parse('2025-12-31T00:00:00Z')), 'link-mismatch'));

test('of two versions the one that is in force counts', async () => {
  const [{ agreement }] = pair.fi.link.versions;
  const [leg, back] = agreement.legs;
  const narrower = { ...agreement, version: 2, effective: '2026-11-22T00:00:00Z', legs: [{ ...leg, grants: [] }, back] as const };
  const link = makeLink([agreement, narrower], pair.fi.entity, pair.fi.link.settings);
  assert.equal(authoriseOutbound(CLIENT, imported(pair.grant), [], link, NOW).version.agreement.version, 1);
  await refuses(() => authoriseOutbound(CLIENT, imported(pair.grant), [], link, Date.parse('2026-11-22T00:00:00Z')), 'not-allowed');
});

test('of several wrong things the earliest in the order of the protocol is named', async () => {
  const small = makePair({ grant: { minBudget: 10_000, quota: 0 } });
  const { statement } = (await sealedRequest(small)).fields;
  const judged = async (changes: Record<string, unknown>, now = NOW) => authoriseInbound(await authenticateAtEe(small, withClaims(statement, changes, small.fi)), small.ee.link, new Quotas(), TOLERANCE, now);
  const other = { id: 'other', version: 1, sha256: 'A'.repeat(43) };
  await refuses(judged({ link: other, client: 'EE/X/1', purpose: 'other' }, NOW + 60_001), 'clock-skew');
  await refuses(judged({ link: other, client: 'EE/X/1', purpose: 'other' }), 'link-mismatch');
  await refuses(judged({ client: 'EE/X/1', purpose: 'other', sealing: 'tls' }), 'identifier-foreign');
  await refuses(judged({ purpose: 'other', sealing: 'tls' }), 'not-allowed');
  await refuses(judged({ sealing: 'tls' }), 'leg-mismatch');
  await refuses(judged({}), 'quota-exceeded');
});

test('a quota is counted by grant and minute, and a refusal names the next minute', async () => {
  const quotas = new Quotas();
  const [one, other] = [grantOf({ quota: 1 }), grantOf({ quota: 1, purpose: 'other' })];
  quotas.take(one, NOW);
  const { facts } = await assertRefused(() => quotas.take(one, NOW + 59_999), 'quota-exceeded');
  assert.equal(facts.until, '2026-11-21T12:01:00.000Z');
  quotas.take(other, NOW);
  quotas.take(grantOf({ quota: 1, client: 'FI/GOV/1/x' }), NOW);
  quotas.take(one, NOW + 60_000);
  await refuses(() => quotas.take(one, NOW + 60_000), 'quota-exceeded');
});

test('the two versions of a grant around a change share one quota', async () => {
  const quotas = new Quotas();
  quotas.take(grantOf({ quota: 2 }), NOW);
  quotas.take(grantOf({ quota: 2, maxBytes: 5 }), NOW);
  await refuses(() => quotas.take(grantOf({ quota: 2 }), NOW), 'quota-exceeded');
});

test('whatever fits the limit of a grant in plain also fits it sealed', () => {
  for (const bytes of [0, 1, 16_384, 1_000_000]) {
    const manifest = Math.ceil((bytes * 4) / 3);
    assert.ok(manifest <= sealedLimit(bytes), 'all of it in the manifest, as base64');
    assert.ok(encryptChunked(Buffer.alloc(32), '', Buffer.alloc(bytes)).length <= sealedLimit(bytes), 'all of it in one part');
  }
});
