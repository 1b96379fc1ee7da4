/** The mirror's own thread: mirror.db is its alone, trail.db it only reads. */
import { workerData } from 'node:worker_threads';
import { CausewayError } from '../../errors.ts';
import { Incidents } from './incidents.ts';
import { MIRROR_FILE, openMirrorFile, openReadOnly } from './layout.ts';
import type { MirrorCalls } from './mirror.ts';
import { PeerLogs } from './peer-logs.ts';
import { Redactions } from './redactions.ts';
import { Shards } from './shards.ts';
import type { ShardRow } from './shards.ts';
import { Statements } from './statements.ts';
import { TILE_WIDTH } from '../tiles.ts';
import { serveCalls } from './worker-calls.ts';

/** Bytes that are views on something larger would carry all of it to the other thread. */
const alone = (bytes: Uint8Array): Uint8Array => new Uint8Array(bytes);

function open(folder: string): { readonly calls: MirrorCalls; readonly close: () => void } {
  const [trail, mirror] = [openReadOnly(folder), openMirrorFile(folder)];
  const [ours, mirrored] = [new Shards(trail), new Shards(mirror)];
  const incidents = new Incidents(mirror);
  const redactions = new Redactions(trail);
  const owed = new Statements(mirror, redactions);
  const peers = new PeerLogs(mirror, { ours, mirrored, redactions }, incidents, owed);
  const at = <T>(origin: string, part: number, size: number, read: (shards: Shards, shard: ShardRow) => T): T => {
    const found = [ours, mirrored].map((shards) => [shards, shards.find(origin)] as const).find(([, shard]) => shard !== undefined);
    if (found?.[1] === undefined || !isWithin(part, size, found[1].size)) throw new CausewayError('internal', `${origin}: nothing about ${part} of ${size} entries`);
    return read(found[0], found[1]);
  };
  const calls: MirrorCalls = {
    shards: (whose, log) => (whose === 'ours' ? ours : mirrored).heads(log),
    entries: (origin, from, to) => at(origin, from, to, (shards, shard) => shards.entries(shard, from, to)),
    tile: (origin, level, n, width) => at(origin, n * TILE_WIDTH, (n * TILE_WIDTH + width) * TILE_WIDTH ** level, (shards, shard) => alone(shards.tile(shard, level, n, width))),
    peaks: (origin, size) => at(origin, 0, size, (shards, shard) => shards.peaks(shard, size)),
    consistencyProof: (origin, from, to) => at(origin, from, to, (shards, shard) => shards.consistencyProof(shard, from, to)),
    inclusionProof: (origin, index, size) => at(origin, index + 1, size, (shards, shard) => shards.inclusionProof(shard, index, size)),
    latestWitnessed: (link) => peers.latest(link),
    witnessed: (origin) => peers.witnessed(origin),
    grow: (terms, growth) => peers.grow(terms, growth),
    breaches: () => owed.breaches(),
    promisesBeyond: (link, origin, index) => peers.promisesBeyond(link, origin, index),
    openIncident: (incident, now) => incidents.open(incident, now),
    incidents: (which) => incidents.list(which),
    redact: (origin, index) => peers.redact(origin, index),
    closeIncident: (id, because, now) => incidents.close(id, because, now),
  };
  return { calls, close: () => [mirror, trail].forEach((db) => db.close()) };
}

function isWithin(part: number, size: number, committed: number): boolean {
  return Number.isSafeInteger(part) && Number.isSafeInteger(size) && 0 <= part && part <= size && size <= committed;
}

serveCalls(MIRROR_FILE, () => open((workerData as { readonly folder: string }).folder));
