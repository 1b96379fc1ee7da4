/** `causeway trail reconcile`: what both countries recorded of a link, compared minute by minute, with our mirror of the peer's log or with the peer itself; and `trail verify-case`, for a third party. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig } from '../config/config.ts';
import type { GatewayConfig } from '../config/config.ts';
import { OwnKeys } from '../trust/own/own-keys.ts';
import { CausewayError } from '../errors.ts';
import { entitiesOf, trailKeysOf } from '../exchange/our-reconciling.ts';
import type { Agreement, Party } from '../federation/link.ts';
import { parseEntry } from '../trail/entry.ts';
import { readTrailKeys } from '../trail/keys.ts';
import { ed25519FromBase64, ed25519Signer, ed25519Verifier } from '../trail/note.ts';
import { inPieces } from '../trail/reconcile/asking.ts';
import { caseOf, judgeCase } from '../trail/reconcile/case-file.ts';
import type { Held, JudgedCase } from '../trail/reconcile/case-file.ts';
import { openFreshInterval, openInterval, sameInterval, signInterval } from '../trail/reconcile/note.ts';
import type { Interval } from '../trail/reconcile/note.ts';
import type { PeerSets } from '../trail/reconcile/peer-sets.ts';
import { compareSets } from '../trail/reconcile/reconcile.ts';
import type { Difference, Range } from '../trail/reconcile/reconcile.ts';
import { closedWindows, recordedStep } from '../trail/reconcile/set.ts';
import type { SideName } from '../trail/reconcile/sets.ts';
import { openProven } from '../trail/reconcile/settling.ts';
import type { WindowSummary } from '../trail/reconcile/tree.ts';
import { EMPTY } from '../trail/reconcile/tree.ts';
import type { SqliteSets } from '../trail/sqlite/sets.ts';
import { openSetsOnce } from '../trail/sqlite/sets-file.ts';
import { connectPeerSets } from './peer-sets.ts';

const DAY_MS = 86_400_000;
const WINDOW_MS = 60_000;

export interface ReconcileArguments {
  readonly config: string;
  /** A copy of the data folder; default: that of the configuration. */
  readonly data?: string;
  readonly link: string;
  /** RFC 3339; default: a day before `to`. */
  readonly from?: string;
  /** RFC 3339; default: now. Minutes that are not closed yet are left out. */
  readonly to?: string;
  /** Ask the peer's gateway in place of our mirror of its log. */
  readonly askPeer?: boolean;
  /** Folder for case files. */
  readonly cases?: string;
  /** File for our signed interval note, for the other country. */
  readonly note?: string;
  /** File with the other country's, of the same range. */
  readonly peerNote?: string;
}

/** One side's entry about a difference. */
export interface Recorded {
  readonly origin: string;
  readonly index: number;
  readonly core: string;
  /** Absent of an entry that is no longer, or not yet, under a cosigned checkpoint. */
  readonly proof?: { readonly note: string; readonly inclusion: readonly string[]; readonly entry: string };
}

export interface NamedDifference {
  readonly kind: Difference['kind'];
  /** RFC 3339, begin of the minute. */
  readonly minute: string;
  readonly xid: string;
  readonly step: string;
  readonly ours: readonly Recorded[];
  readonly theirs: readonly Recorded[];
  /** Written for a third party: both statements are under cosigned checkpoints. */
  readonly caseFile?: string;
}

export interface ReconcileReport {
  readonly ok: boolean;
  readonly link: string;
  readonly from: string;
  readonly to: string;
  readonly asked: 'mirror' | 'peer';
  /** Statements that each side recorded, and base64 of the root over them. */
  readonly ours: { readonly count: number; readonly root: string };
  readonly theirs: { readonly count: number; readonly root: string };
  readonly differences: readonly NamedDifference[];
  /** Whether a note of the peer says of its log what our mirror of it holds; `unknown` where the mirror is not that far, or does not go back that far. */
  readonly peerNote?: 'agrees' | 'differs' | 'unknown';
}

/** One run: the link as both agreed to it, and our index of both logs. */
interface Run {
  readonly config: GatewayConfig;
  readonly agreement: Agreement;
  readonly us: Party;
  readonly peer: Party;
  readonly range: Range;
  readonly sets: SqliteSets;
  readonly now: number;
}

/** What the other side says, and how it is asked further. */
interface Other {
  readonly summary: WindowSummary;
  readonly differences: readonly Difference[];
  /** The peer's note, where there is one. */
  readonly said?: Interval;
  readonly peer?: PeerSets;
}

