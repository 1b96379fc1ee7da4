/** Taking a day or one exchange out of a data folder, with the proof of each entry. Reads only, beside a running gateway or without one. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { CausewayError } from '../errors.ts';
import { parseEntry } from './entry.ts';
import type { Entry } from './entry.ts';
import { inclusionProof } from './proofs.ts';
import { KEYS_FILE, MIRROR_FILE, openReadOnly } from './sqlite/layout.ts';
import { SqliteTree } from './sqlite/tree.ts';
import type { EvidenceRow } from './store.ts';
import { renderTlogProof } from './tlog-proof.ts';

/** `day`: UTC, as `2026-11-21`. */
export type Selection = { readonly day: string } | { readonly exchange: string };

export interface ExtractedEntry {
  readonly link: string;
  readonly origin: string;
  readonly index: number;
  readonly bytes: Uint8Array;
  readonly entry: Entry;
  /** tlog-proof. */
  readonly proof: string;
}

/** A checkpoint over which time-stamp authorities gave tokens. */
export interface StampedNote {
  readonly origin: string;
  readonly size: number;
  readonly note: string;
  readonly tokens: readonly Uint8Array[];
}

export interface Extract {
  readonly entries: readonly ExtractedEntry[];
  readonly notes: readonly StampedNote[];
}

const DAY_MS = 86_400_000;

/**
 * Entries of all links' logs, ours and the peers' as they are mirrored. Each is proven under the first checkpoint above it that was time-stamped, or else
 * under the last that a public witness cosigned too, or else under the last that the peer did. Throws `config-invalid` where there are none, more than `maxEntries`, or one that no checkpoint covers yet.
 */
export function extract(folder: string, selection: Selection, maxEntries: number): Extract {
  const trail = openReadOnly(folder);
  const mirror = existsSync(join(folder, MIRROR_FILE)) ? openReadOnly(folder, MIRROR_FILE) : undefined;
  try {
    const ours = new Extraction(trail, ['timestamp', 'publicly_witnessed', 'checkpoint']);
    const theirs = mirror && new Extraction(mirror, ['witnessed']);
    const entries = [...ours.entries(selection, maxEntries), ...(theirs?.entries(selection, maxEntries) ?? [])];
    if (entries.length === 0) throw new CausewayError('config-invalid', `${folder} has no entry of ${'day' in selection ? selection.day : selection.exchange}`);
    if (entries.length > maxEntries) throw new CausewayError('config-invalid', `more than ${maxEntries} entries: export exchanges one by one, or raise --max-entries`);
    return { entries, notes: ours.notes() };
  } finally {
    trail.close();
    mirror?.close();
  }
}

/** Evidence records of each exchange, with the wrapped record key; undefined for one that was erased. */
export function evidenceOf(folder: string, xids: readonly string[]): { readonly records: readonly EvidenceRow[]; readonly wrappedKey: Uint8Array | undefined }[] {
  const [trail, keys] = [openReadOnly(folder), openReadOnly(folder, KEYS_FILE)];
  try {
    const records = trail.prepare('SELECT id, xid, link, step, ciphertext, created_at AS createdAt FROM evidence WHERE xid = ? ORDER BY rowid');
    const key = keys.prepare('SELECT wrapped FROM record_key WHERE xid = ? AND erased = 0');
    return xids.map((xid) => ({ records: records.all(xid) as unknown as EvidenceRow[], wrappedKey: key.get(xid)?.['wrapped'] as Uint8Array | undefined }));
  } finally {
    trail.close();
    keys.close();
  }
}

interface Shard {
  readonly id: number;
  readonly log: string;
  readonly name: string;
}

interface Note {
  readonly size: number;
  readonly note: string;
}

class Extraction {
  readonly #db: DatabaseSync;
  /** The first note above an entry, table by table, the preferred first. */
  readonly #notes: readonly StatementSync[];
  /** Notes that entries are proven under, by origin and size. */
  readonly #used = new Map<string, Omit<StampedNote, 'tokens'>>();

  constructor(db: DatabaseSync, tables: readonly string[]) {
    this.#db = db;
    this.#notes = tables.map((table) => db.prepare(`SELECT size, note FROM ${table} WHERE origin = ? AND size > ? ORDER BY size, rowid LIMIT 1`));
  }

  entries(selection: Selection, max: number): ExtractedEntry[] {
    const shards = this.#db.prepare("SELECT id, log, name FROM origin WHERE log <> 'local' ORDER BY log, ordinal").all() as unknown as Shard[];
    return shards.flatMap((shard) => this.#ofShard(shard, selection, max));
  }

  /** The time-stamped ones among the notes that entries of our logs are proven under. */
  notes(): StampedNote[] {
    const tokens = this.#db.prepare('SELECT token FROM timestamp JOIN origin ON origin.id = timestamp.origin WHERE name = ? AND note = ? ORDER BY timestamp.rowid');
    return [...this.#used.values()].map((used) => ({ ...used, tokens: tokens.all(used.origin, used.note).map(({ token }) => token as Uint8Array) })).filter((note) => note.tokens.length > 0);
  }

  #ofShard(shard: Shard, selection: Selection, max: number): ExtractedEntry[] {
    const tree = new SqliteTree(this.#db, shard.id, shard.name);
    return this.#rows(shard, selection, max + 1).map(({ idx, bytes }) => {
      const { size, note } = this.#noteOver(shard, idx);
      this.#used.set(`${shard.name} ${size}`, { origin: shard.name, size, note });
      const proof = renderTlogProof({ index: idx, hashes: inclusionProof(idx, size, tree.read), checkpoint: note });
      return { link: shard.log, origin: shard.name, index: idx, bytes, entry: parseEntry(bytes), proof };
    });
  }

  #rows({ id }: Shard, selection: Selection, limit: number): { readonly idx: number; readonly bytes: Uint8Array }[] {
    const where = 'day' in selection ? "json_extract(CAST(bytes AS TEXT), '$.t.ms') BETWEEN ? AND ?" : "json_extract(CAST(bytes AS TEXT), '$.xid') = ?";
    const query = this.#db.prepare(`SELECT idx, bytes FROM entry WHERE origin = ? AND bytes IS NOT NULL AND ${where} ORDER BY idx LIMIT ?`);
    const rows = 'day' in selection ? query.all(id, dayStart(selection.day), dayStart(selection.day) + DAY_MS - 1, limit) : query.all(id, selection.exchange, limit);
    return rows as unknown as { idx: number; bytes: Uint8Array }[];
  }

  #noteOver({ id, name }: Shard, index: number): Note {
    for (const notes of this.#notes) {
      const found = notes.get(id, index);
      if (found !== undefined) return found as unknown as Note;
    }
    throw new CausewayError('config-invalid', `entry ${index} of ${name} is not under a cosigned checkpoint yet: try again in a minute, or look why the peer does not cosign`);
  }
}

function dayStart(day: string): number {
  const start = /^\d{4}-\d\d-\d\d$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(start)) throw new CausewayError('config-invalid', `"${day}" is no day such as 2026-11-21`);
  return start;
}
