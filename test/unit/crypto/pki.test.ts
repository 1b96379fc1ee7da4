import assert from 'node:assert/strict';
import { createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { certify, createAuthority, issue } from '../../../src/crypto/pki.ts';

const VALIDITY = { notBefore: Date.UTC(2026, 0, 1), notAfter: Date.UTC(2027, 0, 1) };
const ROOT = createAuthority({ subject: [['C', 'EE'], ['O', 'Näide OÜ'], ['CN', 'Root']], algorithm: 'P-256', ...VALIDITY });

for (const algorithm of ['RSA-2048', 'P-256'] as const) {
  test(`${algorithm}: an authority signs itself, and what it issues belongs to its key`, () => {
    const authority = createAuthority({ subject: [['CN', 'Authority']], algorithm, ...VALIDITY });
    const leaf = issue(authority, { use: 'tls', names: ['a.example'], subject: [['CN', 'leaf']], algorithm, ...VALIDITY });
    const [above, below] = [new X509Certificate(authority.certificate), new X509Certificate(leaf.certificate)];
    assert.ok(above.ca && above.checkIssued(above) && above.verify(above.publicKey));
    assert.ok(!below.ca && below.checkIssued(above) && below.verify(above.publicKey));
    assert.ok(below.checkPrivateKey(createPrivateKey(leaf.key)));
  });
}

test('the chosen validity is kept to the second, before and after 2050', () => {
  const years = { notBefore: Date.UTC(2049, 11, 31, 23, 59, 59), notAfter: Date.UTC(2050, 0, 1) };
  const { validFromDate, validToDate } = new X509Certificate(createAuthority({ subject: [['CN', 'x']], algorithm: 'P-256', ...years }).certificate);
  assert.deepEqual({ notBefore: validFromDate.getTime(), notAfter: validToDate.getTime() }, years);
});

test('a TLS certificate is good for its names and addresses only', () => {
  const certificate = new X509Certificate(issue(ROOT, { use: 'tls', names: ['gateway.example', '127.0.0.1', '::1', '2001:db8::7'], subject: [['CN', 'gateway']], algorithm: 'P-256', ...VALIDITY }).certificate);
  assert.equal(certificate.checkHost('gateway.example'), 'gateway.example');
  assert.equal(certificate.checkHost('other.example'), undefined);
  assert.equal(certificate.checkIP('127.0.0.1'), '127.0.0.1');
  assert.equal(certificate.checkIP('::1'), '::1');
  assert.equal(certificate.checkIP('2001:db8::7'), '2001:db8::7');
  assert.equal(certificate.checkIP('127.0.0.2'), undefined);
  assert.deepEqual(certificate.keyUsage, ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']);
});

test('names outside ASCII are kept', () => {
  assert.equal(new X509Certificate(ROOT.certificate).subject, 'C=EE\nO=Näide OÜ\nCN=Root');
});

test('a key that is kept elsewhere can be certified', () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 3072 });
  const certificate = new X509Certificate(certify(ROOT, { use: 'signing', subject: [['CN', 'elsewhere']], ...VALIDITY }, publicKey));
  assert.ok(certificate.checkPrivateKey(privateKey));
});

test('no two certificates have one serial number', () => {
  const serial = () => new X509Certificate(certify(ROOT, { use: 'signing', subject: [['CN', 'x']], ...VALIDITY }, new X509Certificate(ROOT.certificate).publicKey)).serialNumber;
  assert.equal(new Set(Array.from({ length: 20 }, serial)).size, 20);
});
