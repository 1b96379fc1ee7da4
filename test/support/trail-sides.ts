/** Two gateways' trails, each with its store, its mirror and its keeper, that ask each other over HTTP messages without sockets. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mock } from 'node:test';
import { bytesOf } from '../../src/platform/content.ts';
import type { TestContext } from 'node:test';
import type { CausewayError } from '../../src/errors.ts';
import { ConnectionFailed } from '../../src/platform/http-client.ts';
import type { HttpConnection, HttpReply } from '../../src/platform/http-client.ts';
import { HeadFile } from '../../src/trail/head-file.ts';
import { ed25519Verifier } from '../../src/trail/note.ts';
import { Keeper } from '../../src/trail/keeper.ts';
import type { KeptLink } from '../../src/trail/keeper.ts';
import type { TrailParty } from '../../src/trail/party.ts';
import type { Mirror } from '../../src/trail/mirror.ts';
import { PeerTrail } from '../../src/trail/peer-trail.ts';
import { TRAIL_PATHS } from '../../src/trail/serve.ts';
import { firstOrigin } from '../../src/trail/shards.ts';
import { openSqliteMirror } from '../../src/trail/sqlite/mirror.ts';
import { openSqliteStore } from '../../src/trail/sqlite/store.ts';
import type { SqliteStore } from '../../src/trail/sqlite/store.ts';
import { verifyTrail } from '../../src/trail/verify.ts';
import type { TrailReport } from '../../src/trail/verify.ts';
import { keysOf, testKey } from './trail.ts';

export const LINK = 'ee-fi';
/** In the second half of 2026. */
export const BEGIN = Date.parse('2026-11-21T12:00:00Z');

type Country = 'EE' | 'FI';
const PEER: Readonly<Record<Country, Country>> = { EE: 'FI', FI: 'EE' };
const host = (country: Country): string => `gateway.${country.toLowerCase()}.example`;
export const firstShard = (country: Country): string => `${host(country)}/trail/ee-fi/2026h2`;

/** What a side answers, or what comes in its place; undefined is no answer at all. */
export type Interference = (target: string, answer: () => Promise<HttpReply>) => Promise<HttpReply | undefined>;

export class TrailSide {
  readonly country: Country;
  readonly folder: string;
  readonly pair: TrailSides;
  readonly keys = { log: testKey(), witness: testKey(), interval: testKey() };
  readonly reports: CausewayError[] = [];
  readonly steps: string[] = [];
  /** Between this side and the one that asks it: a lying peer, or a line that is down. */
  interfere: Interference = (_, answer) => answer();
  /** What this side answers besides its keeper. */
  posted: (target: string, body: string) => Promise<HttpReply | undefined> = async () => undefined;
  /** Whether the peer's clock is too far from this side's. */
  apart = false;
  isOpen = false;
  store!: SqliteStore;
  mirror!: Mirror;
  keeper!: Keeper;

  constructor(country: Country, root: string, pair: TrailSides) {
    this.country = country;
    this.folder = join(root, country);
    this.pair = pair;
  }

  get peer(): TrailSide {
    return this.pair[PEER[this.country]];
  }

  party(): TrailParty {
    return { log: { origin: firstShard(this.country), key: this.keys.log.base64 }, witness: { name: `${host(this.country)}/witness`, key: this.keys.witness.base64 } };
  }

