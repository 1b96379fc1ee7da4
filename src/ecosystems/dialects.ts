/** The one list of dialects. */
import type { DialectName } from '../stages.ts';
import type { Dialect } from './ecosystem.ts';
import { xroadRest } from './xroad-rest/dialect.ts';
import type { XRoadSettings } from './xroad-settings.ts';
import { xroadSoap } from './xroad-soap/dialect.ts';

export function dialects(settings: XRoadSettings): Readonly<Record<DialectName, Dialect>> {
  return { 'xroad-soap': xroadSoap(settings), 'xroad-rest': xroadRest(settings) };
}
