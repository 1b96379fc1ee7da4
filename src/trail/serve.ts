/**
 * What the peer may read over the federation listener: our log of the link under the path of its origin, and our mirror of ITS log under the hash
 * of the origin (C2SP tlog-tiles, and tlog-mirror for the prefix). The local log and other links' logs are not there.
 */
import { hash } from 'node:crypto';
import { CausewayError } from '../errors.ts';
import type { Mirror } from './mirror.ts';
import { parseOrigin } from './shards.ts';
import type { Store } from './store.ts';
import { parseTilePath, renderBundle } from './tiles.ts';
import type { TileResource } from './tiles.ts';

const PREFIX = '/federation/v1/trail';

export const TRAIL_PATHS = { addCheckpoint: `${PREFIX}/add-checkpoint`, witnessed: `${PREFIX}/witnessed`, mirror: `${PREFIX}/mirror`, promises: `${PREFIX}/promises`, interval: `${PREFIX}/interval`, compare: `${PREFIX}/compare`, proofs: `${PREFIX}/proofs` } as const;

/** What a peer posts to compare its log with ours. */
export const RECONCILE_PATHS: readonly string[] = [TRAIL_PATHS.interval, TRAIL_PATHS.compare, TRAIL_PATHS.proofs];

/** URL path of a shard: its origin without the host (tlog-tiles, "Parameters"). */
export function logPath(origin: string): string {
  return origin.slice(origin.indexOf('/'));
}

/** Path below which a mirror serves the shard `origin` of another's log (tlog-mirror: hex SHA-256 of the origin). */
export function mirrorPath(origin: string): string {
  return `${TRAIL_PATHS.mirror}/${hash('sha256', origin, 'hex')}`;
}

/** Path at which the peer says how many promises it holds about entries of our shard `origin` from `index` on. */
export function promisesPath(origin: string, index: number): string {
  return `${TRAIL_PATHS.promises}/${hash('sha256', origin, 'hex')}/${index}`;
}

/** One link, as far as its trail may be read. */
export interface Readable {
  readonly link: string;
  /** Origin of the first shard of our log on the link. */
  readonly origin: string;
}

export interface Served {
  readonly contentType: string;
  readonly body: Uint8Array | string;
  /** It never changes: whoever has it need not ask again. */
  readonly immutable: boolean;
}

export interface ServeOptions {
  readonly mirror: Mirror;
  readonly store: Pick<Store, 'checkpoint'>;
}

/** What stands at `path` for the peer of this link; undefined where there is nothing. */
export async function serveTrail(path: string, readable: Readable, options: ServeOptions): Promise<Served | undefined> {
  if (path === TRAIL_PATHS.witnessed) return note((await options.mirror.latestWitnessed(readable.link))?.note);
  if (path.startsWith(`${TRAIL_PATHS.promises}/`)) return promises(path, readable, options);
  const found = (await inOurLog(path, readable, options)) ?? (await inMirror(path, readable, options));
  if (found === undefined) return undefined;
  const { origin, rest, checkpoint } = found;
  const resource = parseTilePath(rest);
  if (resource?.kind === 'checkpoint') return note(await checkpoint(origin));
  return resource && tiles(origin, resource, options.mirror);
}

interface Found {
  readonly origin: string;
  readonly rest: string;
  readonly checkpoint: (origin: string) => Promise<string | undefined>;
}

async function inOurLog(path: string, { link, origin }: Readable, { mirror, store }: ServeOptions): Promise<Found | undefined> {
  const base = `${logPath(parseOrigin(origin).base)}/`;
  if (!path.startsWith(base)) return undefined;
  const shards = await mirror.shards('ours', link);
  const shard = shards.find((head) => path.startsWith(`${logPath(head.origin)}/`));
  return shard && { origin: shard.origin, rest: path.slice(logPath(shard.origin).length + 1), checkpoint: (name) => store.checkpoint(name) };
}

async function inMirror(path: string, { link }: Readable, { mirror }: ServeOptions): Promise<Found | undefined> {
  if (!path.startsWith(`${TRAIL_PATHS.mirror}/`)) return undefined;
  const shards = await mirror.shards('peer', link);
  const shard = shards.find((head) => path.startsWith(`${mirrorPath(head.origin)}/`));
  return shard && { origin: shard.origin, rest: path.slice(mirrorPath(shard.origin).length + 1), checkpoint: async (name) => (await mirror.witnessed(name))?.note };
}

/** A decimal and a newline; of shards that we mirror. */
async function promises(path: string, { link }: Readable, { mirror }: ServeOptions): Promise<Served | undefined> {
  const index = path.slice(path.lastIndexOf('/') + 1);
  const shard = (await mirror.shards('peer', link)).find(({ origin }) => path === promisesPath(origin, Number(index)));
  return shard && note(`${await mirror.promisesBeyond(link, shard.origin, Number(index))}\n`);
}

function note(text: string | undefined): Served | undefined {
  return text === undefined ? undefined : { contentType: 'text/plain; charset=utf-8', body: text, immutable: false };
}

async function tiles(origin: string, resource: Exclude<TileResource, { kind: 'checkpoint' }>, mirror: Mirror): Promise<Served | undefined> {
  try {
    const { n, width } = resource;
    const body = resource.kind === 'tile' ? await mirror.tile(origin, resource.level, n, width) : renderBundle(await mirror.entries(origin, n * 256, n * 256 + width));
    return { contentType: 'application/octet-stream', body, immutable: true };
  } catch (thrown) {
    // Beyond what is committed there is nothing; a tile that is missing below it is our own fault, and an error.
    if (thrown instanceof CausewayError && thrown.code === 'internal') return undefined;
    throw thrown;
  }
}
