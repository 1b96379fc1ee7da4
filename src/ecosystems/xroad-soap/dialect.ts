/** X-Road message protocol 4.0 (SOAP), behind a security server. */
import type { Dialect } from '../ecosystem.ts';
import { soapDialect } from '../soap/protocol.ts';
import type { XRoadSettings } from '../xroad-settings.ts';
import { checkRequestHash } from './request-hash.ts';

export function xroadSoap(settings: XRoadSettings): Dialect {
  return soapDialect({ name: 'xroad-soap', checkRequestHash }, settings);
}
