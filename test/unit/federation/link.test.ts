import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import canonicalize from 'canonicalize';
import { acceptedVersion, findGrant, makeLink, sameOperation, versionInForce } from '../../../src/federation/link.ts';
import type { Agreement } from '../../../src/federation/link.ts';
import { refuses } from '../../support/refused.ts';
import { DIGEST, entityOf, grantOf, makePair } from '../../support/sides.ts';

const SETTINGS = { url: 'https://127.0.0.1:1', connections: 1, mappingOverlap: 120_000 };
const EE = entityOf('EE');
const [{ agreement: first }] = makePair().ee.link.versions;
const CHANGE = Date.parse('2026-06-01T00:00:00Z');
const second: Agreement = { ...first, version: 2, effective: '2026-06-01T00:00:00Z' };
const third: Agreement = { ...first, version: 3, effective: '2026-09-01T00:00:00Z' };
const link = makeLink([third, first, second], EE, SETTINGS);
const named = (version: number) => {
  const found = link.versions.find(({ agreement }) => agreement.version === version);
  assert.ok(found);
  return { id: found.agreement.id, version, sha256: found.sha256 };
};

test('each side sees the other as its peer, and the two legs from its own end', () => {
  const [ee] = link.versions;
  const [fi] = makeLink([first], entityOf('FI'), SETTINGS).versions;
  assert.deepEqual([ee.us.country, ee.peer.country, ee.out.from, ee.in.from], ['EE', 'FI', 'EE', 'FI']);
  assert.deepEqual([fi.us.country, fi.peer.country, fi.out.from, fi.in.from], ['FI', 'EE', 'FI', 'EE']);
});

test('both sides have the same hash: SHA-256 of the RFC 8785 form of the agreement, whatever our own settings are', () => {
  const expected = createHash('sha256').update(canonicalize(first) ?? '').digest('base64url');
  const other = makeLink([first], entityOf('FI'), { url: 'https://elsewhere:2', connections: 9, mappingOverlap: 0, suspended: { reason: 'x' } });
  assert.deepEqual([link.versions[0].sha256, other.versions[0].sha256], [expected, expected]);
});

test('anything that is changed in the agreement changes the hash', () => {
  const [leg, back] = first.legs;
  const wider = { ...first, legs: [{ ...leg, grants: [grantOf({ quota: 1001 })] }, back] as const };
  assert.notEqual(makeLink([wider], EE, SETTINGS).versions[0].sha256, link.versions[0].sha256);
});

test('the version in force is the last one that has begun', () => {
  assert.equal(versionInForce(link, CHANGE - 1).agreement.version, 1);
  assert.equal(versionInForce(link, CHANGE).agreement.version, 2);
  assert.equal(versionInForce(link, Date.parse('2030-01-01T00:00:00Z')).agreement.version, 3);
});

test('before the first version there is no link', () => refuses(() => versionInForce(link, Date.parse('2025-12-31T23:59:59Z')), 'link-mismatch'));

for (const [version, iat, what] of [
  [1, CHANGE - 1, 'the version in force'],
  [1, CHANGE + 119_999, 'the version before, 1 ms under 120 s after the change'],
  [2, CHANGE - 120_000, 'the next version, 120 s before the change'],
  [2, CHANGE, 'the version in force from its first millisecond'],
] as const) {
  test(`${what} is accepted`, () => assert.equal(acceptedVersion(link, named(version), iat).agreement.version, version));
}

for (const [version, iat, what] of [
  [1, CHANGE + 120_000, 'the version before, 120 s after the change'],
  [2, CHANGE - 120_001, 'the next version, more than 120 s before the change'],
  [3, CHANGE, 'a version that is not next to the change'],
  [1, Date.parse('2025-12-31T23:57:59Z'), 'the first version, more than 120 s before it begins'],
] as const) {
  test(`${what} is refused`, () => refuses(() => acceptedVersion(link, named(version), iat), 'link-mismatch'));
}

test('a version is known by id, number and hash together', async () => {
  for (const wrong of [{ ...named(1), sha256: DIGEST }, { ...named(1), version: 2 }, { ...named(1), id: 'other' }]) await refuses(() => acceptedVersion(link, wrong, CHANGE - 1), 'link-mismatch');
});

test('no link is made of versions that do not belong together', async () => {
  const [a, b] = first.parties;
  const mistakes: Record<string, readonly Agreement[]> = {
    'no version': [],
    'another link': [first, { ...second, id: 'other' }],
    'another peer': [first, { ...second, parties: [a, { ...b, entity: 'https://other.example' }] }],
    'the peer in another country': [first, { ...second, parties: [a, { ...b, country: 'LV' }], legs: [{ ...first.legs[0], from: 'LV' }, { ...first.legs[1], to: 'LV' }] }],
    'a number twice': [first, { ...second, version: 1 }],
    'a lower number that begins later': [{ ...first, version: 3 }, second],
    'not our link': [{ ...first, parties: [{ ...a, entity: 'https://x.example' }, b] }],
    'one leg only': [{ ...first, legs: [first.legs[0], first.legs[0]] }],
    'no date': [{ ...first, effective: 'soon' }],
  };
  for (const [what, agreements] of Object.entries(mistakes)) await refuses(() => makeLink(agreements, EE, SETTINGS), 'config-invalid').catch((cause: unknown) => assert.fail(`${what}: ${String(cause)}`));
});

test('a grant is found by client, service, operation and purpose, and carries how its leg seals', async () => {
  const { in: leg } = link.versions[0];
  const use = { client: 'FI/GOV/0245458-6/vero', service: 'EE/GOV/70000349/emta/echo/v1', operation: { name: 'echo' } };
  assert.equal(findGrant(leg, { ...use, purpose: 'test' }).sealing, 'jwe');
  assert.equal(findGrant(leg, use).purpose, 'test', 'at home the caller names no purpose');
  for (const wrong of [{ client: 'FI/X/1' }, { service: 'EE/X/1/s/t' }, { operation: { name: 'other' } }, { purpose: 'other' }]) await refuses(() => findGrant(leg, { ...use, ...wrong }), 'not-allowed');
});

test('operations are the same by name, or by method and template', () => {
  assert.equal(sameOperation({ name: 'a' }, { name: 'a' }), true);
  assert.equal(sameOperation({ name: 'a' }, { name: 'b' }), false);
  assert.equal(sameOperation({ method: 'GET', template: '/a' }, { method: 'GET', template: '/a' }), true);
  assert.equal(sameOperation({ method: 'GET', template: '/a' }, { method: 'POST', template: '/a' }), false);
  assert.equal(sameOperation({ method: 'GET', template: '/a' }, { method: 'GET', template: '/b' }), false);
  assert.equal(sameOperation({ name: 'a' }, { method: 'GET', template: '/a' }), false);
  assert.equal(sameOperation({ method: 'GET', template: '/a' }, { name: 'a' }), false);
});
