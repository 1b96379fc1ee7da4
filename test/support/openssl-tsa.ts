/** A real time-stamping authority: `openssl ts` behind files of a temporary folder, with a root, and a certificate made for it. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const TSA_POLICY = '1.2.3.4.1';

const CONFIG = `
[req]
distinguished_name = dn
[dn]
[root]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign
[tsa]
basicConstraints = critical,CA:false
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
[server]
serial = serial
signer_cert = tsa.crt
certs = root.crt
signer_key = tsa.key
signer_digest = sha256
default_policy = ${TSA_POLICY}
digests = sha256, sha384, sha512
accuracy = secs:1, millisecs:500
ess_cert_id_alg = sha256
`;

export interface OpensslTsa {
  /** DER. */
  readonly root: Uint8Array;
  readonly certificate: Uint8Array;
  /** DER of a request in, DER of the response out. */
  reply(request: Uint8Array): Uint8Array;
  close(): void;
}

/** `days`: validity of the authority's certificate; `key`: as `openssl req -newkey` takes it. */
export function opensslTsa({ days = 30, key = 'rsa:2048' }: { readonly days?: number; readonly key?: string } = {}): OpensslTsa {
  const folder = mkdtempSync(join(tmpdir(), 'causeway-tsa-'));
  const file = (name: string) => join(folder, name);
  const openssl = (...args: string[]) => {
    const { status, stderr } = spawnSync('openssl', args, { cwd: folder, encoding: 'utf8' });
    assert.equal(status, 0, stderr);
  };
  const newKey = key.startsWith('ec:') ? ['-newkey', 'ec', '-pkeyopt', `ec_paramgen_curve:${key.slice(3)}`] : ['-newkey', key];
  writeFileSync(file('openssl.cnf'), CONFIG);
  writeFileSync(file('serial'), '01\n');
  openssl('req', '-config', 'openssl.cnf', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'root.key', '-subj', '/O=Test/CN=Root of time', '-extensions', 'root', '-days', '3650', '-out', 'root.crt');
  openssl('req', '-config', 'openssl.cnf', ...newKey, '-nodes', '-keyout', 'tsa.key', '-subj', '/O=Test/CN=Test TSA', '-out', 'tsa.csr');
  openssl('x509', '-req', '-in', 'tsa.csr', '-CA', 'root.crt', '-CAkey', 'root.key', '-CAcreateserial', '-extfile', 'openssl.cnf', '-extensions', 'tsa', '-days', String(days), '-out', 'tsa.crt');
  const der = (name: string) => new X509Certificate(readFileSync(file(name))).raw;
  return {
    root: der('root.crt'),
    certificate: der('tsa.crt'),
    reply(request) {
      writeFileSync(file('request.tsq'), request);
      openssl('ts', '-reply', '-config', 'openssl.cnf', '-section', 'server', '-queryfile', 'request.tsq', '-out', 'response.tsr');
      return readFileSync(file('response.tsr'));
    },
    close: () => rmSync(folder, { recursive: true }),
  };
}
