import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { describe, test } from 'node:test';
import { certificatePath } from '../../../src/crypto/certificate-path.ts';
import { certifiedMember, parseCertificate } from '../../../src/crypto/certificates.ts';
import type { Subject } from '../../../src/crypto/pki.ts';
import { createAuthority, issue, memberSubject } from '../../../src/crypto/pki.ts';
import type { Identity } from '../../../src/crypto/pki.ts';
import { assertRefused } from '../../support/refused.ts';
import { MUNICIPALITY, NOW, trust, VALIDITY } from '../../support/wss.ts';

const SUBJECT = memberSubject(MUNICIPALITY, { country: 'FI', name: 'Kunta', serverCode: 'ss1' });
const ROOT = createAuthority({ subject: [['C', 'FI'], ['CN', 'Root']], algorithm: 'RSA-2048', ...VALIDITY });
const BELOW = createAuthority({ subject: [['C', 'FI'], ['CN', 'Below']], algorithm: 'P-256', pathLength: 0, ...VALIDITY }, ROOT);

function leaf(authority: Identity, subject: Subject = SUBJECT, validity = VALIDITY): Uint8Array {
  return new X509Certificate(issue(authority, { use: 'signing', subject, algorithm: 'P-256', ...validity }).certificate).raw;
}

describe('the path of a signing certificate', () => {
  test('leads to a listed root, and names the issuer', () => {
    const path = certificatePath(trust(ROOT), leaf(ROOT), NOW);
    assert.equal(path.issuer, 'C=FI, CN=Root');
    assert.equal(path.authorities.length, 1);
  });

  test('leads over a listed authority to the listed root above it', () => {
    const path = certificatePath(trust(ROOT, BELOW), leaf(BELOW), NOW);
    assert.deepEqual(path.authorities.map((authority) => authority.x509.subject), ['C=FI\nCN=Below', 'C=FI\nCN=Root']);
    assert.equal(path.issuer, 'C=FI, CN=Below');
  });

  test('may end at a listed authority whose root is not listed', () => {
    assert.equal(certificatePath(trust(BELOW), leaf(BELOW), NOW).authorities.length, 1);
  });

  test('does not lead to a root over an authority that is not listed', async () => {
    await assertRefused(() => certificatePath(trust(ROOT), leaf(BELOW), NOW), 'signature-untrusted');
  });

  test('respects the path length of every authority', async () => {
    const tooDeep = createAuthority({ subject: [['CN', 'Too deep']], algorithm: 'P-256', ...VALIDITY }, BELOW);
    // The list makes Too deep an approved authority of its own; only its place under Below is not allowed, so the path ends at it.
    assert.equal(certificatePath(trust(ROOT, BELOW, tooDeep), leaf(tooDeep), NOW).authorities.length, 1);
    const shallow = createAuthority({ subject: [['CN', 'Shallow']], algorithm: 'P-256', pathLength: 0, ...VALIDITY });
    const under = createAuthority({ subject: [['CN', 'Under']], algorithm: 'P-256', ...VALIDITY }, shallow);
    await assertRefused(() => certificatePath(trust(shallow), leaf(under), NOW), 'signature-untrusted');
  });

  test('is judged at the given time at every use, also when it was found before', async () => {
    const approved = trust(ROOT);
    const certificate = leaf(ROOT, SUBJECT, { notBefore: NOW - 10_000, notAfter: NOW + 10_000 });
    assert.ok(certificatePath(approved, certificate, NOW));
    assert.ok(certificatePath(approved, certificate, NOW + 10_000));
    await assertRefused(() => certificatePath(approved, certificate, NOW + 11_000), 'signature-expired');
    await assertRefused(() => certificatePath(approved, certificate, NOW - 11_000), 'signature-expired');
    assert.ok(certificatePath(approved, certificate, NOW));
  });

  test('ends with the validity of its authority', async () => {
    const old = createAuthority({ subject: [['CN', 'Old']], algorithm: 'P-256', notBefore: NOW - 20_000, notAfter: NOW - 10_000 });
    await assertRefused(() => certificatePath(trust(old), leaf(old), NOW), 'signature-expired');
  });

  test('does not lead over a member: a certificate issued by a signing certificate is refused', async () => {
    const member = issue(ROOT, { use: 'signing', subject: SUBJECT, algorithm: 'P-256', ...VALIDITY });
    await assertRefused(() => certificatePath(trust(ROOT, member), leaf(member), NOW), 'signature-untrusted');
  });

  test('is not found under an authority of the same name and another key', async () => {
    const impostor = createAuthority({ subject: [['C', 'FI'], ['CN', 'Root']], algorithm: 'RSA-2048', ...VALIDITY });
    await assertRefused(() => certificatePath(trust(ROOT), leaf(impostor), NOW), 'signature-untrusted');
  });

  test('is found again after the same certificate was refused under another list', async () => {
    const certificate = leaf(ROOT);
    await assertRefused(() => certificatePath(trust(BELOW), certificate, NOW), 'signature-untrusted');
    assert.ok(certificatePath(trust(ROOT), certificate, NOW));
  });
});

describe('the member that a certificate names', () => {
  const member = (subject: Subject) => certifiedMember(parseCertificate(leaf(ROOT, subject)));

  test('is read from CN and serialNumber', () => {
    assert.deepEqual(member(SUBJECT), MUNICIPALITY);
  });

  for (const [what, subject] of [
    ['no CN', [['serialNumber', 'FI/ss1/MUN']]],
    ['no serialNumber', [['CN', '0101263-6']]],
    ['two CNs', [['CN', '0101263-6'], ['CN', '0245458-6'], ['serialNumber', 'FI/ss1/MUN']]],
    ['two serialNumbers', [['CN', '0101263-6'], ['serialNumber', 'FI/ss1/MUN'], ['serialNumber', 'FI/ss1/GOV']]],
    ['a serialNumber of two parts', [['CN', '0101263-6'], ['serialNumber', 'FI/MUN']]],
    ['a serialNumber of four parts', [['CN', '0101263-6'], ['serialNumber', 'FI/ss1/x/MUN']]],
    ['an empty class', [['CN', '0101263-6'], ['serialNumber', 'FI/ss1/']]],
    ['an empty CN', [['CN', ''], ['serialNumber', 'FI/ss1/MUN']]],
  ] as const satisfies readonly (readonly [string, Subject])[]) {
    test(`is refused with ${what}`, async () => {
      await assertRefused(() => member(subject), 'signature-untrusted');
    });
  }

  test('cannot be forged by a line break in another attribute', () => {
    assert.deepEqual(member([['O', 'x\nCN=0245458-6\nserialNumber=FI/ss1/GOV'], ...SUBJECT.slice(2)]), MUNICIPALITY);
  });
});

test('bytes that are no certificate are refused, whatever they are', async () => {
  const certificate = leaf(ROOT);
  for (const bytes of [Buffer.alloc(0), Buffer.from('3000', 'hex'), certificate.subarray(0, 100), Buffer.concat([certificate, Buffer.from([0])])]) {
    await assertRefused(() => parseCertificate(bytes), 'signature-untrusted');
  }
});
