/** The peers' logs in mirror.db: every entry checked, every root recomputed, then stored with the cosigned note in one transaction. Runs in the mirror's worker. */
import type { DatabaseSync } from 'node:sqlite';
import { CausewayError } from '../../errors.ts';
import { parseCheckpointText } from '../checkpoint.ts';
import { parseEntry } from '../entry.ts';
import type { Entry, StatedHead } from '../entry.ts';
import { CompactRange, leafHash, rootOfPeaks } from '../merkle.ts';
import type { Growth, GrowthResult, IncidentKind, PeerTerms, Witnessed } from '../mirror.ts';
import { parseNote } from '../note.ts';
import { EntryRate, misfit } from '../peer-entry.ts';
import { follows } from '../shards.ts';
import type { Incidents } from './incidents.ts';
import { removeBytes } from './redactions.ts';
import type { Redactions } from './redactions.ts';
import type { Shards } from './shards.ts';
import type { Statements } from './statements.ts';
import { SqliteTree } from './tree.ts';
import type { RecoveredEntry } from '../store.ts';

function statements(db: DatabaseSync) {
  return {
    begin: db.prepare('BEGIN IMMEDIATE'),
    commit: db.prepare('COMMIT'),
    rollback: db.prepare('ROLLBACK'),
    add: db.prepare('INSERT INTO origin (log, ordinal, name) SELECT ?1, coalesce(max(ordinal) + 1, 0), ?2 FROM origin WHERE log = ?1'),
    insert: db.prepare('INSERT INTO entry (origin, idx, leaf, bytes) VALUES (?, ?, ?, ?)'),
    head: db.prepare('INSERT INTO head (origin, size, root) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET size = excluded.size, root = excluded.root'),
    witness: db.prepare('INSERT INTO witnessed (origin, size, note, at) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET size = excluded.size, note = excluded.note, at = excluded.at'),
    witnessed: db.prepare('SELECT name, witnessed.size, note, at FROM witnessed JOIN origin ON origin.id = witnessed.origin WHERE name = ?'),
    latest: db.prepare('SELECT name, witnessed.size, note, at FROM witnessed JOIN origin ON origin.id = witnessed.origin WHERE log = ? ORDER BY ordinal DESC LIMIT 1'),
  };
}

/** An entry with its leaf hash; without `entry` it is redacted. */
interface Leaf {
  readonly leaf: Uint8Array;
  readonly bytes: Uint8Array | null;
  readonly entry?: Entry;
}

/** Carries what is wrong out of the checks. */
class Misfit extends Error {
  readonly kind: IncidentKind;
  constructor(kind: IncidentKind, what: string) {
    super(what);
    this.kind = kind;
  }
}

export class PeerLogs {
  readonly #db: DatabaseSync;
  readonly #sql: ReturnType<typeof statements>;
  readonly #mirrored: Shards;
  readonly #ours: Shards;
  readonly #redactions: Redactions;
  readonly #incidents: Incidents;
  readonly #owed: Statements;
  readonly #trees = new Map<string, SqliteTree>();
  readonly #rates = new Map<string, EntryRate>();

  constructor(db: DatabaseSync, read: { readonly mirrored: Shards; readonly ours: Shards; readonly redactions: Redactions }, incidents: Incidents, owed: Statements) {
    this.#db = db;
    this.#sql = statements(db);
    this.#mirrored = read.mirrored;
    this.#ours = read.ours;
    this.#redactions = read.redactions;
    this.#incidents = incidents;
    this.#owed = owed;
    // A mirror that is damaged must not be found so only when it is needed.
    for (const { log, name } of db.prepare('SELECT log, name FROM origin').all() as { log: string; name: string }[]) this.#tree(log, name);
  }

