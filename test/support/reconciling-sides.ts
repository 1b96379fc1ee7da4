/** Two gateways' trails that are reconciled, each with its real index, notes and repairs, over HTTP messages without sockets; every question that crosses is counted. */
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { KekRing } from '../../src/evidence/kek-ring.ts';
import { asCausewayError } from '../../src/errors.ts';
import type { CausewayError } from '../../src/errors.ts';
import { Archive } from '../../src/exchange/archive.ts';
import { Repairing } from '../../src/exchange/repairing.ts';
import { problemBody } from '../../src/federation/seal.ts';
import { Spool } from '../../src/platform/spool.ts';
import { ed25519Signer, ed25519Verifier } from '../../src/trail/note.ts';
import { PeerSets } from '../../src/trail/reconcile/peer-sets.ts';
import { Reconciler } from '../../src/trail/reconcile/reconciler.ts';
import type { Sets } from '../../src/trail/reconcile/sets.ts';
import type { Found } from '../../src/trail/reconcile/settling.ts';
import { RECONCILE_PATHS } from '../../src/trail/serve.ts';
import { openSqliteSets } from '../../src/trail/sqlite/open-sets.ts';

import { makePair } from './sides.ts';
import { keysOf } from './trail.ts';
import { LINK, firstShard, toReply, trailSides } from './trail-sides.ts';
import type { TrailSide, TrailSides } from './trail-sides.ts';

export const ENTITIES = { EE: 'https://gateway.ee.example', FI: 'https://gateway.fi.example' };
/** retryTime of the link. */
export const PATIENCE = 600_000;
export const DAY = 86_400_000;

export class ReconcilingSide {
  readonly side: TrailSide;
  readonly found: Found[] = [];
  readonly reports: CausewayError[] = [];
  readonly steps: string[] = [];
  /** Targets that the peer asked of this side. */
  readonly asked: string[] = [];
  /** What a peer may ask of this side, and either takes for an answer; of sides that open from now on. */
  readonly limits = { perMinute: 1000, maxAnswerBytes: 1_000_000 };
  sets!: Sets;
  reconciler!: Reconciler;

  constructor(side: TrailSide) {
    this.side = side;
  }

  async open(): Promise<void> {
    const { side } = this;
    const { country, folder, store, mirror, peer, pair, keys } = side;
    const clock = { now: () => pair.now, monotonic: () => performance.now() + pair.now };
    const us = makePair()[country === 'FI' ? 'fi' : 'ee'];
    const peers = [{ link: us.link, side: us.side, connection: peer.connection() }];
    const journal = new Archive({ store, keks: KekRing.of(new Uint8Array(32)), spool: new Spool({ folder: join(folder, 'spool'), maxBytes: 1e6, memoryBytes: 1e6 }) });
    const repairing = new Repairing({ peers, store, journal, clock, clockState: () => 'unknown', notBefore: () => 0 });
    this.sets = await openSqliteSets(folder, { [LINK]: ENTITIES });
    this.reconciler = new Reconciler({
      links: [
        {
          id: LINK,
          entities: ENTITIES,
          peerOrigin: firstShard(peer.country),
          keys: trailKeys(pair),
          peer: new PeerSets(peer.connection(), this.limits.maxAnswerBytes),
          patience: PATIENCE,
          first: country === 'EE',
          notes: { signer: ed25519Signer(`${country}/interval`, keys.interval), verifier: ed25519Verifier(`${peer.country}/interval`, peer.keys.interval.publicKey) },
        },
      ],
      sets: this.sets,
      mirror,
      folder,
      clock,
      ...this.limits,
      statement: (entry) => repairing.statement(entry),
      repair: (missing) => repairing.repair(missing),
      mayAppend: (link) => side.keeper.mayAppend(link),
      found: (_, found) => void this.found.push(found),
      report: (_, error) => void this.reports.push(error),
      observe: (step) => void this.steps.push(step),
    });
    side.posted = async (target, body) => {
      if (!RECONCILE_PATHS.includes(target)) return undefined;
      this.asked.push(target.slice(target.lastIndexOf('/') + 1));
      return answered(() => this.reconciler.answer(LINK, target, body));
    };
  }

  async close(): Promise<void> {
    await this.reconciler.close();
    await this.sets.close();
  }

  async incidents(): Promise<string[]> {
    return (await this.side.mirror.incidents('open')).map(({ kind }) => kind).sort();
  }
}

/** As the federation listener answers. */
async function answered(answer: () => Promise<{ readonly body: string | Uint8Array }>) {
  try {
    return toReply({ status: 200, body: (await answer()).body });
  } catch (thrown) {
    return toReply({ status: 400, body: Buffer.from(problemBody(asCausewayError(thrown).code)) });
  }
}

/** Of both logs and both witnesses. */
export function trailKeys({ EE, FI }: TrailSides) {
  const witness = (side: TrailSide) => ({ [side.party().witness.name]: side.keys.witness });
  return keysOf({ [firstShard('EE')]: EE.keys.log, [firstShard('FI')]: FI.keys.log }, { ...witness(EE), ...witness(FI) });
}

export class ReconcilingSides {
  readonly trails: TrailSides;
  readonly EE: ReconcilingSide;
  readonly FI: ReconcilingSide;

  constructor(trails: TrailSides) {
    this.trails = trails;
    this.EE = new ReconcilingSide(trails.EE);
    this.FI = new ReconcilingSide(trails.FI);
  }

  /** Time passes, both mirrors catch up, and both sides reconcile: Estonia, the first party, first. */
  async pass(ms: number): Promise<void> {
    await this.trails.tick(ms);
    await this.trails.tick();
    await this.EE.reconciler.tick();
    await this.FI.reconciler.tick();
  }
}

/** Both sides open, closed with the test. */
export async function reconcilingSides(t: TestContext, limits: Partial<ReconcilingSide['limits']> = {}): Promise<ReconcilingSides> {
  const sides = new ReconcilingSides(await trailSides(t));
  for (const side of [sides.EE, sides.FI]) {
    Object.assign(side.limits, limits);
    await side.open();
    // Before the trails, whose files it reads.
    t.after(() => side.close());
  }
  return sides;
}
