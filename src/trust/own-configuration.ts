/** The entity configuration of a gateway: signed by its entity key, which signs nothing else and which its anchor states. */
import { readAnchorFile } from '../config/config.ts';
import type { GatewayConfig } from '../config/config.ts';
import { publicJwk, signDocument } from '../crypto/signed-document.ts';
import { CausewayError } from '../errors.ts';
import { fingerprintOf, sameFingerprint } from '../platform/fingerprint.ts';
import type { PinnedAnchor } from './chain.ts';
import { ENTITY_TYPE, SEALING_ALGORITHMS, SIGNING_ALGORITHMS } from './gateway-metadata.ts';
import { HISTORICAL_KEYS_PATH } from './layout.ts';
import { shownKeys } from './own/published-keys.ts';
import type { PublishedKeys } from './own/published-keys.ts';
import { shownMark } from './trust-marks.ts';

/** A key may sign from when it is first published; what it signed before a restart must not fall out of its time with each new issue. */
const BACK_MS = 30 * 24 * 60 * 60 * 1000;

type OwnFiles = Pick<GatewayConfig, 'gateway' | 'federation'>;

/** Signed for `configurationLifetime` from `now` (UTC milliseconds). Throws `config-invalid` without the group `federation`, and for a trust mark that is none. */
export async function ownConfiguration({ gateway, federation }: OwnFiles, published: PublishedKeys, now: number): Promise<string> {
  const { configurationLifetime, trustMarks } = inFederation(federation);
  const { entity, country, environment } = gateway;
  const [signer] = published.entity;
  if (signer === undefined) throw new CausewayError('internal', 'no entity key was read');
  const expires = now + configurationLifetime;
  return signDocument(
    'entity-statement+jwt',
    {
      iss: entity,
      sub: entity,
      iat: Math.floor(now / 1000),
      exp: Math.floor(expires / 1000),
      jwks: { keys: published.entity.map(publicJwk) },
      authority_hints: [pinnedAnchor(federation).entity],
      ...(trustMarks.length === 0 ? {} : { trust_marks: trustMarks.map(shownMark) }),
      metadata: {
        federation_entity: { federation_historical_keys_endpoint: `${entity}${HISTORICAL_KEYS_PATH}` },
        [ENTITY_TYPE]: { country, environment, signing_algorithms: SIGNING_ALGORITHMS, sealing_algorithms: SEALING_ALGORITHMS, ...shownKeys(published, { notBefore: now - BACK_MS, notAfter: expires }) },
      },
    },
    signer,
  );
}

/** Our own country's anchor. Throws `config-invalid` where its file has another fingerprint than gateway.yaml. */
export function pinnedAnchor(federation: OwnFiles['federation']): PinnedAnchor {
  const { anchor, fingerprint } = inFederation(federation);
  const pin = readAnchorFile(anchor);
  if (!sameFingerprint(fingerprint, fingerprintOf(pin))) throw new CausewayError('config-invalid', `${anchor} has fingerprint ${fingerprintOf(pin)}, gateway.yaml says ${fingerprint}`);
  return pin;
}

function inFederation(federation: OwnFiles['federation']): NonNullable<OwnFiles['federation']> {
  if (federation === undefined) throw new CausewayError('config-invalid', 'gateway.yaml has no group `federation`');
  return federation;
}
