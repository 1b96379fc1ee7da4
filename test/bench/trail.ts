/** What the trail costs: durable appends, verification, proofs, and comparing two sides at the size of a busy country. */
import { generateKeyPairSync, randomFillSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ed25519SignerOf } from '../../src/crypto/keys.ts';
import { exchangeId } from '../../src/platform/ids.ts';
import type { Entry } from '../../src/trail/entry.ts';
import { leafHash, verifyInclusion } from '../../src/trail/merkle.ts';
import { ed25519Signer } from '../../src/trail/note.ts';
import { signInterval } from '../../src/trail/reconcile/note.ts';
import { ELEMENT_BYTES } from '../../src/trail/reconcile/set.ts';
import { Rollup } from '../../src/trail/reconcile/tree.ts';
import { encodeAnswer, encodeQuestion, parseAnswer, parseQuestion } from '../../src/trail/reconcile/wire.ts';
import { answerQuestion, compareSets } from '../../src/trail/reconcile/reconcile.ts';
import { openReadOnly } from '../../src/trail/sqlite/layout.ts';
import { Shards } from '../../src/trail/sqlite/shards.ts';
import { openSqliteStore } from '../../src/trail/sqlite/store.ts';
import { verifyTrail } from '../../src/trail/verify.ts';

const ORIGIN = 'fi.example/trail/ee-fi/2026h2';
const BEGIN = Date.parse('2026-11-21T00:00:00Z');
const WINDOWS_A_DAY = 1440;
const RANGE = { from: BEGIN / 60_000, to: BEGIN / 60_000 + WINDOWS_A_DAY };
const WRITERS = [1, 10, 100];

export interface TrailBench {
  /** Durable entries a second, by writers that each wait for their own. */
  readonly appendsPerSecond: Readonly<Record<string, number>>;
  readonly verifiedPerSecond: number;
  readonly proof: { readonly entries: number; readonly makeMicros: number; readonly verifyMicros: number };
  readonly reconcile: Reconciled;
  readonly agree: Agreed;
}

interface Reconciled {
  readonly exchanges: number;
  readonly differences: number;
  readonly roundTrips: number;
  readonly bytes: number;
  /** Roots of one side, out of sorted elements. */
  readonly rootsMs: number;
  readonly descentMs: number;
}

interface Agreed {
  readonly exchanges: number;
  readonly bytes: number;
  readonly rootsMs: number;
  readonly peakMiB: number;
}

