/** A connection of the command line to a peer's federation listener, with the gateway's own identity, to compare the two trails. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readTrustFile } from '../config/config.ts';
import type { GatewayConfig } from '../config/config.ts';
import { CausewayError } from '../errors.ts';
import { connect } from '../platform/http-client.ts';
import { PeerSets } from '../trail/reconcile/peer-sets.ts';
import { staticTrust } from '../trust/static-trust.ts';

export interface ConnectedSets {
  readonly peer: PeerSets;
  close(): Promise<void>;
}

/** The peer's keys are those of its trust file. Throws `config-invalid` for an unknown link, and without a file that has a TLS key which is valid at `now` (UTC ms). */
export function connectPeerSets(config: GatewayConfig, link: string, now: number): ConnectedSets {
  const file = config.links.find(({ agreements }) => agreements.some(({ id }) => id === link));
  const party = file?.agreements[0]?.parties.find(({ entity }) => entity !== config.gateway.entity);
  if (file === undefined || party === undefined) throw new CausewayError('config-invalid', `there is no link "${link}"`);
  const path = join(config.trust, `${party.country}.json`);
  const pins = staticTrust(readTrustFile(path), readFileSync(path)).tlsPins(now);
  if (pins.length === 0) throw new CausewayError('config-invalid', `${path} holds no TLS key that is valid now`);
  const { key, certificate } = config.keys.tls;
  const connection = connect({ origin: file.settings.url, tls: { key: readFileSync(key), cert: readFileSync(certificate), pins }, connections: 1 });
  return { peer: new PeerSets(connection, config.limits.reconcileAnswerBytes), close: () => connection.close() };
}
