/** Bringing a store of an earlier layout up to ours: one step a layout and file, each in the words of the layout that it makes. Rows stay as they are; nothing is lost. */
import type { DatabaseSync } from 'node:sqlite';
import { parseEntry } from '../entry.ts';
import { PUBLICLY_WITNESSED_TABLE } from './checkpoints.ts';
import { ERASURE_TABLE } from './erasing.ts';
import { STATEMENT_TABLES, Statements } from './statements.ts';
import { SUBJECT_TABLES } from './subjects.ts';

/** The oldest layout from which a migration leads here. Layouts 1 and 2 never left a laboratory. */
export const OLDEST_LAYOUT = 3;

/** Layout 6: signed containers that are still to be fetched. */
const AWAITED_TABLE = `
CREATE TABLE awaited (xid TEXT NOT NULL, step TEXT NOT NULL, due INTEGER NOT NULL, about TEXT NOT NULL, PRIMARY KEY (xid, step)) STRICT, WITHOUT ROWID;
CREATE INDEX awaited_due ON awaited (due);
`;

type Migration = (db: DatabaseSync) => void;

/** By the layout that is left and the file; a file without a step is the same in both. */
export const MIGRATIONS: Readonly<Record<number, Readonly<Record<string, Migration>>>> = {
  3: { 'mirror.db': followStatements },
  // Layout 5 finds the exchanges about a subject: those of before have no row, and are found by nobody.
  4: { 'keys.db': (db) => db.exec(SUBJECT_TABLES) },
  5: { 'trail.db': (db) => db.exec(AWAITED_TABLE) },
  // Layout 7 knows how far the key store has followed the erasures of the logs: from their first entry on, where it never did.
  6: { 'keys.db': (db) => db.exec(ERASURE_TABLE) },
  // Layout 8 keeps the last note that a public witness cosigned where the next note does not take its place.
  7: { 'trail.db': (db) => db.exec(PUBLICLY_WITNESSED_TABLE) },
};

/** Layout 4 follows what the two logs of a link owe each other: what was mirrored before is followed too, or every statement of then would be missing in it. */
function followStatements(db: DatabaseSync): void {
  db.exec(STATEMENT_TABLES);
  const statements = new Statements(db);
  const rows = db.prepare('SELECT origin.log AS link, origin.name AS name, entry.idx AS idx, entry.bytes AS bytes FROM entry JOIN origin ON origin.id = entry.origin WHERE entry.bytes IS NOT NULL ORDER BY origin.log, origin.ordinal, entry.idx');
  for (const { link, name, idx, bytes } of rows.iterate()) statements.seen(String(link), String(name), Number(idx), parseEntry(bytes as Uint8Array));
}
