import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import type { Clock } from '../../../src/platform/clock.ts';
import { EE_PLAN } from '../../../src/sandbox/countries/ee/plan.ts';
import { FI_PLAN } from '../../../src/sandbox/countries/fi/plan.ts';
import { prepareCountry } from '../../../src/sandbox/pki/prepare.ts';
import { clock, folder } from './running.ts';

const DAY = 24 * 60 * 60 * 1000;
const later = (days: number): Clock => ({ now: () => clock.now() + days * DAY, monotonic: () => clock.monotonic() });

test('a second start reads what the first one made, and private keys are for their owner alone', async () => {
  const place = await folder();
  const first = await prepareCountry(place, EE_PLAN, clock);
  assert.deepEqual(await prepareCountry(place, EE_PLAN, clock), first);
  assert.equal((await stat(first.gateway.member.keyFile)).mode & 0o777, 0o600);
  assert.equal(await readFile(first.gateway.tls.certificateFile, 'utf8'), first.gateway.tls.certificate);
});

test('a file that a killed start left half-written is made again', async () => {
  const place = await folder();
  const first = await prepareCountry(place, EE_PLAN, clock);
  await writeFile(first.gateway.tls.keyFile, first.gateway.tls.key.slice(0, 60));
  const second = await prepareCountry(place, EE_PLAN, clock);
  assert.notEqual(second.gateway.tls.certificate, first.gateway.tls.certificate);
  assert.equal(second.gateway.member.certificate, first.gateway.member.certificate);
});

test('when an authority is made anew, so is every certificate under it', async () => {
  const place = await folder();
  const first = await prepareCountry(place, EE_PLAN, clock);
  await rm(first.tlsAuthority.keyFile);
  const second = await prepareCountry(place, EE_PLAN, clock);
  const authority = new X509Certificate(second.tlsAuthority.certificate).publicKey;
  for (const made of [second.securityServer, second.securityServerExpired, second.gateway.tls, ...Object.values(second.systems).map(({ tls }) => tls)]) {
    assert.ok(new X509Certificate(made.certificate).verify(authority));
  }
  assert.equal(second.signingAuthority.certificate, first.signingAuthority.certificate);
});

test('certificates are renewed in their last month', async () => {
  const place = await folder();
  const first = await prepareCountry(place, EE_PLAN, clock);
  assert.equal((await prepareCountry(place, EE_PLAN, later(600))).gateway.tls.certificate, first.gateway.tls.certificate);
  assert.notEqual((await prepareCountry(place, EE_PLAN, later(705))).gateway.tls.certificate, first.gateway.tls.certificate);
});

test('the expired certificates are over the same key as the valid ones, and out of their time', async () => {
  const keys = await prepareCountry(await folder(), EE_PLAN, clock);
  const signer = keys.systems['rr']?.member;
  assert.ok(signer !== undefined);
  for (const [valid, expired] of [[keys.securityServer, keys.securityServerExpired], [signer.valid, signer.expired]] as const) {
    assert.equal(expired.key, valid.key);
    assert.ok(new X509Certificate(expired.certificate).validToDate.getTime() < clock.now());
  }
});

test('members are named by the profile of the platform: CN the code, serialNumber instance, server and class', async () => {
  const keys = await prepareCountry(await folder(), FI_PLAN, clock);
  const subject = new X509Certificate(keys.systems['vaestotiedot']?.member?.valid.certificate ?? '').subject;
  assert.deepEqual(subject.split('\n'), ['C=FI', 'O=Merilahden kaupunki', 'CN=0101263-6', 'serialNumber=FI/SS1/MUN']);
});
