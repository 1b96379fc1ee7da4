/** `causeway trail redact`: the bytes of an entry go, by a decision that the local log records; its leaf hash stays, and every proof with it. */
import { openReadOnly } from '../trail/sqlite/layout.ts';
import { openSqliteStore } from '../trail/sqlite/store.ts';
import type { Appended } from '../trail/store.ts';

export interface Redaction {
  readonly data: string;
  readonly origin: string;
  readonly index: number;
  /** Reference of the decision: visible ASCII without spaces. */
  readonly approval: string;
}

/** Of a gateway that is stopped. Answers where the decision stands. Throws `config-invalid` while it runs, and where there is no such entry. */
export async function redact({ data, origin, index, approval }: Redaction, now: number): Promise<Appended> {
  const store = await openSqliteStore({ folder: data, logs: presentShards(data) });
  try {
    return await store.redact(origin, index, { step: 'redaction', approval, t: { ms: now, clock: 'unknown' } });
  } finally {
    await store.close();
  }
}

/** The shard in which each log of a data folder stands: opened with these, each goes on there. */
export function presentShards(data: string): Record<string, string> {
  const db = openReadOnly(data);
  try {
    const rows = db.prepare('SELECT log, name FROM origin ORDER BY ordinal').all() as { log: string; name: string }[];
    return Object.fromEntries(rows.map(({ log, name }) => [log, name]));
  } finally {
    db.close();
  }
}