export async function benchTrail(seconds: number, say: (text: string) => void): Promise<TrailBench> {
  const folder = mkdtempSync(join(tmpdir(), 'causeway-bench-trail-'));
  try {
    const appendsPerSecond = await appends(folder, seconds, say);
    const verifiedPerSecond = verified(folder);
    const proof = proofs(folder);
    say(`verified ${verifiedPerSecond.toFixed(0)} entries/s; proof of one in ${proof.entries}: ${proof.makeMicros.toFixed(0)} µs made, ${proof.verifyMicros.toFixed(0)} µs verified`);
    // The large one first holds its peak down: nothing else is in memory yet.
    const agree = await agreeing(10_000_000);
    say(`${agree.exchanges} exchanges of a day agreed: one message of ${agree.bytes} bytes, roots in ${(agree.rootsMs / 1000).toFixed(1)} s, ${agree.peakMiB} MiB at most`);
    const reconcile = await differing(1_000_000, 10);
    say(`${reconcile.exchanges} exchanges, ${reconcile.differences} differences: ${reconcile.roundTrips} round trips, ${reconcile.bytes} bytes; roots of a side ${(reconcile.rootsMs / 1000).toFixed(1)} s, descent ${reconcile.descentMs.toFixed(0)} ms`);
    return { appendsPerSecond, verifiedPerSecond, proof, reconcile, agree };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function appends(folder: string, seconds: number, say: (text: string) => void): Promise<Record<string, number>> {
  const store = await openSqliteStore({ folder, logs: { 'ee-fi': ORIGIN, 'local': 'fi.example/trail/local/2026h2' } });
  const rates: Record<string, number> = {};
  for (const writers of WRITERS) {
    const until = performance.now() + seconds * 1000;
    let count = 0;
    const write = async () => {
      for (; performance.now() < until; count += 1) await store.commit({ entries: [{ log: 'ee-fi', entry: entry() }] });
    };
    await Promise.all(Array.from({ length: writers }, write));
    rates[writers] = count / seconds;
    say(`${writers} writers: ${rates[writers].toFixed(0)} durable entries/s`);
  }
  await store.close();
  return rates;
}

function entry(): Entry {
  const core = randomFillSync(Buffer.alloc(32)).toString('base64url');
  return { v: 1, xid: exchangeId(BEGIN), step: 'request', event: 'RelayAcceptance', from: 'FI', to: 'EE', client: 'FI/GOV/0245458-6/vero', service: 'EE/GOV/70000349/emta/xteePalgaandmed/v1', link: { id: 'ee-fi', version: 1 }, purpose: 'commuting-tax', t: { ms: BEGIN, clock: 'synchronised' }, kid: core, window: RANGE.from, core };
}

function verified(folder: string): number {
  const before = performance.now();
  const { logs, wrong } = verifyTrail(folder, { v: 1, logs: [], witnesses: [] });
  if (wrong.length > 0) throw new Error('the trail does not verify');
  return (1000 * logs.reduce((sum, { size }) => sum + size, 0)) / (performance.now() - before);
}

function proofs(folder: string): TrailBench['proof'] {
  const db = openReadOnly(folder);
  try {
    const shards = new Shards(db);
    const shard = shards.find(ORIGIN)!;
    const { root } = shards.heads('ee-fi')[0]!;
    const indexes = Array.from({ length: 300 }, (_, n) => Math.floor((n * shard.size) / 300));
    const leaves = indexes.map((index) => leafHash(shards.entries(shard, index, index + 1)[0]!));
    const [made, makeMicros] = timed(() => indexes.map((index) => shards.inclusionProof(shard, index, shard.size)));
    const [, verifyMicros] = timed(() => indexes.forEach((index, n) => verifyInclusion(index, shard.size, leaves[n]!, made[n]!, root)));
    return { entries: shard.size, makeMicros: makeMicros / 300, verifyMicros: verifyMicros / 300 };
  } finally {
    db.close();
  }
}

/** Result and microseconds. */
function timed<T>(run: () => T): readonly [T, number] {
  const before = performance.now();
  const result = run();
  return [result, (performance.now() - before) * 1000];
}

/** Made-up statements of one window, sorted: two of each exchange. */
function windowOf(count: number): Uint8Array {
  const bytes = randomFillSync(Buffer.alloc(count * ELEMENT_BYTES));
  const elements = Array.from({ length: count }, (_, n) => bytes.subarray(n * ELEMENT_BYTES, (n + 1) * ELEMENT_BYTES));
  return Buffer.concat(elements.sort(Buffer.compare));
}

/** The day of one side goes by window by window; the other side does the same, and one signed note says what came out. */
async function agreeing(exchanges: number): Promise<Agreed> {
  const rollup = new Rollup({ elements: () => windowOf(Math.round((2 * exchanges) / WINDOWS_A_DAY)) });
  let peak = 0;
  const before = performance.now();
  for (let window = RANGE.from; window < RANGE.to; window += 1) {
    rollup.window(window);
    peak = Math.max(peak, process.memoryUsage.rss());
  }
  const root = rollup.root(RANGE.from, RANGE.to);
  const rootsMs = performance.now() - before;
  const { privateKey } = generateKeyPairSync('ed25519');
  const note = await signInterval({ link: 'ee-fi', ...RANGE, count: rollup.count(RANGE.from, RANGE.to), root, origin: ORIGIN, size: 40_000_000, time: BEGIN / 1000 }, ed25519Signer('fi.example/interval', ed25519SignerOf(privateKey)));
  return { exchanges, bytes: Buffer.byteLength(note), rootsMs, peakMiB: Math.round(peak / 1024 ** 2) };
}

async function differing(exchanges: number, differences: number): Promise<Reconciled> {
  const windows = new Map(Array.from({ length: WINDOWS_A_DAY }, (_, n) => [RANGE.from + n, windowOf(Math.round((2 * exchanges) / WINDOWS_A_DAY))]));
  const lacks = new Set(Array.from({ length: differences }, (_, n) => RANGE.from + Math.floor(((n + 0.5) * WINDOWS_A_DAY) / differences)));
  const [ours, theirs] = [new Rollup({ elements: (window) => windows.get(window)! }), new Rollup({ elements: (window) => (lacks.has(window) ? windows.get(window)!.subarray(ELEMENT_BYTES) : windows.get(window)!) })];
  const [, rootsMicros] = timed(() => ours.root(RANGE.from, RANGE.to));
  theirs.root(RANGE.from, RANGE.to);
  let [roundTrips, bytes] = [0, 0];
  const before = performance.now();
  const found = await compareSets(RANGE, async (question) => answerQuestion(question, ours), async (question) => {
    const asked = encodeQuestion(question);
    const answer = encodeAnswer(answerQuestion(parseQuestion(asked), theirs));
    roundTrips += 1;
    bytes += Buffer.byteLength(asked) + answer.length;
    return parseAnswer(answer);
  });
  if (found.length !== differences) throw new Error(`${found.length} differences were found`);
  return { exchanges, differences, roundTrips, bytes, rootsMs: rootsMicros / 1000, descentMs: performance.now() - before };
}
