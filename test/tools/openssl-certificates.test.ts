import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { X509Certificate } from 'node:crypto';
import { certificatePath } from '../../src/crypto/certificate-path.ts';
import { createAuthority, issue, memberSubject } from '../../src/crypto/pki.ts';
import { tool } from '../support/tool.ts';
import { MUNICIPALITY, trust } from '../support/wss.ts';

const SUBJECT = memberSubject(MUNICIPALITY, { country: 'FI', name: 'Kunta Ä', serverCode: 'ss1' });

describe('openssl', { skip: tool('openssl', 'version') }, () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'causeway-openssl-'));
  });
  after(() => rmSync(folder, { recursive: true }));
  const write = (name: string, content: string) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const openssl = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync('openssl', args, { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    return stdout;
  };
  const validity = () => ({ notBefore: Date.now() - 60_000, notAfter: Date.now() + 86_400_000 });

  for (const algorithm of ['RSA-2048', 'P-256'] as const) {
    test(`${algorithm}: verifies our chains by its strict rules`, () => {
      const root = createAuthority({ subject: [['C', 'FI'], ['CN', 'Root']], algorithm, ...validity() });
      const below = createAuthority({ subject: [['C', 'FI'], ['CN', 'Below']], algorithm, pathLength: 0, ...validity() }, root);
      const signing = issue(below, { use: 'signing', subject: SUBJECT, algorithm, ...validity() });
      const tls = issue(below, { use: 'tls', names: ['gateway.example', '127.0.0.1', '2001:db8::1'], subject: [['CN', 'gateway']], algorithm, ...validity() });
      const chain = ['verify', '-x509_strict', '-CAfile', write('root.pem', root.certificate), '-untrusted', write('below.pem', below.certificate)];
      openssl(...chain, write('signing.pem', signing.certificate));
      openssl(...chain, '-purpose', 'sslserver', '-verify_hostname', 'gateway.example', write('tls.pem', tls.certificate));
      openssl(...chain, '-purpose', 'sslclient', '-verify_ip', '2001:db8::1', write('tls.pem', tls.certificate));
      assert.match(openssl('x509', '-in', write('signing.pem', signing.certificate), '-noout', '-text', '-nameopt', 'utf8'), /Subject: C ?= ?FI, O ?= ?Kunta Ä, CN ?= ?0101263-6, serialNumber ?= ?FI\/ss1\/MUN/);
    });
  }

  test('what it issues is chained by us', () => {
    const config = write('openssl.cnf', '[req]\ndistinguished_name=dn\n[dn]\n[ca]\nbasicConstraints=critical,CA:true\nkeyUsage=critical,keyCertSign\n[leaf]\nkeyUsage=critical,nonRepudiation\n');
    const file = (name: string) => join(folder, name);
    openssl('req', '-config', config, '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', file('ca.key'), '-subj', '/C=FI/CN=OpenSSL CA', '-extensions', 'ca', '-days', '2', '-out', file('ca.crt'));
    openssl('req', '-config', config, '-newkey', 'rsa:2048', '-nodes', '-keyout', file('leaf.key'), '-subj', '/C=FI/O=Kunta/CN=0101263-6/serialNumber=FI\\/ss1\\/MUN', '-out', file('leaf.csr'));
    openssl('x509', '-req', '-in', file('leaf.csr'), '-CA', file('ca.crt'), '-CAkey', file('ca.key'), '-CAcreateserial', '-extfile', config, '-extensions', 'leaf', '-days', '1', '-out', file('leaf.crt'));
    const pem = openssl('x509', '-in', file('leaf.crt'));
    const path = certificatePath(trust({ key: '', certificate: openssl('x509', '-in', file('ca.crt')) }), new X509Certificate(pem).raw, Date.now());
    assert.equal(path.issuer, 'C=FI, CN=OpenSSL CA');
  });
});
