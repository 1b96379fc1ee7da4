/** `causeway trust entity`: what a gateway gives its country's anchor. */
import { readGateway } from '../config/config.ts';
import { fingerprintOf } from '../platform/fingerprint.ts';
import { readConfiguration } from '../trust/entity-statement.ts';
import { OwnKeys } from '../trust/own/own-keys.ts';
import { ownConfiguration } from '../trust/own-configuration.ts';

/** The compact JWS, and the fingerprint of entity and key that the anchor's people compare. Throws `config-invalid`. */
export async function exportEntity(folder: string, now: number): Promise<{ readonly document: string; readonly fingerprint: string }> {
  const config = readGateway(folder);
  const document = await OwnKeys.with(config, ({ published }) => ownConfiguration(config, published, now));
  const { sub, jwks } = readConfiguration(document).claims;
  return { document, fingerprint: fingerprintOf({ entity: sub, keys: jwks.keys }) };
}