  witnessed(origin: string): Witnessed | undefined {
    return toWitnessed(this.#sql.witnessed.get(origin));
  }

  latest(link: string): Witnessed | undefined {
    return toWitnessed(this.#sql.latest.get(link));
  }

  promisesBeyond(link: string, origin: string, index: number): number {
    this.#sql.begin.run();
    this.#owed.follow(link, this.#ours);
    this.#sql.commit.run();
    return this.#owed.promisesBeyond(link, origin, index);
  }

  grow(terms: PeerTerms, growth: Growth): GrowthResult {
    const { link } = terms;
    const lasting = this.#incidents.lasting(link);
    if (lasting !== undefined) return { kind: 'refused', incident: lasting.kind, what: lasting.what };
    const size = this.#mirrored.find(growth.origin)?.size ?? 0;
    if (size !== growth.old) return { kind: 'conflict', size };
    const rate = new EntryRate(this.#rates.get(link));
    this.#sql.begin.run();
    try {
      this.#owed.follow(link, this.#ours);
      this.#store(link, growth, this.#check(terms, growth, rate));
      this.#sql.commit.run();
      this.#rates.set(link, rate);
      return { kind: 'stored' };
    } catch (thrown) {
      // What the tree in memory holds by now is not on disk.
      this.#trees.delete(growth.origin);
      this.#sql.rollback.run();
      if (!(thrown instanceof Misfit)) throw thrown;
      this.#incidents.open({ link, origin: growth.origin, kind: thrown.kind, what: thrown.message, proof: growth.note }, growth.now);
      return { kind: 'refused', incident: thrown.kind, what: thrown.message };
    }
  }

  redact(origin: string, index: number): void {
    const transaction = (change: () => void): void => {
      this.#sql.begin.run();
      change();
      this.#sql.commit.run();
    };
    removeBytes(this.#db, origin, index, transaction, () => {});
  }

  /** Throws Misfit at the first thing that is not as it must be. */
  #check(terms: PeerTerms, { origin, old, head, entries }: Growth, rate: EntryRate): Leaf[] {
    if (entries.length !== head.size - old) throw new Misfit('entries', `${entries.length} entries came, ${head.size - old} were to come`);
    const shard = this.#mirrored.find(origin);
    if (shard === undefined) this.#checkFirst(terms.link, origin, entries[0]);
    const range = new CompactRange(old, shard === undefined ? [] : this.#mirrored.peaks(shard, old));
    // What our own log says that we cosigned, we once held: an entry that was redacted since comes back as its leaf hash.
    const vouched = this.#owed.vouchedFor(origin);
    const leaves = entries.map((entry, at) => ('leaf' in entry && old + at < vouched ? { leaf: entry.leaf, bytes: null } : this.#checkOne(entry, old + at, terms, rate)));
    for (const { leaf } of leaves) range.append(leaf);
    if (Buffer.compare(range.root(), head.root) !== 0) throw new Misfit('entries', `the entries up to ${head.size} do not give the root of the checkpoint`);
    return leaves;
  }

  #checkOne(entry: RecoveredEntry, index: number, terms: PeerTerms, rate: EntryRate): Leaf {
    if ('leaf' in entry) throw new Misfit('entry', `entry ${index} is redacted before it was ever mirrored`);
    const parsed = parseOr(entry.bytes, () => new Misfit('entry', `entry ${index} is not of the trail's schema`));
    const wrong = misfit(parsed, index, terms) ?? this.#contradiction(parsed);
    if (wrong !== undefined) throw new Misfit('entry', `entry ${index}: ${wrong}`);
    if (!rate.take(parsed, terms.entriesPerMinute)) throw new Misfit('rate', `entry ${index}: more than ${terms.entriesPerMinute} entries of one minute`);
    return { leaf: leafHash(entry.bytes), bytes: entry.bytes, entry: parsed };
  }

  /** A checkpoint of OUR log that the peer says it cosigned must be one that our log had. */
  #contradiction({ step, checkpoint }: Entry): string | undefined {
    if (step !== 'peer-checkpoint' || checkpoint === undefined) return undefined;
    const shard = this.#ours.find(checkpoint.origin);
    const root = shard !== undefined && checkpoint.size <= shard.size ? Buffer.from(rootOfPeaks(this.#ours.peaks(shard, checkpoint.size))).toString('base64') : undefined;
    return root === checkpoint.root ? undefined : 'a checkpoint of our log that our log does not have';
  }

  /** A later shard begins with the head that we cosigned last, whether the log goes on by the calendar or after a restore. */
  #checkFirst(link: string, origin: string, first: RecoveredEntry | undefined): void {
    const last = this.latest(link);
    const entry = first !== undefined && 'bytes' in first ? parseOr(first.bytes, () => new Misfit('entry', 'entry 0 is not of the trail\'s schema')) : undefined;
    if (last === undefined) return;
    if (!follows(origin, last.origin)) throw new Misfit('shard', `${origin} does not follow ${last.origin}`);
    if (entry?.previous === undefined || !isHead(entry.previous, last)) throw new Misfit('shard', `entry 0 does not name ${last.origin} of ${last.size} entries, which was cosigned last`);
  }

  #store(link: string, { origin, old, head, note, now }: Growth, leaves: readonly Leaf[]): void {
    const tree = this.#tree(link, origin);
    leaves.forEach(({ leaf, bytes, entry }, at) => {
      this.#sql.insert.run(tree.id, old + at, leaf, bytes);
      tree.append(leaf);
      const recorded = entry ?? this.#redactions.find(origin, old + at);
      if (recorded !== undefined) this.#owed.seen(link, origin, old + at, recorded);
    });
    this.#sql.head.run(tree.id, head.size, head.root);
    this.#sql.witness.run(tree.id, head.size, note, now);
    this.#owed.settle(link, now);
    this.#incidents.mended(link, now);
  }

  #tree(link: string, origin: string): SqliteTree {
    const known = this.#trees.get(origin);
    if (known !== undefined) return known;
    const id = this.#mirrored.find(origin)?.id ?? Number(this.#sql.add.run(link, origin).lastInsertRowid);
    const tree = new SqliteTree(this.#db, id, origin);
    this.#trees.set(origin, tree);
    return tree;
  }
}

function parseOr(bytes: Uint8Array, otherwise: () => Misfit): Entry {
  try {
    return parseEntry(bytes);
  } catch (thrown) {
    if (thrown instanceof CausewayError) throw otherwise();
    throw thrown;
  }
}

function isHead(stated: StatedHead, { origin, size, root }: Witnessed): boolean {
  return stated.origin === origin && stated.size === size && stated.root === Buffer.from(root).toString('base64');
}

function toWitnessed(row: Readonly<Record<string, unknown>> | undefined): Witnessed | undefined {
  if (row === undefined) return undefined;
  const note = row['note'] as string;
  return { origin: row['name'] as string, size: row['size'] as number, root: new Uint8Array(parseCheckpointText(parseNote(note).text).root), note, at: row['at'] as number };
}
