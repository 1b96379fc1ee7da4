import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { describe, test } from 'node:test';
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import { BasicConstraints, Certificate, Extension, Extensions, id_ce_basicConstraints, id_ce_keyUsage, KeyUsage, KeyUsageFlags } from '@peculiar/asn1-x509';
import { readFields } from '../../../src/crypto/certificate-fields.ts';
import { parseCertificate } from '../../../src/crypto/certificates.ts';
import { createAuthority } from '../../../src/crypto/pki.ts';
import { assertRefused } from '../../support/refused.ts';
import { VALIDITY } from '../../support/wss.ts';

const NAME_CONSTRAINTS = '2.5.29.30';
const EXT_KEY_USAGE = '2.5.29.37';
const AUTHORITY = new X509Certificate(createAuthority({ subject: [['CN', 'Authority']], algorithm: 'P-256', pathLength: 3, ...VALIDITY }).certificate).raw;

interface Content {
  readonly id: string;
  readonly critical?: boolean;
  readonly value: object | string;
}

/** A certificate with these extensions; its signature does not matter here. A value given as text is DER in hexadecimal. */
function withExtensions(...contents: readonly Content[]): Buffer {
  const certificate = AsnConvert.parse(AUTHORITY, Certificate);
  const extensions = contents.map(({ id, critical = false, value }) => new Extension({ extnID: id, critical, extnValue: new OctetString(typeof value === 'string' ? Buffer.from(value, 'hex') : AsnConvert.serialize(value)) }));
  certificate.tbsCertificate.extensions = new Extensions(extensions);
  delete certificate.tbsCertificateRaw;
  return Buffer.from(AsnConvert.serialize(certificate));
}

const USAGE: Content = { id: id_ce_keyUsage, critical: true, value: new KeyUsage(KeyUsageFlags.digitalSignature | KeyUsageFlags.nonRepudiation | KeyUsageFlags.decipherOnly) };

test('an authority that we made is read: cA, path length, key usage', () => {
  assert.deepEqual(readFields(AUTHORITY), { authority: true, pathLength: 3, keyUsage: new Set(['keyCertSign', 'cRLSign']), purposesCritical: false, unknownCritical: [] });
});

test('without extensions nothing is claimed', () => {
  assert.deepEqual(readFields(withExtensions()), { authority: false, pathLength: undefined, keyUsage: undefined, purposesCritical: false, unknownCritical: [] });
});

test('empty basicConstraints are those of an end entity; a path length of 0 is one, not none', () => {
  assert.equal(readFields(withExtensions({ id: id_ce_basicConstraints, value: new BasicConstraints() })).authority, false);
  assert.deepEqual(readFields(withExtensions({ id: id_ce_basicConstraints, value: new BasicConstraints({ cA: true, pathLenConstraint: 0 }) })).pathLength, 0);
});

test('key usage is read over both of its bytes', () => {
  assert.deepEqual(readFields(withExtensions(USAGE)).keyUsage, new Set(['digitalSignature', 'nonRepudiation', 'decipherOnly']));
});

test('critical extensions that nobody here understands are named, others are not', () => {
  const certificate = withExtensions(USAGE, { id: EXT_KEY_USAGE, critical: true, value: '3000' }, { id: NAME_CONSTRAINTS, critical: true, value: '3000' }, { id: '1.2.3.4', value: '0500' }, { id: '1.2.3.40000', critical: true, value: '0500' });
  assert.deepEqual(readFields(certificate).unknownCritical, [NAME_CONSTRAINTS, '1.2.3.40000']);
});

describe('a certificate is refused', () => {
  for (const [what, contents] of [
    ['with an extension twice', [USAGE, USAGE]],
    ['with two basicConstraints of which the second says cA', [{ id: id_ce_basicConstraints, value: '3000' }, { id: id_ce_basicConstraints, value: '30030101ff' }]],
    ['with a path length below zero', [{ id: id_ce_basicConstraints, value: '30060101ff0201ff' }]],
    ['with basicConstraints that are no sequence', [{ id: id_ce_basicConstraints, value: '0101ff' }]],
    ['with a keyUsage that is no bit string', [{ id: id_ce_keyUsage, value: '040180' }]],
    ['with bytes after the value of an extension', [{ id: id_ce_keyUsage, value: '030206c000' }]],
    ['with a keyUsage that ends too early', [{ id: id_ce_keyUsage, value: '0305' }]],
  ] as const satisfies readonly (readonly [string, readonly Content[]])[]) {
    test(what, async () => {
      await assertRefused(() => parseCertificate(withExtensions(...contents)), 'signature-untrusted');
    });
  }
});
