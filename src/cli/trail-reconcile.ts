/** `causeway trail reconcile`: what both countries recorded of a link, compared minute by minute; and `trail verify-case`, for a third party. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig } from '../config/config.ts';
import { ed25519Key } from '../crypto/keys.ts';
import { CausewayError } from '../errors.ts';
import { judgeCase, makeCase } from '../trail/reconcile/case-file.ts';
import type { JudgedCase } from '../trail/reconcile/case-file.ts';
import { parseEntry } from '../trail/entry.ts';
import { readTrailKeys } from '../trail/keys.ts';
import { ed25519FromBase64, ed25519Signer, ed25519Verifier } from '../trail/note.ts';
import { openInterval, sameInterval, signInterval } from '../trail/reconcile/note.ts';
import type { Interval } from '../trail/reconcile/note.ts';
import { closedWindows } from '../trail/reconcile/set.ts';
import { Rollup } from '../trail/reconcile/tree.ts';
import { answerQuestion, compareSets } from '../trail/reconcile/reconcile.ts';
import type { Difference } from '../trail/reconcile/reconcile.ts';
import { BothSides } from '../trail/sqlite/reconcile.ts';
import type { SideName } from '../trail/sqlite/reconcile.ts';

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
  /** Statements that each side recorded, and base64 of the root over them. */
  readonly ours: { readonly count: number; readonly root: string };
  readonly theirs: { readonly count: number; readonly root: string };
  readonly differences: readonly NamedDifference[];
  /** Whether the note of the peer says of its log what our mirror of it holds. */
  readonly peerNote?: 'agrees' | 'differs';
}

/** Throws `config-invalid` for an unknown link or a range that is none; as openInterval for a note that the peer's log did not sign. */
export async function trailReconcile({ config: folder, data, link, from, to, cases, note, peerNote }: ReconcileArguments, now: number): Promise<ReconcileReport> {
  const config = loadConfig(folder);
  const agreement = config.links.flatMap(({ agreements }) => agreements).find(({ id }) => id === link);
  if (agreement === undefined) throw new CausewayError('config-invalid', `there is no link "${link}" in ${folder}`);
  const end = timeOf(to) ?? now;
  const range = closedWindows(timeOf(from) ?? end - DAY_MS, end, now);
  const both = new BothSides(data ?? config.data, link, Object.fromEntries(agreement.parties.map(({ country, entity }) => [country, entity])), range);
  try {
    const [ours, theirs] = [new Rollup(both.set('ours')), new Rollup(both.set('theirs'))];
    const found = await compareSets(range, ours, theirs.root(range.from, range.to), async (question) => answerQuestion(question, theirs));
    const differences = found.map((difference, at) => named(difference, both, cases, `${link}-${at + 1}.case.json`));
    const interval = (rollup: Rollup): Interval => ({ link, ...range, count: rollup.count(range.from, range.to), root: rollup.root(range.from, range.to) });
    const [us, peer] = agreement.parties[0].entity === config.gateway.entity ? agreement.parties : [agreement.parties[1], agreement.parties[0]];
    if (note !== undefined) writeFileSync(note, signInterval(interval(ours), ed25519Signer(us.log.origin, ed25519Key(readFileSync(config.keys.log), 'log'))));
    const said = peerNote === undefined ? undefined : openInterval(readFileSync(peerNote, 'utf8'), ed25519Verifier(peer.log.origin, ed25519FromBase64(peer.log.key)));
    const agrees = said === undefined || sameInterval(said, interval(theirs));
    const side = (rollup: Rollup) => ({ count: rollup.count(range.from, range.to), root: Buffer.from(rollup.root(range.from, range.to)).toString('base64') });
    return { ok: differences.length === 0 && agrees, link, from: minute(range.from), to: minute(range.to), ours: side(ours), theirs: side(theirs), differences, ...(said === undefined ? {} : { peerNote: agrees ? 'agrees' : 'differs' }) };
  } finally {
    both.close();
  }
}

