/** X-Road message protocol 4.0 (SOAP), behind a security server or in its place. */
import type { Dialect } from '../ecosystem.ts';
import { soapDialect } from '../soap/protocol.ts';
import { SHA512, checkRequestHash } from '../soap/request-hash.ts';
import type { XRoadSettings } from '../xroad-settings.ts';

export function xroadSoap(settings: XRoadSettings): Dialect {
  return soapDialect({ name: 'xroad-soap', checkRequestHash: (headers, request) => checkRequestHash(headers, request, SHA512, settings.requestHashes) }, settings);
}