/** Throws `config-invalid` for an unknown link, a range that is none, and notes without interval keys; as openInterval for a note that the peer did not sign; as PeerSets where the peer is asked. */
export async function trailReconcile({ config: folder, data, link, from, to, askPeer, cases, note, peerNote }: ReconcileArguments, now: number): Promise<ReconcileReport> {
  const config = loadConfig(folder);
  const agreement = config.links.flatMap(({ agreements }) => agreements).findLast(({ id }) => id === link);
  if (agreement === undefined) throw new CausewayError('config-invalid', `there is no link "${link}" in ${folder}`);
  const end = timeOf(to) ?? now;
  const range = closedWindows(timeOf(from) ?? end - DAY_MS, end, now);
  const [us, peer] = agreement.parties[0].entity === config.gateway.entity ? agreement.parties : [agreement.parties[1], agreement.parties[0]];
  const { sets, close } = openSetsOnce(data ?? config.data, link, entitiesOf(agreement), range.from * WINDOW_MS);
  const run: Run = { config, agreement, us, peer, range, sets, now };
  try {
    if (note !== undefined) writeFileSync(note, await ourNote(run));
    const other = askPeer === true ? await askedPeer(run) : await askedMirror(run);
    const said = peerNote === undefined ? other.said : openInterval(readFileSync(peerNote, 'utf8'), verifierOf(peer));
    const agrees = said && judged(said, run);
    const differences = await Promise.all(other.differences.map((difference, at) => named(difference, run, other.peer, cases, `${link}-${at + 1}.case.json`)));
    const ours = sets.summary(link, 'ours', range) ?? { root: EMPTY, count: 0 };
    const ok = differences.length === 0 && agrees !== 'differs' && sameInterval(intervalOf(run), { ...intervalOf(run), ...other.summary });
    return { ok, link, from: minute(range.from), to: minute(range.to), asked: askPeer === true ? 'peer' : 'mirror', ours: shown(ours), theirs: shown(other.summary), differences, ...(agrees === undefined ? {} : { peerNote: agrees }) };
  } finally {
    close();
  }
}

async function askedMirror({ sets, agreement: { id }, range }: Run): Promise<Other> {
  const ask = (side: SideName) => async (question: Parameters<SqliteSets['answer']>[2]) => sets.answer(id, side, question, Infinity);
  return { summary: sets.summary(id, 'theirs', range) ?? { root: EMPTY, count: 0 }, differences: await compareSets(range, ask('ours'), ask('theirs')) };
}

async function askedPeer(run: Run): Promise<Other> {
  const { sets, agreement: { id }, range, config, peer, now } = run;
  const { peer: asked, close } = connectPeerSets(config, id, now);
  try {
    const said = openFreshInterval(await asked.note(await ourNote(run)), { key: verifierOf(peer), link: id, latest: 0, now });
    if (said.from !== range.from || said.to !== range.to) throw new CausewayError('peer-answer-invalid', 'the note of the peer is about another range');
    const agrees = sameInterval(intervalOf(run), said);
    const differences = agrees ? [] : await compareSets(range, async (question) => sets.answer(id, 'ours', question, Infinity), inPieces((question) => asked.ask(question)));
    return { summary: said, said, differences, peer: asked };
  } finally {
    await close();
  }
}

function intervalOf({ sets, agreement: { id }, range, now }: Run): Interval {
  const summary = sets.summary(id, 'ours', range) ?? { root: EMPTY, count: 0, origin: '-', size: 0 };
  return { link: id, ...range, ...summary, time: Math.floor(now / 1000) };
}

/** What our log says of the range, signed. */
async function ourNote(run: Run): Promise<string> {
  const file = run.config.keys.interval;
  if (file === undefined || run.us.interval === undefined) throw new CausewayError('config-invalid', 'notes need keys.interval in gateway.yaml and `interval` of both parties in the agreement');
  const { name } = run.us.interval;
  return OwnKeys.with(run.config, async ({ store }) => signInterval(intervalOf(run), ed25519Signer(name, await store.ed25519(file, 'interval'))));
}

function verifierOf({ interval }: Party): ReturnType<typeof ed25519Verifier> {
  if (interval === undefined) throw new CausewayError('config-invalid', 'the agreement names no interval key of the peer');
  return ed25519Verifier(interval.name, ed25519FromBase64(interval.key));
}

/** The peer's note against its own log, as we mirror it. */
function judged(said: Interval, { sets, agreement: { id }, range }: Run): NonNullable<ReconcileReport['peerNote']> {
  if (said.link !== id || said.from !== range.from || said.to !== range.to) return 'differs';
  const all = sets.summary(id, 'theirs', range);
  // What the mirror shows may agree although the note names entries beyond it, of other minutes.
  if (all !== undefined && sameInterval(said, { ...said, ...all })) return 'agrees';
  const shows = sets.isWhole(id, 'theirs') ? sets.summaryAt(id, 'theirs', said, said) : undefined;
  if (shows === undefined) return 'unknown';
  return sameInterval(said, { ...said, ...shows }) ? 'agrees' : 'differs';
}

