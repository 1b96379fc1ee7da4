/** The rows of exchanges: insert, change of state, and reading them back. Runs in the store's worker. */
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { CausewayError } from '../../errors.ts';
import type { ExchangeChange, ExchangeRow, ExchangeState } from '../store.ts';

type Row = Readonly<Record<string, SQLOutputValue>>;

/** Members that are NULL are absent. */
function toExchange(row: Row): ExchangeRow {
  const { caller, digest, request, outcome } = row;
  return {
    direction: row['direction'] as ExchangeRow['direction'],
    xid: row['xid'] as string,
    link: row['link'] as string,
    state: row['state'] as ExchangeState,
    identity: row['identity'] as string,
    ...(typeof caller === 'string' && { caller }),
    ...(typeof digest === 'string' && { digest }),
    ...(request instanceof Uint8Array && { request }),
    ...(outcome instanceof Uint8Array && { outcome }),
    answerUntil: row['answer_until'] as number,
    keepUntil: row['keep_until'] as number,
    createdAt: row['created_at'] as number,
  };
}

const OPEN = `('sent', 'handing-over')`;

export function isOpen(state: ExchangeState): boolean {
  return state === 'sent' || state === 'handing-over';
}

/** Prepared once: these run for every exchange. */
function statements(db: DatabaseSync) {
  return {
    expireCaller: db.prepare(`UPDATE exchange SET caller = NULL WHERE caller = ? AND state <> 'undelivered' AND keep_until <= ? AND state NOT IN ${OPEN}`),
    insert: db.prepare('INSERT INTO exchange (direction, xid, link, state, identity, caller, digest, request, outcome, answer_until, keep_until, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING'),
    // A final state has no more use for the request's bytes.
    update: db.prepare(`UPDATE exchange SET state = :to, outcome = coalesce(:outcome, outcome), answer_until = coalesce(:answerUntil, answer_until), request = CASE WHEN :to IN ${OPEN} THEN request END WHERE direction = :direction AND xid = :xid AND state = :from`),
    byXid: db.prepare('SELECT * FROM exchange WHERE direction = ? AND xid = ?'),
    byCaller: db.prepare("SELECT * FROM exchange WHERE caller = ? AND state <> 'undelivered'"),
    open: db.prepare(`SELECT * FROM exchange WHERE state IN ${OPEN} ORDER BY created_at`),
    forgetContents: db.prepare(`UPDATE exchange SET request = NULL, outcome = NULL WHERE xid = ? AND state NOT IN ${OPEN}`),
    forgetAnswers: db.prepare(`UPDATE exchange SET outcome = NULL WHERE outcome IS NOT NULL AND answer_until <= ?`),
    forgetRows: db.prepare(`DELETE FROM exchange WHERE keep_until <= ? AND state NOT IN ${OPEN}`),
  };
}

export class Exchanges {
  readonly #sql: ReturnType<typeof statements>;

  constructor(db: DatabaseSync) {
    this.#sql = statements(db);
  }

  /** The row that stands in the way of an insert, or undefined when the change is made. Throws `internal` for an update whose row is not in `from`. */
  apply(change: ExchangeChange): ExchangeRow | undefined {
    if (change.kind === 'insert') return this.#insert(change.row);
    const { direction, xid, from, to, outcome, answerUntil } = change;
    const { changes } = this.#sql.update.run({ direction, xid, from, to, outcome: outcome ?? null, answerUntil: answerUntil ?? null });
    if (changes !== 1) throw new CausewayError('internal', `exchange ${xid} (${direction}) is not in state ${from}`);
    return undefined;
  }

  #insert(row: ExchangeRow): ExchangeRow | undefined {
    // A caller key is taken for the link's time only; whether forget() has run since must make no difference.
    if (row.caller !== undefined) this.#sql.expireCaller.run(row.caller, row.createdAt);
    const { changes } = this.#sql.insert.run(
      row.direction, row.xid, row.link, row.state, row.identity, row.caller ?? null, row.digest ?? null,
      row.request ?? null, row.outcome ?? null, row.answerUntil, row.keepUntil, row.createdAt,
    );
    if (changes === 1) return undefined;
    return this.find(row.direction, row.xid) ?? this.findCaller(row.caller!)!;
  }

  find(direction: string, xid: string): ExchangeRow | undefined {
    const row = this.#sql.byXid.get(direction, xid);
    return row && toExchange(row);
  }

  findCaller(caller: string): ExchangeRow | undefined {
    const row = this.#sql.byCaller.get(caller);
    return row && toExchange(row);
  }

  open(): ExchangeRow[] {
    return this.#sql.open.all().map(toExchange);
  }

  /** What was kept of an exchange that has ended, its question and its answer. */
  forgetContents(xid: string): void {
    this.#sql.forgetContents.run(xid);
  }

  /** Open exchanges are never forgotten, however old: their outcome is still owed. */
  forget(now: number): void {
    this.#sql.forgetAnswers.run(now);
    this.#sql.forgetRows.run(now);
  }
}
