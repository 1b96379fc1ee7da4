/** The central server of a pretend country: its signed global configuration over HTTP on loopback. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../../platform/clock.ts';
import { CENTRAL_SERVER } from '../faults.ts';
import type { Faults } from '../faults.ts';
import type { CountryKeys } from '../pki/prepare.ts';
import { sharedParametersOf } from './shared-parameters.ts';
import { SHARED_PARAMETERS_PATH, configurationAnchor, signedDirectory } from './directory.ts';

export interface CentralServer {
  /** Configuration anchor (XML). */
  readonly anchor: string;
  close(): Promise<void>;
}

export interface CentralServerOptions {
  readonly instance: string;
  readonly keys: Pick<CountryKeys, 'signingAuthority' | 'timeStamping' | 'configuration'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly faults: Faults;
}

const VERSION = '6';
const LIFETIME_MS = 600_000;

export async function startCentralServer({ instance, keys, clock, faults }: CentralServerOptions): Promise<CentralServer> {
  const sharedParameters = sharedParametersOf(instance, keys);
  const directory = () => {
    const lasts = faults.get(CENTRAL_SERVER, 'short-lived')?.ms ?? LIFETIME_MS;
    return signedDirectory({ instance, sharedParameters, version: VERSION, expires: new Date(clock.now() + lasts).toISOString() }, keys.configuration);
  };
  const server = createServer((incoming, outgoing) => {
    const url = new URL(incoming.url ?? '/', 'http://server.invalid');
    if (faults.has(CENTRAL_SERVER, 'down')) outgoing.destroy();
    else if (url.pathname === SHARED_PARAMETERS_PATH) outgoing.end(sharedParameters);
    else if (url.pathname !== '/internalconf' || url.searchParams.get('version') !== VERSION) outgoing.writeHead(404).end();
    else {
      const { contentType, body } = directory();
      outgoing.writeHead(200, { 'content-type': contentType }).end(body);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    anchor: configurationAnchor(instance, `http://127.0.0.1:${(server.address() as AddressInfo).port}/internalconf`, keys.configuration),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
