/** Revocation of signing certificates against OpenSSL's own authority, OCSP responder and revocation list. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { certificatePath } from '../../src/crypto/certificate-path.ts';
import type { CertificatePath } from '../../src/crypto/certificate-path.ts';
import { readCrl } from '../../src/crypto/crl.ts';
import { download, post } from '../../src/platform/download.ts';
import { Revocation } from '../../src/trust/revocation.ts';
import type { RevocationSource } from '../../src/trust/revocation.ts';
import { opensslCa } from '../support/openssl-ca.ts';
import type { OpensslCa } from '../support/openssl-ca.ts';
import { refuses } from '../support/refused.ts';
import { newAuthority } from '../support/revocation.ts';
import { tool } from '../support/tool.ts';
import { trust } from '../support/wss.ts';

const LIMITS = { maxBytes: 1024 ** 2, timeout: 10_000 };

describe("OpenSSL's authority", { skip: tool('openssl', 'version') }, () => {
  let ca: OpensslCa;
  let [good, bad]: CertificatePath[] = [];
  const pathOf = (certificate: Uint8Array) => certificatePath({ authorities: [ca.certificate] }, certificate, Date.now());
  /** Our clock may be moved: it is ours that judges age. */
  let ahead = 0;
  const reports: boolean[] = [];
  const revocation = (source: Partial<RevocationSource> = { ocsp: { url: ca.url, responders: [] } }, crl: () => Uint8Array = () => ca.crl()) =>
    new Revocation({
      policy: 'required',
      maxAge: 60_000,
      clock: { now: () => Date.now() + ahead, monotonic: () => performance.now() },
      sources: [{ authority: ca.certificate, ...source }],
      get: async (url) => (url === 'file:crl' ? { status: 200, contentType: 'application/pkix-crl', body: crl() } : download(url, LIMITS)),
      post: (url, type, body) => post(url, type, body, LIMITS),
      report: (loss) => void reports.push(loss === undefined),
    });

  before(async () => {
    ca = await opensslCa();
    [good, bad] = [pathOf(ca.issue('70000349')), pathOf(ca.issue('70000350'))];
    ca.revoke('70000350');
    await ca.start();
  });
  after(() => ca.close());

  test('a certificate that it answers "good" about passes', () => revocation().check(good!));
  test('one that it revoked is refused', () => refuses(() => revocation().check(bad!), 'signature-untrusted'));
  test('one that it does not know is refused', async () => {
    const other = await opensslCa();
    const last = ['a', 'b', 'c', '70000351'].map((name) => other.issue(name)).at(-1)!;
    const unknown = certificatePath({ authorities: [other.certificate] }, last, Date.now());
    // The stranger's certificate as if our authority had issued it: the responder has no such serial number.
    const forged = { ...unknown, authorities: good!.authorities };
    await other.close();
    await refuses(() => revocation().check(forged), 'signature-untrusted');
  });
  test('an answer that has expired by our clock counts for nothing', async () => {
    ahead = 600_000;
    await refuses(() => revocation().check(good!), 'dependency-lost');
    ahead = 0;
  });
  test('while the responder is down, what it said last stands, and a new signer is refused; it comes back by itself', async () => {
    const watch = revocation();
    await watch.check(good!);
    await ca.stop();
    reports.length = 0;
    ahead = 120_000;
    await watch.check(good!);
    assert.deepEqual(reports, [false]);
    ahead = 0;
    await refuses(() => watch.check(bad!), 'dependency-lost');
    await ca.start();
    ahead = 11_000;
    await refuses(() => watch.check(bad!), 'signature-untrusted');
    ahead = 0;
    await watch.check(good!);
    assert.equal(reports.at(-1), true);
  });
  test('a responder that the authority did not make for this counts for nothing', async () => {
    await ca.start('stranger');
    await refuses(() => revocation().check(good!), 'dependency-lost');
    await ca.start();
  });

  test('its revocation list says the same', async () => {
    const watch = revocation({ crl: { url: 'file:crl' } });
    await watch.check(good!);
    await refuses(() => watch.check(bad!), 'signature-untrusted');
  });
  test('a list that names a signer counts as soon as it is here, and an older one, played back, takes nothing back', async () => {
    const lists = [ca.crl()];
    const watch = revocation({ crl: { url: 'file:crl' } }, () => lists.at(-1)!);
    const leaving = pathOf(ca.issue('70000352'));
    await watch.check(leaving);
    // A list says its time in whole seconds.
    await sleep(1100);
    ca.revoke('70000352');
    lists.push(ca.crl());
    ahead = 35_000;
    await watch.look();
    await refuses(() => watch.check(leaving), 'signature-untrusted');
    lists.push(lists[0]!);
    ahead = 120_000;
    await watch.look();
    await refuses(() => watch.check(leaving), 'signature-untrusted');
    assert.equal(reports.at(-1), false);
    ahead = 0;
  });
  test('its list, past its end, counts for nothing', async () => {
    ahead = 3 * 86_400_000;
    await refuses(() => revocation({ crl: { url: 'file:crl' } }).check(good!), 'dependency-lost');
    ahead = 0;
  });
  test('its list with a byte changed, or of another authority, is refused', async () => {
    const changed = Buffer.from(ca.crl());
    changed[changed.length - 5]! ^= 1;
    await refuses(() => readCrl(changed, ca.certificate), 'signature-invalid');
    await refuses(() => readCrl(ca.crl(), trust(newAuthority('Other')).authorities[0]!), 'signature-untrusted');
  });
});
