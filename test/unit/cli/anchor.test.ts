import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { anchorConsent, anchorInit, anchorIssue, anchorList, anchorNotices, anchorRenew, anchorRotate, anchorWithdraw } from '../../../src/trust/anchor-work.ts';
import { renderAnchor } from '../../../src/cli/anchor-list.ts';
import { DOCUMENT_LIMITS, readConfiguration, readSubordinate } from '../../../src/trust/entity-statement.ts';
import { readDocument, verifyDocument } from '../../../src/crypto/signed-document.ts';
import { statementPath } from '../../../src/trust/layout.ts';
import { resolveChain } from '../../../src/trust/resolve.ts';
import { ENTITY, configurationOf, makeAnchors } from '../../support/anchors.ts';
import { refuses } from '../../support/refused.ts';

const NOW = Date.parse('2026-06-15T12:00:00Z');
const DAY_MS = 86_400_000;
const made: { remove(): void }[] = [];

async function anchors() {
  const two = await makeAnchors(NOW);
  made.push(two);
  return two;
}

describe('causeway anchor', () => {
  after(() => made.forEach(({ remove }) => remove()));

  test('what two anchors publish is a chain from one country to the gateway of the other', async () => {
    const { pin, places } = await anchors();
    const { superiors, metadata } = await resolveChain(ENTITY.gateway, pin, places, NOW);
    assert.deepEqual(superiors.map(({ entity }) => entity), [ENTITY.fi, ENTITY.ee]);
    assert.equal(metadata['cross_border_gateway']?.['country'], 'FI');
  });

  test('the offline key signs the configuration, the online key the statements; both are readable by one user alone', async () => {
    const { ee } = await anchors();
    const { document, claims } = readConfiguration(readFileSync(configurationOf(ee), 'utf8'));
    const [offline, online] = claims.jwks.keys.map(({ kid }) => kid);
    assert.equal(document.kid, offline);
    assert.equal(claims.exp - claims.iat, 365 * 86_400);
    const statement = readSubordinate(readFileSync(join(ee, 'public', statementPath(ENTITY.fi)), 'utf8'));
    assert.equal(statement.document.kid, online);
    assert.equal(statement.claims.exp - statement.claims.iat, 14 * 86_400);
    for (const file of [join(ee, 'offline', 'anchor.key.pem'), join(ee, 'online', `${online ?? ''}.key.pem`)]) assert.equal(statSync(file).mode & 0o777, 0o600);
  });

  test('day by day nothing needs the offline key', async () => {
    const { ee, fi, gateway, pin, places } = await anchors();
    for (const folder of [ee, fi]) rmSync(join(folder, 'offline'), { recursive: true });
    const later = NOW + 20 * DAY_MS;
    await gateway.publish(later);
    await refuses(resolveChain(ENTITY.gateway, pin, places, later), 'chain-expired');
    for (const folder of [ee, fi]) assert.deepEqual(await anchorRenew(folder, undefined, later), []);
    await resolveChain(ENTITY.gateway, pin, places, later);
    await refuses(anchorConsent(fi, 'https://anchor.lv.example', undefined, later), 'config-invalid');
  });

  test('a configuration that will expire is told of, and renewed with the offline key', async () => {
    const { ee } = await anchors();
    const late = NOW + 320 * DAY_MS;
    assert.match((await anchorRenew(ee, undefined, late)).join(), /renew it with --offline-key/);
    assert.deepEqual(await anchorRenew(ee, join(ee, 'offline', 'anchor.key.pem'), late), []);
  });

  test("another anchor's offline key is refused", async () => {
    const { ee, fi } = await anchors();
    await refuses(anchorRenew(ee, join(fi, 'offline', 'anchor.key.pem'), NOW), 'config-invalid');
  });

  test('a gateway is stated under the fingerprint that its people told, and under no other', async () => {
    const { ee, gateway, fi } = await anchors();
    const issue = { folder: fi, file: gateway.file, kind: 'gateway', names: [] } as const;
    await anchorWithdraw({ folder: fi, entity: ENTITY.gateway, reason: 'moved' }, NOW);
    await refuses(anchorIssue(issue, NOW), 'config-invalid');
    await refuses(anchorIssue({ ...issue, fingerprint: 'abcd' }, NOW), 'config-invalid');
    assert.equal(existsSync(join(fi, 'public', statementPath(ENTITY.gateway))), false);
    await anchorIssue({ ...issue, fingerprint: gateway.fingerprint.toUpperCase() }, NOW);
    assert.deepEqual(anchorList(fi).notices.list, [], 'the notice against it is gone');
    await anchorIssue(issue, NOW);
    await refuses(anchorIssue({ ...issue, folder: ee, fingerprint: gateway.fingerprint }, NOW), 'chain-untrusted');
  });

  test('an anchor abroad is stated with the names that it may vouch for', async () => {
    const { ee, fi } = await anchors();
    const { constraints } = readSubordinate(readFileSync(join(ee, 'public', statementPath(ENTITY.fi)), 'utf8')).claims;
    assert.deepEqual(constraints, { max_path_length: 1, naming_constraints: { permitted: ['.fi.example'] }, allowed_entity_types: ['cross_border_gateway'] });
    await refuses(anchorIssue({ folder: ee, file: configurationOf(fi), kind: 'anchor', names: [] }, NOW), 'config-invalid');
  });

  test('an anchor that has not agreed cannot be stated', async () => {
    const { ee, root } = await anchors();
    const folder = join(root, 'lv');
    const fingerprint = await anchorInit({ folder, entity: 'https://anchor.lv.example', country: 'LV', environment: 'test', superiors: [] }, NOW);
    const issue = { folder: ee, file: configurationOf(folder), kind: 'anchor', names: ['.lv.example'], fingerprint } as const;
    await refuses(anchorIssue(issue, NOW), 'chain-untrusted');
    await anchorConsent(folder, ENTITY.ee, undefined, NOW);
    assert.equal((await anchorIssue(issue, NOW)).entity, 'https://anchor.lv.example');
  });

  test('notice lists are numbered upwards, also when they are empty and when the register comes back from a backup', async () => {
    const { ee } = await anchors();
    const first = await anchorNotices(ee, NOW);
    assert.equal(await anchorNotices(ee, NOW), first + 1);
    assert.equal(await anchorNotices(ee, NOW + 60_000), NOW / 1000 + 60);
    assert.equal(await anchorWithdraw({ folder: ee, entity: ENTITY.fi, reason: 'compromised' }, NOW + 60_000), NOW / 1000 + 61);
    assert.deepEqual(anchorList(ee).notices.list, [{ entity: ENTITY.fi, at: NOW / 1000 + 60, reason: 'compromised' }]);
  });

  test('the online key changes in two steps, and the chain holds at each; the old one becomes historical', async () => {
    const { ee, fi, pin, places } = await anchors();
    const [before] = anchorList(fi).issuers;
    const next = await anchorRotate(fi, 'publish', undefined, NOW + 1000);
    await resolveChain(ENTITY.gateway, pin, places, NOW + 1000);
    await refuses(anchorRotate(fi, 'publish', undefined, NOW + 1000), 'config-invalid');
    // Stated abroad, under the key that signs its configuration and is stated already.
    await anchorIssue({ folder: ee, file: configurationOf(fi), kind: 'anchor', names: ['.fi.example'] }, NOW + 2000);
    await anchorRotate(fi, 'switch', undefined, NOW + 3000);
    await resolveChain(ENTITY.gateway, pin, places, NOW + 3000);
    assert.deepEqual(anchorList(fi).issuers, [next]);
    const historical = readDocument(readFileSync(join(fi, 'public', 'federation', 'historical-keys'), 'utf8'), 'jwk-set+jwt', DOCUMENT_LIMITS);
    await verifyDocument(historical, readConfiguration(readFileSync(configurationOf(fi), 'utf8')).claims.jwks.keys);
    assert.deepEqual((historical.claims as { keys: { kid: string }[] }).keys.map(({ kid }) => kid), [before]);
  });

  test('a switch that was not stated abroad breaks the chain', async () => {
    const { fi, pin, places } = await anchors();
    await anchorRotate(fi, 'publish', undefined, NOW);
    await anchorRotate(fi, 'switch', undefined, NOW);
    await refuses(resolveChain(ENTITY.gateway, pin, places, NOW), 'chain-untrusted');
  });

  test('a folder holds one anchor, and an entity id is an https URL', async () => {
    const { ee, root } = await anchors();
    const initial = { country: 'EE', environment: 'test', superiors: [] };
    await refuses(anchorInit({ ...initial, folder: ee, entity: ENTITY.ee }, NOW), 'config-invalid');
    await refuses(anchorInit({ ...initial, folder: join(root, 'x'), entity: 'http://anchor.ee.example' }, NOW), 'config-invalid');
    await refuses(() => anchorList(join(root, 'nothing')), 'config-invalid');
  });

  test('the list shows what people have to know', async () => {
    const { ee } = await anchors();
    await anchorWithdraw({ folder: ee, entity: ENTITY.gateway, key: 'k1', reason: 'lost' }, NOW);
    const text = renderAnchor(anchorList(ee));
    assert.match(text, /^https:\/\/anchor\.ee\.example {2}EE, test, until 2027-06-15T12:00:00\.000Z/);
    assert.match(text, /states anchor https:\/\/anchor\.fi\.example \(\.fi\.example\) with /);
    assert.match(text, /"key":"k1"/);
  });
});
