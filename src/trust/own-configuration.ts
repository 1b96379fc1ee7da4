/** The entity configuration of a gateway: signed by its entity key, which signs nothing else and which its anchor states. */
import { readFileSync } from 'node:fs';
import { readAnchorFile } from '../config/config.ts';
import type { GatewayConfig } from '../config/config.ts';
import { publicParts } from '../crypto/public-parts.ts';
import { statementKey } from '../crypto/keys.ts';
import { publicJwk, signDocument } from '../crypto/signed-document.ts';
import { CausewayError } from '../errors.ts';
import { fingerprintOf, sameFingerprint } from '../platform/fingerprint.ts';
import type { PinnedAnchor } from './chain.ts';
import { ENTITY_TYPE, SEALING_ALGORITHMS, SIGNING_ALGORITHMS } from './gateway-metadata.ts';

/** A key may sign from when it is first published; what it signed before a restart must not fall out of its time with each new issue. */
const BACK_MS = 30 * 24 * 60 * 60 * 1000;

type OwnFiles = Pick<GatewayConfig, 'gateway' | 'keys' | 'federation'>;

/** Signed for `configurationLifetime` from `now` (UTC milliseconds). Throws `config-invalid` for keys that are not what they must be, and without the group `federation`. */
export async function ownConfiguration({ gateway, keys, federation }: OwnFiles, now: number): Promise<string> {
  const { entityKey, configurationLifetime } = inFederation(federation);
  const { entity, country, environment } = gateway;
  const key = statementKey(readFileSync(entityKey));
  const expires = now + configurationLifetime;
  const files = { ...keys, tlsKey: keys.tls.key, tlsCertificate: keys.tls.certificate };
  const { statement, encryption, tls } = publicParts(files, { entity, country }, { notBefore: now - BACK_MS, notAfter: expires }).trust;
  return signDocument(
    'entity-statement+jwt',
    {
      iss: entity,
      sub: entity,
      iat: Math.floor(now / 1000),
      exp: Math.floor(expires / 1000),
      jwks: { keys: [publicJwk(key)] },
      authority_hints: [pinnedAnchor(federation).entity],
      metadata: { [ENTITY_TYPE]: { country, environment, signing_algorithms: SIGNING_ALGORITHMS, sealing_algorithms: SEALING_ALGORITHMS, statement, encryption, tls } },
    },
    key,
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
