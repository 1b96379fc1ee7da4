/** A central server of an X-Road instance on loopback: its signed directory, its shared parameters, and its anchor. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAuthority } from '../../src/crypto/pki.ts';
import { SHARED_PARAMETERS_PATH, configurationAnchor, signedDirectory } from '../../src/sandbox/central-server/directory.ts';

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

export async function startCentralServer(instance: string, now: number): Promise<CentralServer> {
  const signer = createAuthority({ subject: [['CN', 'Signing key']], algorithm: 'RSA-2048', notBefore: now - 60_000, notAfter: now + 86_400_000 });
  let served: Served = { sharedParameters: sharedParameters(instance), version: '5', expires: new Date(now + 600_000).toISOString(), instance, after: (signed) => signed, other: undefined };
  const server = createServer((incoming, outgoing) => {
    const url = new URL(incoming.url ?? '/', 'http://x');
    if (url.pathname === SHARED_PARAMETERS_PATH) {
      outgoing.end(served.other ?? served.sharedParameters);
      return;
    }
    if (url.pathname !== '/internalconf' || url.searchParams.get('version') !== served.version) {
      outgoing.writeHead(404).end();
      return;
    }
    const { contentType, body } = signedDirectory(served, signer, served.after);
    outgoing.writeHead(200, { 'content-type': contentType }).end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    anchor: configurationAnchor(instance, `http://127.0.0.1:${port}/internalconf`, signer),
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