async function named({ kind, window, key, ours, theirs }: Difference, run: Run, peer: PeerSets | undefined, cases: string | undefined, name: string): Promise<NamedDifference> {
  const { sets, agreement: { id } } = run;
  const held = (side: SideName, value: Uint8Array): Held => ({ value, ...(sets.recorded(id, side, { window, key, value }) ?? { origin: '', index: 0 }) });
  const mine = ours.map((value) => held('ours', value));
  const others = await Promise.all(theirs.map(async (value) => withProof(held('theirs', value), { window, key, value }, run, peer)));
  const proven = [...mine, ...others].find(({ proof }) => proof !== undefined)?.proof;
  const entry = proven && parseEntry(proven.entry);
  const caseFile = kind === 'different' && cases !== undefined ? writeCase(mine, others, cases, name) : undefined;
  return { kind, minute: minute(window), xid: entry?.xid ?? 'not under a checkpoint yet', step: (entry && recordedStep(entry)) ?? '', ours: mine.map(recorded), theirs: others.map(recorded), ...(caseFile === undefined ? {} : { caseFile }) };
}

/** Where our mirror has no proof, the peer is asked for it, if it is asked at all. */
async function withProof(held: Held, element: Parameters<PeerSets['proofs']>[0][number], { config, agreement, peer: { log } }: Run, peer: PeerSets | undefined): Promise<Held> {
  if (held.proof !== undefined || peer === undefined) return held;
  const [proof] = await peer.proofs([element]);
  return proof === undefined ? held : openProven(proof, element, { peerOrigin: log.origin, keys: trailKeysOf(config.links.flatMap(({ agreements }) => agreements.filter(({ id }) => id === agreement.id).flatMap(({ parties }) => parties))), entities: entitiesOf(agreement) });
}

function recorded({ origin, index, value, proof }: Held): Recorded {
  const core = Buffer.from(value).toString('base64url');
  return { origin, index, core, ...(proof === undefined ? {} : { proof: { note: proof.note, inclusion: proof.proof.map(base64), entry: base64(proof.entry) } }) };
}

function writeCase(ours: readonly Held[], theirs: readonly Held[], folder: string, name: string): string | undefined {
  const made = caseOf(ours, theirs);
  if (made === undefined) return undefined;
  mkdirSync(folder, { recursive: true });
  const path = join(folder, name);
  writeFileSync(path, `${JSON.stringify(made, undefined, 2)}\n`);
  return path;
}

function shown({ count, root }: WindowSummary): { readonly count: number; readonly root: string } {
  return { count, root: base64(root) };
}

/** Throws as judgeCase. `keys`: folder with a trail-keys.json that the judge made out of the signed link. */
export function verifyCase(file: string, keys: string): JudgedCase {
  return judgeCase(readFileSync(file, 'utf8'), readTrailKeys(keys));
}

export function renderCase({ xid, step, sides }: JudgedCase): string {
  return [`proven: two logs hold different statements for the ${step} of exchange ${xid}`, ...sides.map(({ origin, index, size, cosigned, core, recorded: at }) => `  ${origin}, entry ${index} of ${size}, cosigned by ${cosigned.join(', ')}, recorded ${new Date(at).toISOString()}: ${core}`)].join('\n');
}

const KINDS: Readonly<Record<Difference['kind'], string>> = { 'missing-here': 'missing here', 'missing-there': 'missing there', 'different': 'the same exchange, with other content' };

const NOTES: Readonly<Record<NonNullable<ReconcileReport['peerNote']>, string>> = { agrees: 'says the same', differs: 'says something else than our mirror of its log', unknown: 'is about more, or less, than our mirror of its log shows' };

export function renderReconcile({ ok, link, from, to, asked, ours, theirs, differences, peerNote }: ReconcileReport): string {
  const place = (who: string) => ({ origin, index, core, proof }: Recorded) => `    ${who} ${origin}, entry ${index}: ${core}${proof === undefined ? ' (not under a cosigned checkpoint)' : ''}`;
  return [
    `link "${link}", ${from} to ${to}: ${ok ? 'both sides agree' : `${differences.length} differences`}${asked === 'peer' ? ', the peer was asked' : ''}`,
    `  ours: ${ours.count} statements, root ${ours.root}`,
    `  theirs: ${theirs.count} statements, root ${theirs.root}`,
    ...(peerNote === undefined ? [] : [`  the peer's own note ${NOTES[peerNote]}`]),
    ...differences.flatMap(({ kind, minute: at, xid, step, ours: a, theirs: b, caseFile }) => [`  ${KINDS[kind]}: ${step} of ${xid}, ${at}`, ...a.map(place('ours:')), ...b.map(place('theirs:')), ...(caseFile === undefined ? [] : [`    case for a third party: ${caseFile}`])]),
  ].join('\n');
}

function timeOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw new CausewayError('config-invalid', `"${text}" is not a time such as 2026-11-21T00:00:00Z`);
  return ms;
}

function minute(window: number): string {
  return new Date(window * WINDOW_MS).toISOString();
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
