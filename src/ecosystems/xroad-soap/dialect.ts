/** X-Road message protocol 4.0 (SOAP), behind a security server or in its place. */
import type { Dialect } from '../ecosystem.ts';
import { soapDialect } from '../soap/protocol.ts';
import type { XRoadSettings } from '../xroad-settings.ts';
import { checkRequestHash, requestHash } from './request-hash.ts';

export function xroadSoap(settings: XRoadSettings): Dialect {
  return soapDialect({ name: 'xroad-soap', checkRequestHash, requestHash }, settings);
}
