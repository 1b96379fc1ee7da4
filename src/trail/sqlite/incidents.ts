/** What was found wrong with a peer's log, until somebody closes it or it is well again. Runs in the mirror's worker. */
import type { DatabaseSync } from 'node:sqlite';
import type { Incident, IncidentKind } from '../mirror.ts';

/** Nothing that a peer sends later mends these, and nothing is cosigned until a person has looked. */
const LASTING: readonly IncidentKind[] = ['fork', 'fence'];
/** A later checkpoint that fits shows that these are over. */
const MENDED: readonly IncidentKind[] = ['proof', 'entry', 'rate', 'shard', 'entries'];

const listed = (kinds: readonly IncidentKind[]): string => kinds.map((kind) => `'${kind}'`).join(', ');

function statements(db: DatabaseSync) {
  return {
    open: db.prepare('INSERT INTO incident (link, origin, kind, opened_at, seen_at, what, proof) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET seen_at = excluded.seen_at, what = excluded.what'),
    close: db.prepare('UPDATE incident SET closed_at = ?, closed_because = ? WHERE id = ? AND closed_at IS NULL'),
    mended: db.prepare(`UPDATE incident SET closed_at = ?, closed_because = 'a later checkpoint fits' WHERE link = ? AND closed_at IS NULL AND kind IN (${listed(MENDED)})`),
    lasting: db.prepare(`SELECT id, kind, what FROM incident WHERE link = ? AND closed_at IS NULL AND kind IN (${listed(LASTING)})`),
    all: db.prepare('SELECT * FROM incident ORDER BY id DESC'),
  };
}

export class Incidents {
  readonly #sql: ReturnType<typeof statements>;

  constructor(db: DatabaseSync) {
    this.#sql = statements(db);
  }

  /** One that is open already is only seen again, with its first proof. */
  open({ link, origin, kind, what, proof }: Pick<Incident, 'link' | 'origin' | 'kind' | 'what' | 'proof'>, now: number): void {
    this.#sql.open.run(link, origin, kind, now, now, what, proof);
  }

  close(id: number, because: string, now: number): boolean {
    return this.#sql.close.run(now, because, id).changes === 1;
  }

  /** Closes what a later checkpoint that fits has mended. */
  mended(link: string, now: number): void {
    this.#sql.mended.run(now, link);
  }

  /** An open incident that no later checkpoint mends. */
  lasting(link: string): { readonly kind: IncidentKind; readonly what: string } | undefined {
    return this.#sql.lasting.get(link) as { kind: IncidentKind; what: string } | undefined;
  }

  list(which: 'open' | 'all'): Incident[] {
    const all = this.#sql.all.all().map((row) => ({
      id: row['id'] as number,
      link: row['link'] as string,
      origin: row['origin'] as string,
      kind: row['kind'] as IncidentKind,
      openedAt: row['opened_at'] as number,
      seenAt: row['seen_at'] as number,
      what: row['what'] as string,
      proof: row['proof'] as string,
      ...(row['closed_at'] !== null && { closedAt: row['closed_at'] as number, closedBecause: row['closed_because'] as string }),
    }));
    return which === 'all' ? all : all.filter(({ closedAt }) => closedAt === undefined);
  }
}
