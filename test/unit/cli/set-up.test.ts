/** The commands with which two gateways are set up by hand. */
import assert from 'node:assert/strict';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { cpSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { configCheck, renderConfigReport } from '../../../src/cli/config-check.ts';
import { makeKeys, renderKeys } from '../../../src/cli/keys-make.ts';
import { linkHashes, renderLinkHashes } from '../../../src/cli/link-hash.ts';
import { exportTrust, importTrust } from '../../../src/cli/trust.ts';
import { readTrustFile } from '../../../src/config/config.ts';
import { CausewayError } from '../../../src/errors.ts';
import { change, makeGatewayFolders, NOW } from '../../support/gateway-folders.ts';
import type { GatewayFolders } from '../../support/gateway-folders.ts';
import { proveBefore } from '../../support/proven.ts';

suite('setting up by hand', () => {
  let folders: GatewayFolders;
  before(async () => {
    folders = await makeGatewayFolders();
    await Promise.all([proveBefore('EE', join(folders.ee, 'data')), proveBefore('FI', join(folders.fi, 'data'))]);
  });
  after(() => folders.remove());

  test('both folders are valid, and both sides compute the same hash of the agreement', async () => {
    const reports = await Promise.all([configCheck(folders.fi, NOW), configCheck(folders.ee, NOW)]);
    for (const report of reports) assert.ok(report.ok, renderConfigReport(report));
    assert.match(renderConfigReport(reports[0]), /^link ee-fi version 1 with https:\/\/gateway\.ee\.example, in force from 2026-01-01T00:00:00Z: [\w-]{43}$/m);
    assert.equal(reports[0].links[0]?.sha256, reports[1].links[0]?.sha256);
    const [hash] = linkHashes(join(folders.fi, 'links/ee.yaml'));
    assert.deepEqual([hash?.id, hash?.version, hash?.sha256], ['ee-fi', 1, reports[0].links[0]?.sha256]);
    assert.equal(renderLinkHashes([hash!]), `ee-fi version 1, in force from 2026-01-01T00:00:00Z: ${hash?.sha256}`);
  });

  test('config check finds an agreement that is not the one that was signed', async () => {
    const file = join(folders.ee, 'links/fi.yaml');
    const original = readFileSync(file);
    change(file, [[['agreement', 'legs', 0, 'grants', 0, 'quota'], 601]]);
    const found = await configCheck(folders.ee, NOW);
    change(file, [[['settings', 'unsafeAgreementWithoutSignatures'], true]]);
    const taken = await configCheck(folders.ee, NOW);
    writeFileSync(file, original);
    assert.deepEqual([found.ok, found.problems.map(({ path, text, severity }) => [path, text, severity])], [false, [
      ['agreement', 'version 1, as it stands in the file, is not the one that was signed', 'error'],
      ['agreement', 'version 1 is signed and does not stand in the file: `causeway link accept` puts it there', 'error'],
    ]]);
    assert.deepEqual([taken.ok, taken.problems.map(({ severity }) => severity)], [true, ['warning', 'warning']]);
  });

  test('our own settings do not change the hash, a term does', () => {
    const file = join(folders.fi, 'links/ee.yaml');
    const original = readFileSync(file);
    const [before_] = linkHashes(file);
    change(file, [[['settings', 'connections'], 2]]);
    assert.equal(linkHashes(file)[0]?.sha256, before_?.sha256);
    change(file, [[['agreement', 'legs', 0, 'grants', 0, 'quota'], 2]]);
    assert.notEqual(linkHashes(file)[0]?.sha256, before_?.sha256);
    writeFileSync(file, original);
  });

  test('config check finds a neutral form that is not that of our mapping, a service without mapping, and an identifier in another spelling', async () => {
    const file = join(folders.ee, 'links/fi.yaml');
    const original = readFileSync(file);
    change(file, [
      [['agreement', 'legs', 0, 'grants', 0, 'neutral', 'sha256'], Buffer.alloc(32).toString('base64url')],
      [['agreement', 'legs', 1, 'grants', 0, 'service'], 'FI/GOV/0244683-1/prh/other'],
      [['agreement', 'legs', 0, 'grants', 1, 'client'], 'FI/MUN/%30101263-6/vaestotiedot'],
    ]);
    const { ok, problems } = await configCheck(folders.ee, NOW);
    writeFileSync(file, original);
    assert.equal(ok, false);
    assert.deepEqual(problems.map(({ path }) => path), ['agreement.legs[0].grants[0].neutral.sha256', 'agreement.legs[0].grants[1].client', 'agreement.legs[1].grants[0].service']);
    assert.match(problems[0]?.hint ?? '', /^ours is employment-income\/v1 [\w-]{43}$/);
  });

  test('config check finds fields that the neutral form does not have, that cross already, and required ones that are not listed', async () => {
    const file = join(folders.fi, 'links/ee.yaml');
    const original = readFileSync(file);
    const fields = { request: ['/person', '/period/fro', '/period/to'], response: ['/outcome', '/payments/*/month', '/payments/*/amount', '/payments/*/amount/value', '/payments/0/employer', '/sums'] };
    change(file, [[['agreement', 'legs', 0, 'grants', 0, 'fields'], fields]]);
    const { ok, problems } = await configCheck(folders.fi, NOW);
    const lines = readFileSync(file, 'utf8').split('\n');
    writeFileSync(file, original);
    assert.equal(ok, false);
    const base = 'agreement.legs[0].grants[0].fields.';
    assert.deepEqual(problems.map(({ path, text, hint }) => [path.replace(base, ''), text, hint]), [
      ['request', 'the neutral form requires "/period/from", which is not listed', 'add "/period/from"'],
      ['request[1]', 'the neutral form has no field "/period/fro"', 'did you mean "/period/from"?'],
      ['response', 'the neutral form requires "/payments/*/employer", which is not listed', 'add "/payments/*/employer"'],
      ['response[3]', '"/payments/*/amount/value" crosses with "/payments/*/amount" already', undefined],
      ['response[4]', 'the neutral form has no field "/payments/0"', 'did you mean "/payments/*"?'],
      ['response[5]', 'the neutral form has no field "/sums"', 'known there: outcome, payments'],
    ]);
    assert.match(lines[(problems[1]?.line ?? 0) - 1] ?? '', /\/period\/fro/);
  });

  test('config check finds a field that our own form cannot do without, on the side that writes it', async () => {
    const own = join(folders.fi, 'own-mappings');
    cpSync(join(import.meta.dirname, '../../../mappings'), own, { recursive: true });
    const person = join(own, 'fi/person.yaml');
    const text = readFileSync(person, 'utf8');
    const strict = text.replace('neutral: deathDate, as: date(yyyymmdd)', 'neutral: deathDate, as: date(yyyymmdd), empty: kept');
    assert.notEqual(strict, text);
    writeFileSync(person, strict);
    const fields = { response: ['/outcome', '/person/identifier', '/person/givenName', '/person/familyName'] };
    const [fi, ee] = [await checkedWith('fi', 'ee', fields, own), await checkedWith('ee', 'fi', fields, own)];
    assert.deepEqual(ee, []);
    assert.deepEqual(fi.map(({ path }) => path), ['agreement.legs[0].grants[1].fields.response']);
    assert.match(fi[0]?.text ?? '', /^our mapping fi\/person \(revision \d+\) cannot write its form without "person\.deathDate", which is not listed$/);
  });

  /** Problems of one side with a list of fields for the population query. */
  async function checkedWith(own: 'fi' | 'ee', peer: 'fi' | 'ee', fields: object, mappings: string) {
    const files = [join(folders[own], `links/${peer}.yaml`), join(folders[own], 'gateway.yaml')] as const;
    const originals = files.map((file) => readFileSync(file));
    change(files[0], [[['agreement', 'legs', 0, 'grants', 1, 'fields'], fields]]);
    change(files[1], [[['mappings'], mappings]]);
    folders.sign();
    const { problems } = await configCheck(folders[own], NOW);
    files.forEach((file, at) => writeFileSync(file, originals[at] ?? ''));
    folders.sign();
    return problems;
  }

  test('config check shows what is wrong with the mappings', async () => {
    const file = join(folders.ee, 'gateway.yaml');
    const original = readFileSync(file);
    change(file, [[['mappings'], folders.ee]]);
    const report = await configCheck(folders.ee, NOW);
    writeFileSync(file, original);
    assert.equal(report.ok, false);
    assert.ok(report.mappings.length > 0);
  });

  test('keys are made once, each for its role, and only their owner can read the secret ones', async () => {
    const out = join(folders.fi, 'new-keys');
    const made = await makeKeys({ out, host: 'gateway.fi.example' }, NOW);
    for (const [role, file] of Object.entries(made.files)) if (role !== 'tlsCertificate') assert.equal(statSync(file).mode & 0o777, 0o600, role);
    assert.equal(new Set(Object.values(made.public)).size, 7);
    assert.equal(createPrivateKey(readFileSync(made.files['log']!)).asymmetricKeyType, 'ed25519');
    assert.equal(createPrivateKey(readFileSync(made.files['statement']!)).asymmetricKeyDetails?.namedCurve, 'prime256v1');
    assert.ok(new X509Certificate(readFileSync(made.files['tlsCertificate']!)).checkPrivateKey(createPrivateKey(readFileSync(made.files['tlsKey']!))));
    assert.deepEqual((await makeKeys({ out, host: 'gateway.fi.example' }, NOW)).public, made.public, 'a second run keeps them');
    for (const secret of ['statement', 'log', 'evidence']) assert.ok(!renderKeys(made).includes(readFileSync(made.files[secret]!, 'utf8').trim().split('\n').at(-2) ?? '?'));
  });

  test('an exported file has public parts only', async () => {
    const { document } = await exportTrust(folders.fi, 30, NOW);
    assert.ok(!/"d"|PRIVATE/.test(document));
    const { statement } = JSON.parse(document) as { statement: { notBefore: string; notAfter: string }[] };
    assert.deepEqual([statement[0]?.notBefore, statement[0]?.notAfter], ['2026-06-01T12:00:00.000Z', '2026-07-01T12:00:00.000Z']);
  });

  test("an import shows what changes, and the peer's keys are those of the file", async () => {
    const file = join(folders.fi, 'incoming.json');
    const first = await exportTrust(folders.ee, 30, NOW);
    writeFileSync(file, first.document);
    const again = importTrust(file, folders.fi, first.fingerprint.toUpperCase().replaceAll(' ', ':'));
    assert.match(again[0] ?? '', /trust\/EE\.json: keys of https:\/\/gateway\.ee\.example$/);
    assert.ok(again.slice(1).every((line) => /^ {2}~ (statement|encryption|tls) \S+ now until 2026-07-01/.test(line)) && again.length === 4, again.join('\n'));
    assert.deepEqual(readTrustFile(join(folders.fi, 'trust/EE.json')), JSON.parse(first.document));
    assert.deepEqual(importTrust(file, folders.fi, first.fingerprint).slice(1), ['  no change']);
    rmSync(join(folders.ee, 'keys/statement.key.pem'));
    await makeKeys({ out: join(folders.ee, 'keys'), host: 'gateway.ee.example' }, NOW);
    const renewed = await exportTrust(folders.ee, 30, NOW);
    writeFileSync(file, renewed.document);
    assert.deepEqual(importTrust(file, folders.fi, renewed.fingerprint).slice(1).map((line) => line.slice(0, 13)), ['  + statement', '  - statement']);
  });

  test('a file with one character changed on the way is refused, and nothing is stored', async () => {
    const file = join(folders.fi, 'tampered.json');
    const stored = readFileSync(join(folders.fi, 'trust/EE.json'));
    const { document, fingerprint } = await exportTrust(folders.ee, 31, NOW);
    writeFileSync(file, document.replace('2026-07-02', '2027-07-02'));
    assert.throws(() => importTrust(file, folders.fi, fingerprint), (error: CausewayError) => error.code === 'config-invalid' && error.message.includes('is not what the peer sent'));
    assert.deepEqual(readFileSync(join(folders.fi, 'trust/EE.json')), stored);
  });

  test('a beginning of the fingerprint is not enough', async () => {
    const file = join(folders.fi, 'short.json');
    const { document, fingerprint } = await exportTrust(folders.ee, 31, NOW);
    writeFileSync(file, document);
    for (const short of ['', fingerprint.slice(0, 19)]) assert.throws(() => importTrust(file, folders.fi, short), CausewayError);
  });

  test('a file of our own country is refused', async () => {
    const file = join(folders.fi, 'own.json');
    const { document, fingerprint } = await exportTrust(folders.fi, 31, NOW);
    writeFileSync(file, document);
    assert.throws(() => importTrust(file, folders.fi, fingerprint), /of our own country/);
    assert.ok(!existsSync(join(folders.fi, 'trust/FI.json')));
  });
});
