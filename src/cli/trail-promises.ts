/** `causeway trail promises`: what the two logs of a link owe each other and do not show, each with a proof that a third party can verify. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { CausewayError } from '../errors.ts';
import { parseCheckpointText } from '../trail/checkpoint.ts';
import type { Breach } from '../trail/mirror.ts';
import { parseNote } from '../trail/note.ts';
import { MIRROR_FILE, TRAIL_FILE, openReadOnly } from '../trail/sqlite/layout.ts';
import { Shards } from '../trail/sqlite/shards.ts';
import { Statements } from '../trail/sqlite/statements.ts';
import { renderTlogProof } from '../trail/tlog-proof.ts';

/** `proof`: a tlog-proof of the entry under a cosigned checkpoint, or, where the point is that there is no entry, that checkpoint. Absent while no checkpoint covers it. */
export type ProvenBreach = Breach & { readonly proof?: string };

/** Beside a running gateway or without one. Throws `config-invalid` where there is no trail with a mirror. */
export function trailPromises(data: string): readonly ProvenBreach[] {
  for (const file of [TRAIL_FILE, MIRROR_FILE]) if (!existsSync(join(data, file))) throw new CausewayError('config-invalid', `no ${file} in ${data}`);
  const [mirror, trail] = [openReadOnly(data, MIRROR_FILE), openReadOnly(data)];
  try {
    const [noteOfPeer, noteOfOurs] = [noteOf(mirror, 'witnessed'), noteOf(trail, 'checkpoint')];
    return new Statements(mirror).breaches().map((breach) => {
      const [db, note] = breach.whose === 'peer' ? [mirror, noteOfPeer(breach.origin)] : [trail, noteOfOurs(breach.origin)];
      const proof = note === undefined ? undefined : prove(new Shards(db), breach, note);
      return proof === undefined ? breach : { ...breach, proof };
    });
  } finally {
    trail.close();
    mirror.close();
  }
}

function noteOf(db: DatabaseSync, table: 'witnessed' | 'checkpoint'): (origin: string) => string | undefined {
  const select = db.prepare(`SELECT note FROM ${table} JOIN origin ON origin.id = ${table}.origin WHERE name = ?`);
  return (origin) => select.get(origin)?.['note'] as string | undefined;
}

function prove(shards: Shards, { origin, index }: Breach, checkpoint: string): string | undefined {
  const { size } = parseCheckpointText(parseNote(checkpoint).text);
  const shard = shards.find(origin);
  if (shard === undefined || index >= size) return checkpoint;
  return renderTlogProof({ index, hashes: shards.inclusionProof(shard, index, size), checkpoint });
}

const WORDS: Readonly<Record<Breach['kind'], string>> = {
  'promise-other-leaf': 'another entry stands where the peer promised one',
  'promise-late': 'the peer did not show the entry that it promised in time',
  'missing-there': "the peer signed a statement that its log does not hold",
  'unacknowledged': "our answer never came to stand in the asker's log",
  'unknown-here': "the peer's log holds a statement that ours does not",
  'lost': 'gone with a disk, as a recorded break says',
};

export function renderPromises(breaches: readonly ProvenBreach[]): string {
  if (breaches.length === 0) return 'nothing is owed';
  return breaches
    .flatMap(({ kind, link, xid, whose, origin, index, dueAt, proof }) => [
      `${kind}: exchange ${xid} on ${link}: ${WORDS[kind]}`,
      `  ${whose === 'peer' ? "the peer's" : 'our'} ${origin}, entry ${index}; due ${new Date(dueAt).toISOString()}; ${proof === undefined ? 'no cosigned checkpoint covers it yet' : 'proof with --json'}`,
    ])
    .join('\n');
}
