/** `causeway trail redact`: the bytes of an entry go, by a decision that the local log records; its leaf hash stays, and every proof with it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CausewayError } from '../errors.ts';
import { decisionOn } from '../trail/redaction.ts';
import type { Decision } from '../trail/redaction.ts';
import { MIRROR_FILE, openReadOnly } from '../trail/sqlite/layout.ts';
import { openSqliteMirror } from '../trail/sqlite/mirror.ts';
import { openSqliteStore } from '../trail/sqlite/store.ts';
import type { SqliteStore } from '../trail/sqlite/store.ts';
import type { Appended } from '../trail/store.ts';

export interface Redaction {
  readonly data: string;
  /** Of a shard of ours, or of the peer's as we mirror it. */
  readonly origin: string;
  readonly index: number;
  /** Reference of the decision: visible ASCII without spaces. */
  readonly approval: string;
}

/** Of a gateway that is stopped. Answers where the decision stands. Throws `config-invalid` while it runs, where there is no such entry, and for one that holds the log together. */
export async function redact({ data, origin, index, approval }: Redaction, now: number): Promise<Appended> {
  const store = await openSqliteStore({ folder: data, logs: presentShards(data) });
  const decision: Decision = { approval, t: { ms: now, clock: 'unknown' } };
  try {
    return isMirrored(data, origin) ? await redactMirrored(store, { data, origin, index }, decision) : await store.redact(origin, index, decision);
  } finally {
    await store.close();
  }
}

function isMirrored(data: string, origin: string): boolean {
  if (!existsSync(join(data, MIRROR_FILE))) return false;
  const db = openReadOnly(data, MIRROR_FILE);
  try {
    return db.prepare('SELECT 1 FROM origin WHERE name = ?').get(origin) !== undefined;
  } finally {
    db.close();
  }
}

/** The decision first: after a crash in between, the same is decided once more. */
async function redactMirrored(store: SqliteStore, { data, origin, index }: Omit<Redaction, 'approval'>, decision: Decision): Promise<Appended> {
  const mirror = await openSqliteMirror(data);
  try {
    const [bytes] = await mirror.entries(origin, index, index + 1).catch(() => []);
    if (bytes === undefined) throw new CausewayError('config-invalid', `our mirror of ${origin} has no entry ${index}, or it is redacted already`);
    const done = await store.commit({ entries: [{ log: 'local', entry: decisionOn(bytes, { origin, index }, decision) }] });
    if (done.kind !== 'committed') throw new CausewayError('internal', 'a decision that belongs to no exchange met one');
    await mirror.redact(origin, index);
    return done.appended[0]!;
  } finally {
    await mirror.close();
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
