/** Asking the peer over the pinned federation connection: to cosign our checkpoints, and for its log and for what it mirrors of ours (tlog-tiles). */
import { CausewayError } from '../errors.ts';
import { ConnectionFailed } from '../platform/http-client.ts';
import type { HttpConnection, HttpReply } from '../platform/http-client.ts';
import { HASH_BYTES } from './merkle.ts';
import { MAX_NOTE_CHARACTERS } from './note.ts';
import type { WitnessReply } from './publisher.ts';
import { TRAIL_PATHS, logPath, mirrorPath, promisesPath } from './serve.ts';
import type { RecoveredEntry } from './store.ts';
import { MAX_BUNDLE_BYTES, TILE_WIDTH, parseBundle, tilePath, tilesOver } from './tiles.ts';

const TIMEOUT_MS = 8000;
/** The peer fetches what is new before it answers an add-checkpoint. */
const WITNESS_TIMEOUT_MS = 15_000;
/** Bundles that are asked for at one time. */
const AT_ONCE = 4;

export class PeerTrail {
  readonly #connection: HttpConnection;

  constructor(connection: HttpConnection) {
    this.#connection = connection;
  }

  /** C2SP tlog-witness. Rejects with `peer-unreachable`. */
  async addCheckpoint(body: string): Promise<WitnessReply> {
    const { status, body: answer } = await this.#send('POST', TRAIL_PATHS.addCheckpoint, Buffer.from(body), MAX_NOTE_CHARACTERS, WITNESS_TIMEOUT_MS);
    return { status, body: Buffer.from(answer).toString() };
  }

  /** The signed note that the peer cosigned last of our log, nothing of it verified; undefined if it never did. */
  async witnessed(): Promise<string | undefined> {
    return this.#text(TRAIL_PATHS.witnessed);
  }

  /** The peer's cosigned note about one shard of our log. */
  async mirroredCheckpoint(origin: string): Promise<string | undefined> {
    return this.#text(`${mirrorPath(origin)}/checkpoint`);
  }

  /** How many promises of ours the peer holds about entries of our shard from `index` on. */
  async promisesBeyond(origin: string, index: number): Promise<number> {
    const text = (await this.#text(promisesPath(origin, index)))?.trimEnd() ?? '0';
    if (!/^[0-9]{1,9}$/.test(text)) throw new CausewayError('peer-answer-invalid', 'the peer sent no number of promises');
    return Number(text);
  }

  /** Entries [from, to) of a shard of the peer's log. Rejects with `peer-unreachable` or `peer-answer-invalid`. */
  entries(origin: string, from: number, to: number): Promise<RecoveredEntry[]> {
    return this.#entries(logPath(origin), from, to);
  }

  /** Entries [from, to) of a shard of OUR log, as the peer mirrors it. */
  mirroredEntries(origin: string, from: number, to: number): Promise<RecoveredEntry[]> {
    return this.#entries(mirrorPath(origin), from, to);
  }

  /** Leaf hashes [from, to) of a shard of OUR log, as the peer mirrors it. */
  async mirroredLeaves(origin: string, from: number, to: number): Promise<Uint8Array[]> {
    const tiles = await inBatches(tilesOver(from, to), async ({ n, width, skip }) => (await this.#leaves(mirrorPath(origin), n, width)).slice(skip));
    return tiles.flat();
  }

  async #entries(prefix: string, from: number, to: number): Promise<RecoveredEntry[]> {
    const bundles = await inBatches(tilesOver(from, to), async ({ n, width, skip }) => {
      const entries = parseBundle(await this.#bytes(`${prefix}/${tilePath('entries', n, width)}`, MAX_BUNDLE_BYTES), width);
      const leaves = entries.includes(undefined) ? await this.#leaves(prefix, n, width) : [];
      return entries.map((bytes, at): RecoveredEntry => (bytes === undefined ? { leaf: leaves[at]! } : { bytes })).slice(skip);
    });
    return bundles.flat();
  }

  async #leaves(prefix: string, n: number, width: number): Promise<Uint8Array[]> {
    const hashes = await this.#bytes(`${prefix}/${tilePath(0, n, width)}`, TILE_WIDTH * HASH_BYTES);
    if (hashes.length !== width * HASH_BYTES) throw new CausewayError('peer-answer-invalid', `a tile that does not hold exactly ${width} hashes`);
    return Array.from({ length: width }, (_, at) => hashes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES));
  }

  async #bytes(path: string, maxBytes: number): Promise<Uint8Array> {
    const { status, body } = await this.#send('GET', path, new Uint8Array(0), maxBytes, TIMEOUT_MS);
    if (status !== 200) throw new CausewayError('peer-answer-invalid', `the peer answered ${status} for ${path}`);
    return body;
  }

  async #text(path: string): Promise<string | undefined> {
    const { status, body } = await this.#send('GET', path, new Uint8Array(0), MAX_NOTE_CHARACTERS, TIMEOUT_MS);
    if (status === 404) return undefined;
    if (status !== 200) throw new CausewayError('peer-answer-invalid', `the peer answered ${status} for ${path}`);
    return Buffer.from(body).toString();
  }

  async #send(method: string, target: string, body: Uint8Array, maxBytes: number, timeout: number): Promise<HttpReply> {
    const headers: Record<string, string> = method === 'POST' ? { 'content-type': 'text/plain' } : {};
    try {
      return await this.#connection.send({ method, target, headers, body }, { signal: AbortSignal.timeout(timeout), maxBytes });
    } catch (cause) {
      if (!(cause instanceof ConnectionFailed)) throw cause;
      throw new CausewayError(cause.reason === 'too-large' ? 'peer-answer-invalid' : 'peer-unreachable', cause.message, { cause });
    }
  }
}

/** Results in the order of `items`, a few at a time: a peer that has much to catch up on must not take every connection. */
async function inBatches<T, R>(items: readonly T[], run: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let at = 0; at < items.length; at += AT_ONCE) results.push(...(await Promise.all(items.slice(at, at + AT_ONCE).map(run))));
  return results;
}