  async open(): Promise<void> {
    const origins = { [LINK]: firstShard(this.country), local: `${host(this.country)}/trail/local/2026h2` };
    this.store = await openSqliteStore({ folder: this.folder, logs: Object.fromEntries(Object.entries(origins).map(([log, origin]) => [log, firstOrigin(origin, this.pair.now)])) });
    this.mirror = await openSqliteMirror(this.folder);
    this.keeper = new Keeper({
      links: [this.#kept()],
      logKeys: [this.keys.log],
      witnessKeys: [this.keys.witness],
      store: this.store,
      mirror: this.mirror,
      heads: new HeadFile(`${this.folder}-heads`),
      opened: async () => {},
      peerClocks: { measured: () => {}, apart: () => this.apart },
      patience: this.pair.patience,
      clock: { now: () => this.pair.now, monotonic: () => performance.now() },
      clockState: () => 'unknown',
      report: (_, error) => void this.reports.push(error),
      observe: (step) => void this.steps.push(step),
    });
    this.isOpen = true;
  }

  async close(): Promise<void> {
    await this.keeper.close();
    this.isOpen = false;
    await this.mirror.close();
    await this.store.close();
  }

  verify(): TrailReport {
    const [ours, theirs] = [this, this.peer];
    const logs = { [firstShard(ours.country)]: ours.keys.log, [`${host(ours.country)}/trail/local/2026h2`]: ours.keys.log, [firstShard(theirs.country)]: theirs.keys.log };
    return verifyTrail(this.folder, keysOf(logs, { [`${host(ours.country)}/witness`]: ours.keys.witness, [`${host(theirs.country)}/witness`]: theirs.keys.witness }));
  }

  logVerifier(origin: string) {
    return ed25519Verifier(origin, this.keys.log.publicKey);
  }

  /** How the peer reaches this side. */
  connection(): HttpConnection {
    return {
      send: async ({ method, target, body }, { maxBytes }) => {
        const reply = this.isOpen ? await this.interfere(target, () => this.#answer(method, target, bytesOf(body))) : undefined;
        if (reply === undefined) throw new ConnectionFailed('connect', false, 'the line is down');
        if (reply.body.length > maxBytes) throw new ConnectionFailed('too-large', true, 'too much');
        return reply;
      },
      close: async () => {},
    };
  }

  async #answer(method: string, target: string, body: Uint8Array): Promise<HttpReply> {
    if (method === 'POST' && target === TRAIL_PATHS.addCheckpoint) return toReply(await this.keeper.witness(LINK, Buffer.from(body).toString()));
    const answer = method === 'POST' ? await this.posted(target, Buffer.from(body).toString()) : undefined;
    if (answer !== undefined) return answer;
    const served = await this.keeper.serve(LINK, target);
    return served === undefined ? toReply({ status: 404, body: '' }) : toReply({ status: 200, body: served.body });
  }

  #kept(): KeptLink {
    const terms = { link: LINK, versions: [1], us: this.country, peer: this.peer.country, entriesPerMinute: this.pair.entriesPerMinute };
    return { link: { id: LINK, version: 1 }, us: this.party(), peer: this.peer.party(), peersAt: () => [this.peer.party()], terms, peerTrail: new PeerTrail(this.peer.connection()) };
  }
}

export function toReply({ status, body }: { readonly status: number; readonly body: string | Uint8Array }): HttpReply {
  return { status, headers: {}, body: Buffer.from(body) };
}

export class TrailSides {
  /** UTC milliseconds of both clocks; moved by the test. */
  now = BEGIN;
  entriesPerMinute = 600_000;
  /** Milliseconds that a keeper which opens from now on waits for its peer. */
  patience = 10_000;
  readonly EE: TrailSide;
  readonly FI: TrailSide;

  constructor(root: string) {
    this.EE = new TrailSide('EE', root, this);
    this.FI = new TrailSide('FI', root, this);
  }

  /** A second passes, and both sides publish what is due. */
  async tick(ms = 1000): Promise<void> {
    this.now += ms;
    await this.EE.keeper.tick();
    await this.FI.keeper.tick();
  }
}

/** Both sides open, closed with the test. Keepers tick when the test says so, never by themselves. */
export async function trailSides(t: TestContext): Promise<TrailSides> {
  const root = mkdtempSync(join(tmpdir(), 'causeway-sides-'));
  const sides = new TrailSides(root);
  mock.timers.enable({ apis: ['setInterval'] });
  t.after(async () => {
    mock.timers.reset();
    for (const side of [sides.EE, sides.FI]) if (side.isOpen) await side.close();
    rmSync(root, { recursive: true });
  });
  await sides.EE.open();
  await sides.FI.open();
  for (const side of [sides.EE, sides.FI]) {
    await side.keeper.tick();
    await side.keeper.admit(LINK);
    side.reports.length = 0;
    side.steps.length = 0;
  }
  return sides;
}
