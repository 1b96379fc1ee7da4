/** What would be believed of a peer's keys now, for `causeway link check`: from the file of `trust`, or by a chain that is fetched and verified anew. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readTrustFile } from '../config/config.ts';
import type { GatewayConfig } from '../config/config.ts';
import { linkedPeer } from '../exchange/open-peers.ts';
import type { Link } from '../federation/link.ts';
import { LivePeer } from '../trust/live-peer.ts';
import { verifyNotices } from '../trust/notices.ts';
import { placesFor } from '../trust/open-trust.ts';
import { pinnedAnchor } from '../trust/own-configuration.ts';
import type { PeerTrust } from '../trust/peer-trust.ts';
import { resolveChain } from '../trust/resolve.ts';
import { staticTrust } from '../trust/static-trust.ts';
import { withTrustMarks } from '../trust/trust-marks.ts';

export interface Believed {
  readonly trust: PeerTrust;
  /** What was found, for an operator. */
  readonly text: string;
}

/** Throws with what an operator has to know where nothing is believed. `now`: UTC milliseconds. */
export async function believed(link: Link, config: GatewayConfig, now: number): Promise<Believed> {
  return config.federation === undefined ? byFile(link, config, now) : byChain(link, config.federation, now);
}

function byFile(link: Link, { trust: folder }: GatewayConfig, now: number): Believed {
  const file = join(folder, `${link.peerCountry}.json`);
  const document = readTrustFile(file);
  const trust = staticTrust(document, readFileSync(file));
  if (trust.entity !== link.peer) throw new Error(`${file} is of ${trust.entity}, the link is with ${link.peer}`);
  trust.encryptionKey(now);
  const signing = document.statement.filter(({ notBefore, notAfter }) => Date.parse(notBefore) <= now && now < Date.parse(notAfter));
  if (signing.length === 0 || trust.tlsPins(now).length === 0) throw new Error(`${file} holds no ${signing.length === 0 ? 'statement' : 'TLS'} key that is valid now`);
  return { trust, text: `keys of ${link.peer} are valid now` };
}

async function byChain(link: Link, federation: NonNullable<GatewayConfig['federation']>, now: number): Promise<Believed> {
  const peer = linkedPeer(link);
  const places = placesFor(federation, [peer]);
  const chain = await withTrustMarks(await resolveChain(link.peer, pinnedAnchor(federation), places, now), peer.trustMarks ?? [], now);
  const trust = new LivePeer(peer, federation.withoutNotices);
  trust.take(chain);
  for (const superior of chain.superiors) trust.takeNotices(superior.entity, await verifyNotices(await places.notices(superior.entity), superior, now));
  const refusal = trust.refusal(now);
  if (refusal !== undefined) throw new Error(`${link.peer}: ${refusal}`);
  return { trust, text: `${[link.peer, ...chain.superiors.map(({ entity }) => entity)].join(' < ')} until ${new Date(chain.expires).toISOString()}, and no notice against it` };
}
