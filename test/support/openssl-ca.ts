/** A real certificate authority: `openssl ca` with its index, its OCSP responder as a process, and its revocation list. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../../src/sandbox/free-ports.ts';

const CONFIG = `
[req]
distinguished_name = dn
[dn]
[ca]
default_ca = here
[here]
dir = .
database = index.txt
new_certs_dir = .
serial = serial
crlnumber = crlnumber
certificate = ca.crt
private_key = ca.key
default_md = sha256
default_days = 30
default_crl_days = 1
policy = any
copy_extensions = none
[any]
commonName = supplied
serialNumber = optional
countryName = optional
[root]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign,cRLSign
[signing]
basicConstraints = critical,CA:false
keyUsage = critical,nonRepudiation
[responder]
basicConstraints = critical,CA:false
keyUsage = critical,digitalSignature
extendedKeyUsage = OCSPSigning
`;

export interface OpensslCa {
  /** DER. */
  readonly certificate: Uint8Array;
  readonly responder: Uint8Array;
  /** DER of a new signing certificate. */
  issue(name: string): Uint8Array;
  /** PEM of the key of what was issued. */
  key(name: string): string;
  /** DER of what the responder says, made offline: as a signer sends it along. */
  ocsp(name: string): Uint8Array;
  revoke(name: string): void;
  /** DER. */
  crl(): Uint8Array;
  /** Starts the responder on its port; `signer`: whose key signs. */
  start(signer?: 'responder' | 'stranger'): Promise<void>;
  stop(): Promise<void>;
  readonly url: string;
  close(): Promise<void>;
}

export async function opensslCa(): Promise<OpensslCa> {
  const folder = mkdtempSync(join(tmpdir(), 'causeway-ca-'));
  const [port = 0] = await freePorts(1);
  const openssl = (...args: string[]) => {
    const { status, stderr } = spawnSync('openssl', args, { cwd: folder, encoding: 'utf8' });
    assert.equal(status, 0, stderr);
  };
  const der = (file: string) => new X509Certificate(readFileSync(join(folder, file))).raw;
  writeFileSync(join(folder, 'ca.cnf'), CONFIG);
  writeFileSync(join(folder, 'index.txt'), '');
  writeFileSync(join(folder, 'serial'), '1001\n');
  writeFileSync(join(folder, 'crlnumber'), '01\n');
  const EC = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  openssl('req', '-config', 'ca.cnf', '-x509', ...EC, '-keyout', 'ca.key', '-subj', '/CN=Test CA', '-extensions', 'root', '-days', '365', '-out', 'ca.crt');
  openssl('req', '-config', 'ca.cnf', '-x509', ...EC, '-keyout', 'stranger.key', '-subj', '/CN=Stranger', '-extensions', 'responder', '-days', '30', '-out', 'stranger.crt');
  const certify = (name: string, extensions: string) => {
    openssl('req', '-config', 'ca.cnf', ...EC, '-keyout', `${name}.key`, '-subj', `/C=EE/CN=${name}/serialNumber=EE\\/ss1\\/GOV`, '-out', `${name}.csr`);
    openssl('ca', '-config', 'ca.cnf', '-batch', '-notext', '-extensions', extensions, '-in', `${name}.csr`, '-out', `${name}.crt`);
    return der(`${name}.crt`);
  };
  certify('responder', 'responder');
  let running: ChildProcess | undefined;
  const stop = async (): Promise<void> => {
    if (running === undefined) return;
    const ended = once(running, 'exit');
    running.kill('SIGKILL');
    await ended;
    running = undefined;
  };
  return {
    certificate: der('ca.crt'),
    responder: der('responder.crt'),
    url: `http://127.0.0.1:${port}`,
    issue: (name) => certify(name, 'signing'),
    key: (name) => readFileSync(join(folder, `${name}.key`), 'utf8'),
    ocsp(name) {
      openssl('ocsp', '-index', 'index.txt', '-CA', 'ca.crt', '-rsigner', 'responder.crt', '-rkey', 'responder.key', '-issuer', 'ca.crt', '-cert', `${name}.crt`, '-nmin', '5', '-rmd', 'sha256', '-noverify', '-respout', 'answer.der');
      return readFileSync(join(folder, 'answer.der'));
    },
    revoke: (name) => openssl('ca', '-config', 'ca.cnf', '-revoke', `${name}.crt`),
    crl() {
      openssl('ca', '-config', 'ca.cnf', '-gencrl', '-out', 'crl.pem');
      openssl('crl', '-in', 'crl.pem', '-outform', 'DER', '-out', 'crl.der');
      return readFileSync(join(folder, 'crl.der'));
    },
    async start(signer = 'responder') {
      await stop();
      running = spawn('openssl', ['ocsp', '-index', 'index.txt', '-port', String(port), '-rsigner', `${signer}.crt`, '-rkey', `${signer}.key`, '-CA', 'ca.crt', '-nmin', '5', '-rmd', 'sha256'], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
      // It serves one connection after the other: one that only looks whether it is there would keep it waiting.
      await Promise.race([once(running.stdout!, 'data'), once(running.stderr!, 'data')]);
    },
    stop,
    async close() {
      await stop();
      rmSync(folder, { recursive: true });
    },
  };
}
