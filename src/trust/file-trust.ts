/** Trust in peers by the files that operators exchanged, read again when one of them is replaced. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readTrustFile } from '../config/config.ts';
import { CausewayError, asCausewayError } from '../errors.ts';
import { WatchedFiles } from '../platform/watched-files.ts';
import type { ExpectedPeer } from './gateway-metadata.ts';
import type { PeerTrust } from './peer-trust.ts';
import { staticTrust } from './static-trust.ts';

type Peer = Pick<ExpectedPeer, 'entity' | 'country'>;

export interface FileTrust {
  /** Throws `config-invalid` for a file that is none, or of another gateway. */
  of(peer: Peer): PeerTrust;
  /** One that was asked for before. Throws a TypeError for another. */
  peer(entity: string): PeerTrust;
  /** Takes what was replaced; a file that cannot be taken is named, and the last one goes on. */
  look(): { readonly entity: string; readonly error?: CausewayError }[];
}

interface Read {
  readonly peer: Peer;
  readonly watched: WatchedFiles;
  keys: PeerTrust;
}

export function openFiles(folder: string): FileTrust {
  const peers = new Map<string, Read>();
  return {
    of(peer) {
      // Before it is read: a change in between is seen at the next look.
      const watched = new WatchedFiles(() => [fileOf(folder, peer)]);
      const read: Read = { peer, watched, keys: readKeys(folder, peer) };
      peers.set(peer.entity, read);
      return live(read);
    },
    peer(entity) {
      const read = peers.get(entity);
      if (read === undefined) throw new TypeError(`${entity} is no peer`);
      return read.keys;
    },
    look: () => [...peers.values()].filter(({ watched }) => watched.changed()).map((read) => replaced(folder, read)),
  };
}

function replaced(folder: string, read: Read): { readonly entity: string; readonly error?: CausewayError } {
  const { entity } = read.peer;
  try {
    read.keys = readKeys(folder, read.peer);
    return { entity };
  } catch (thrown) {
    return { entity, error: asCausewayError(thrown) };
  }
}

/** Each use asks what is held now. */
function live(read: Read): PeerTrust {
  const { entity, country } = read.peer;
  return {
    entity,
    country,
    get chain() {
      return read.keys.chain;
    },
    statementKey: (kid, signedAt, now) => read.keys.statementKey(kid, signedAt, now),
    encryptionKey: (now, accepts) => read.keys.encryptionKey(now, accepts),
    holds: (role, kid, now) => read.keys.holds(role, kid, now),
    tlsPins: (now) => read.keys.tlsPins(now),
  };
}

function fileOf(folder: string, { country }: Peer): string {
  return join(folder, `${country}.json`);
}

function readKeys(folder: string, peer: Peer): PeerTrust {
  const file = fileOf(folder, peer);
  const trust = staticTrust(readTrustFile(file), readFileSync(file));
  if (trust.entity !== peer.entity) throw new CausewayError('config-invalid', `${file} is of ${trust.entity}, the peer of the link is ${peer.entity}`);
  return trust;
}
