/**
 * The stand-in for a country's UXP, as information systems see it: SOAP at `/` as on X-Road, REST at `/restapi`. What is not public of UXP is the stand-in's own choice, and
 * said where it stands.
 */
import type { HttpReply } from '../../platform/http-client.ts';
import { damaged } from '../damage.ts';
import { SECURITY_SERVER } from '../faults.ts';
import { listen } from '../wire.ts';
import type { Incoming, Listener } from '../wire.ts';
import { serveContainers } from './containers.ts';
import { PlatformFault, asPlatformFault, soapFault, uxpError } from './fault.ts';
import type { FaultSpelling } from './fault.ts';
import type { Platform } from './platform.ts';
import { MAX_REQUEST } from './server.ts';
import type { SecurityServerOptions } from './server.ts';
import { HASHES, serveSoap } from './soap.ts';
import type { HashName } from './soap.ts';
import { serveUxpRest } from './uxp-rest.ts';

export interface UxpServerOptions extends SecurityServerOptions {
  /** Of requestHash: `gost34311` as Trembita 1.x, else `sha512`. */
  readonly requestHash: HashName;
}

export function startUxpServer(options: UxpServerOptions): Promise<Listener> {
  const { platform, identity, authority, port, spelling, requestHash } = options;
  return listen({
    port,
    identity,
    authority,
    maxBytes: MAX_REQUEST,
    handler: (incoming) => damaged(platform.faults, SECURITY_SERVER, () => serve(incoming, platform, spelling, requestHash)),
  });
}

async function serve(incoming: Incoming, platform: Platform, spelling: FaultSpelling, requestHash: HashName): Promise<HttpReply> {
  const { method, target } = incoming.message;
  if (/^\/restapi([/?]|$)/.test(target)) return serveUxpRest(incoming, platform).catch((error: unknown) => uxpError(asPlatformFault(error), spelling));
  if (method === 'GET' && target.startsWith('/signature?')) return serveContainers(incoming, platform, 'asics');
  if (method !== 'POST') return soapFault(new PlatformFault('client.invalid_http_method', `Must use POST request method instead of ${method}`), spelling);
  return serveSoap(incoming, platform, HASHES[requestHash]).catch((error: unknown) => soapFault(asPlatformFault(error), spelling));
}
