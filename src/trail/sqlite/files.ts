/** Which files of the spool the rows need, by owner: `<direction>/<xid>/request`, `<direction>/<xid>/outcome`, `evidence/<id>`. Runs in the store's worker. */
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { isOpen } from './exchanges.ts';
import type { WireCommit } from './wire.ts';

function statements(db: DatabaseSync) {
  return {
    add: db.prepare('INSERT INTO file (owner, name) VALUES (?, ?)'),
    drop: db.prepare('DELETE FROM file WHERE owner = ? RETURNING name'),
    all: db.prepare('SELECT name FROM file'),
    evidence: db.prepare("DELETE FROM file WHERE owner >= 'evidence/' || :xid || '.' AND owner < 'evidence/' || :xid || '/' RETURNING name"),
    // What a forgotten answer, or a forgotten row, has left.
    orphans: db.prepare(`DELETE FROM file WHERE owner NOT LIKE 'evidence/%' AND NOT EXISTS (
      SELECT 1 FROM exchange WHERE owner = direction || '/' || xid || '/request' OR (outcome IS NOT NULL AND owner = direction || '/' || xid || '/outcome')) RETURNING name`),
  };
}

export class KeptFiles {
  readonly #sql: ReturnType<typeof statements>;

  constructor(db: DatabaseSync) {
    this.#sql = statements(db);
  }

  /** Names what a commit keeps. Returns the names of what it needs no more: a final state has no use for the request's bytes. */
  follow({ exchange, evidence, files }: WireCommit): string[] {
    const { direction, xid } = exchange === undefined ? { direction: '', xid: '' } : exchange.kind === 'insert' ? exchange.row : exchange;
    for (const { name, keptFor } of files ?? []) this.#sql.add.run(keptFor === 'evidence' ? `evidence/${evidence?.id ?? ''}` : `${direction}/${xid}/${keptFor}`, name);
    if (exchange?.kind !== 'update' || isOpen(exchange.to)) return [];
    return this.#sql.drop.all(`${direction}/${xid}/request`).map(nameOf);
  }

  all(): string[] {
    return this.#sql.all.all().map(nameOf);
  }

  /** Files of the records of an exchange. */
  dropEvidence(xid: string): string[] {
    return this.#sql.evidence.all({ xid }).map(nameOf);
  }

  orphans(): string[] {
    return this.#sql.orphans.all().map(nameOf);
  }
}

function nameOf(row: Readonly<Record<string, SQLOutputValue>>): string {
  return row['name'] as string;
}
