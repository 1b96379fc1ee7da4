/** The links and peers of a gateway, from its configuration: agreements made out, trust and keys asked for at each use, a connection to each. */
import type { GatewayConfig, LinkFile } from '../config/config.ts';
import { encryptJwe } from '../crypto/jwe.ts';
import { recipientKey } from '../crypto/keys.ts';
import { Escrow } from '../evidence/escrow.ts';
import { makeLink } from '../federation/link.ts';
import type { Link, LinkVersion } from '../federation/link.ts';
import type { Side } from '../federation/seal.ts';
import type { Clock } from '../platform/clock.ts';
import { connectLive } from '../platform/live-connection.ts';
import type { LinkedPeer, Trust } from '../trust/open-trust.ts';
import type { OwnKeys } from '../trust/own/own-keys.ts';
import type { Dependencies } from './dependencies.ts';
import type { Peer } from './flow.ts';
import type { Suspended } from './suspended.ts';

export function linkOf({ agreements, settings }: LinkFile, entity: string, suspended: Suspended, dependencies: Dependencies): Link {
  const made = makeLink(agreements, entity, settings);
  return { ...made, stopped: (asked) => suspended.of(made.id, asked), requires: (grant) => dependencies.require(made.id, grant) };
}

/** Whom a link is with, as the agreement says it. */
export function linkedPeer(link: Link): LinkedPeer {
  return { entity: link.peer, country: link.peerCountry, environment: latest(link).agreement.environment, url: link.settings.url, trustMarks: link.settings.trustMarks ?? [] };
}

export function openPeer(link: Link, source: Trust, keys: OwnKeys, config: GatewayConfig, clock: Clock): Peer {
  const trust = source.of({ entity: link.peer, country: link.peerCountry });
  const side: Side = {
    trust,
    get statementKey() {
      return keys.statement;
    },
    get encryptionKeys() {
      return keys.openers;
    },
    maxStatementBytes: config.limits.statementBytes,
    maxManifestBytes: config.limits.manifestBytes,
    maxDocumentBytes: config.limits.xml.maxBytes,
  };
  const connection = connectLive({ origin: link.settings.url, tls: { pins: () => trust.tlsPins(clock.now()) }, identity: () => keys.tls, connections: link.settings.connections });
  return { link, side, connection };
}

/** For our auditor, where a link names one. */
export function escrowOf(peers: readonly Peer[]): { readonly escrow?: Escrow } {
  const jwk = peers.map(({ link }) => latest(link).us.auditor).find((auditor) => auditor !== undefined);
  if (jwk === undefined) return {};
  const recipient = recipientKey(jwk);
  return { escrow: new Escrow((root) => encryptJwe(root, recipient, {})) };
}

function latest(link: Link): LinkVersion {
  return link.versions.at(-1) ?? link.versions[0];
}
