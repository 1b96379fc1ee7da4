/**
 * SOAP of UXP, behind its security server: X-Road's message protocol 4.0 in the same namespaces, as the public messages of Trembita show it. What differs is the
 * request hash. A purpose has no header here: where a service wants one, it is part of the service's own body.
 */
import type { Dialect } from '../ecosystem.ts';
import { soapDialect } from '../soap/protocol.ts';
import { checkRequestHash } from '../soap/request-hash.ts';
import type { XRoadSettings } from '../xroad-settings.ts';
import { UXP_HASHES } from './request-hash.ts';

export function uxpSoap(settings: XRoadSettings): Dialect {
  const { requestHash = 'verified', requestHashes } = settings;
  return soapDialect({ name: 'uxp-soap', checkRequestHash: requestHash === 'verified' ? (headers, request) => checkRequestHash(headers, request, UXP_HASHES, requestHashes) : () => undefined }, settings);
}