function named({ kind, window, key, ours, theirs }: Difference, both: BothSides, cases: string | undefined, name: string): NamedDifference {
  const side = (which: SideName, values: readonly Uint8Array[]) => values.map((value) => recorded(which, window, key, value, both));
  const found = { ours: side('ours', ours), theirs: side('theirs', theirs) };
  const about = [...found.ours, ...found.theirs].find(({ proof }) => proof !== undefined);
  const entry = about?.proof === undefined ? undefined : parseEntry(Buffer.from(about.proof.entry, 'base64'));
  const caseFile = kind === 'different' && cases !== undefined ? writeCase(found, cases, name) : undefined;
  return { kind, minute: minute(window), xid: entry?.xid ?? 'not under a checkpoint yet', step: entry?.step ?? '', ...found, ...(caseFile === undefined ? {} : { caseFile }) };
}

function recorded(side: SideName, window: number, key: Uint8Array, value: Uint8Array, both: BothSides): Recorded {
  const place = both.place(side, window, key, value);
  if (place === undefined) throw new CausewayError('internal', 'a difference without an entry');
  const proof = both.proof(side, place);
  const core = Buffer.from(value).toString('base64url');
  return { ...place, core, ...(proof === undefined ? {} : { proof: { note: proof.note, inclusion: proof.proof.map(base64), entry: base64(proof.entry) } }) };
}

/** Written where the sides have a proof of statements that the other does not have. */
function writeCase({ ours, theirs }: Pick<NamedDifference, 'ours' | 'theirs'>, folder: string, name: string): string | undefined {
  const cores = (side: readonly Recorded[]) => new Set(side.map(({ core }) => core));
  const a = ours.find(({ core, proof }) => proof !== undefined && !cores(theirs).has(core)) ?? ours.find(({ proof }) => proof !== undefined);
  const b = theirs.find(({ core, proof }) => proof !== undefined && core !== a?.core);
  if (a?.proof === undefined || b?.proof === undefined) return undefined;
  const [one, other] = [a, b].map(({ origin, index, proof }) => ({ origin, index, note: proof!.note, entry: Buffer.from(proof!.entry, 'base64'), proof: proof!.inclusion.map((hash) => Buffer.from(hash, 'base64')) }));
  mkdirSync(folder, { recursive: true });
  const path = join(folder, name);
  writeFileSync(path, `${JSON.stringify(makeCase([one!, other!]), undefined, 2)}\n`);
  return path;
}

/** Throws as judgeCase. `keys`: folder with a trail-keys.json that the judge made out of the signed link. */
export function verifyCase(file: string, keys: string): JudgedCase {
  return judgeCase(readFileSync(file, 'utf8'), readTrailKeys(keys));
}

export function renderCase({ xid, step, sides }: JudgedCase): string {
  return [`proven: two logs hold different statements for the ${step} of exchange ${xid}`, ...sides.map(({ origin, index, size, cosigned, core, recorded: at }) => `  ${origin}, entry ${index} of ${size}, cosigned by ${cosigned.join(', ')}, recorded ${new Date(at).toISOString()}: ${core}`)].join('\n');
}

const KINDS: Readonly<Record<Difference['kind'], string>> = { 'missing-here': 'missing here', 'missing-there': 'missing there', 'different': 'the same exchange, with other content' };

export function renderReconcile({ ok, link, from, to, ours, theirs, differences, peerNote }: ReconcileReport): string {
  const place = (who: string) => ({ origin, index, core, proof }: Recorded) => `    ${who} ${origin}, entry ${index}: ${core}${proof === undefined ? ' (not under a cosigned checkpoint)' : ''}`;
  return [
    `link "${link}", ${from} to ${to}: ${ok ? 'both sides agree' : `${differences.length} differences`}`,
    `  ours: ${ours.count} statements, root ${ours.root}`,
    `  theirs: ${theirs.count} statements, root ${theirs.root}`,
    ...(peerNote === undefined ? [] : [`  the peer's own note ${peerNote === 'agrees' ? 'says the same' : 'says something else than our mirror of its log'}`]),
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
