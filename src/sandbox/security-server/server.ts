/** The stand-in for a country's exchange platform, as information systems see it: one listener, SOAP at `/`, REST at `/r1/`. */
import type { HttpReply } from '../../platform/http-client.ts';
import { damaged } from '../damage.ts';
import { SECURITY_SERVER } from '../faults.ts';
import { listen } from '../wire.ts';
import type { Incoming, Listener, TlsIdentity } from '../wire.ts';
import { serveContainers } from './containers.ts';
import { PlatformFault, asPlatformFault, restError, soapFault } from './fault.ts';
import type { FaultSpelling } from './fault.ts';
import { listClients } from './metadata.ts';
import type { Platform } from './platform.ts';
import { serveRest } from './rest.ts';
import { HASHES, serveSoap } from './soap.ts';

/** Bytes of a request. */
export const MAX_REQUEST = 20 * 1024 * 1024;

export interface SecurityServerOptions {
  readonly platform: Platform;
  readonly identity: TlsIdentity;
  readonly authority: string;
  readonly port: number;
  readonly spelling: FaultSpelling;
}

export function startSecurityServer(options: SecurityServerOptions): Promise<Listener> {
  const { platform, identity, authority, port, spelling } = options;
  return listen({
    port,
    identity,
    authority,
    maxBytes: MAX_REQUEST,
    handler: (incoming) => damaged(platform.faults, SECURITY_SERVER, () => serve(incoming, platform, spelling)),
  });
}

async function serve(incoming: Incoming, platform: Platform, spelling: FaultSpelling): Promise<HttpReply> {
  const { method, target, headers } = incoming.message;
  if (target.startsWith('/r1/')) {
    return serveRest(incoming, platform).catch((error: unknown) => restError(asPlatformFault(error), headers['accept'], spelling));
  }
  if (method === 'GET' && target.startsWith('/asic?')) return serveContainers(incoming, platform, 'asice');
  if (method === 'GET' && target === '/listClients') return listClients(platform.registry);
  if (method !== 'POST') return soapFault(new PlatformFault('client.invalid_http_method', `Must use POST request method instead of ${method}`), spelling);
  return serveSoap(incoming, platform, HASHES.sha512).catch((error: unknown) => soapFault(asPlatformFault(error), spelling));
}
