/** A central server of an X-Road instance on loopback: its signed directory, its shared parameters, and its anchor. */
import { X509Certificate, createPrivateKey, hash, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAuthority } from '../../src/crypto/pki.ts';

export interface CentralServer {
  readonly anchor: string;
  /** What is served from now on. */
  serve(change: Partial<Served>): void;
  close(): Promise<void>;
}

interface Served {
  readonly sharedParameters: string;
  readonly version: string;
  /** RFC 3339. */
  readonly expires: string;
  readonly instance: string;
  /** Alters the signed bytes after they were signed. */
  readonly after: (signed: string) => string;
  /** File that is served in place of what the directory names. */
  readonly other: string | undefined;
}

const SHA512 = 'http://www.w3.org/2001/04/xmlenc#sha512';
const CRLF = '\r\n';

export async function startCentralServer(instance: string, now: number): Promise<CentralServer> {
  const signer = createAuthority({ subject: [['CN', 'Signing key']], algorithm: 'RSA-2048', notBefore: now - 60_000, notAfter: now + 86_400_000 });
  const der = new X509Certificate(signer.certificate).raw;
  let served: Served = { sharedParameters: sharedParameters(instance), version: '5', expires: new Date(now + 600_000).toISOString(), instance, after: (signed) => signed, other: undefined };
  const server = createServer((incoming, outgoing) => {
    const url = new URL(incoming.url ?? '/', 'http://x');
    if (url.pathname === '/V/shared-params.xml') {
      outgoing.end(served.other ?? served.sharedParameters);
      return;
    }
    if (url.pathname !== '/internalconf' || url.searchParams.get('version') !== served.version) {
      outgoing.writeHead(404).end();
      return;
    }
    const { contentType, body } = directory(served, createPrivateKey(signer.key), der);
    outgoing.writeHead(200, { 'content-type': contentType }).end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    anchor: `<?xml version="1.0"?><a:configurationAnchor xmlns:a="http://x-road.eu/xsd/xroad.xsd"><instanceIdentifier>${instance}</instanceIdentifier><source><downloadURL>http://127.0.0.1:${port}/internalconf</downloadURL><verificationCert>${der.toString('base64')}</verificationCert></source></a:configurationAnchor>`,
    serve: (change) => (served = { ...served, ...change }),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

export function sharedParameters(instance: string): string {
  return `<?xml version="1.0"?><c:conf xmlns:c="http://x-road.eu/xsd/xroad.xsd"><instanceIdentifier>${instance}</instanceIdentifier><globalSettings><ocspFreshnessSeconds>1800</ocspFreshnessSeconds></globalSettings></c:conf>`;
}

function directory({ sharedParameters: file, version, expires, instance, after }: Served, key: ReturnType<typeof createPrivateKey>, der: Buffer): { contentType: string; body: string } {
  const entry = [
    'Content-type: application/octet-stream',
    'Content-transfer-encoding: base64',
    `Content-identifier: SHARED-PARAMETERS; instance="${instance}"`,
    'Content-location: /V/shared-params.xml',
    `Hash-algorithm-id: ${SHA512}`,
    '',
    hash('sha512', file, 'base64'),
  ].join(CRLF);
  const inner = [`--inner${CRLF}Expire-date: ${expires}${CRLF}Version: ${version}${CRLF}${CRLF}`, `--inner${CRLF}${entry}`, `--inner--`].join(CRLF);
  const signature = sign('sha512', Buffer.from(inner), key).toString('base64');
  const head = [
    'Content-type: application/octet-stream',
    'Content-transfer-encoding: base64',
    'Signature-algorithm-id: http://www.w3.org/2001/04/xmldsig-more#rsa-sha512',
    `Verification-certificate-hash: ${hash('sha512', der, 'base64')}; hash-algorithm-id="${SHA512}"`,
  ].join(CRLF);
  const body = [`--outer${CRLF}Content-type: multipart/mixed; charset=UTF-8; boundary=inner${CRLF}${CRLF}${after(inner)}`, `--outer${CRLF}${head}${CRLF}${CRLF}${signature}`, `--outer--${CRLF}`].join(CRLF);
  return { contentType: 'multipart/related; charset=UTF-8; boundary=outer', body };
}
