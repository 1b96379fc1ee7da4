/** The stored evidence of one exchange, read beside a running gateway or without one. */
import { openKeysReadOnly, openReadOnly } from './layout.ts';
import type { EvidenceRow } from '../store.ts';

/** As evidence/keep.ts names the records of an exchange. */
const STEPS = ['request', 'response', 'request-container', 'response-container'] as const;

export interface KeptEvidence {
  /** The record key under the key-encryption key; absent when it was erased. */
  readonly wrapped?: Uint8Array;
  /** `files`: names in the spool of what lies beside a record. */
  readonly rows: readonly (EvidenceRow & { readonly step: (typeof STEPS)[number]; readonly files: readonly string[] })[];
}

/** Throws `config-invalid` for a folder of another layout. */
export function readKeptEvidence(folder: string, xid: string): KeptEvidence {
  const [trail, keys] = [openReadOnly(folder), openKeysReadOnly(folder)];
  try {
    const key = keys.prepare('SELECT wrapped FROM record_key WHERE xid = ? AND erased = 0').get(xid)?.['wrapped'];
    const select = trail.prepare('SELECT * FROM evidence WHERE id = ?');
    const files = trail.prepare('SELECT name FROM file WHERE owner = ?');
    const rows = STEPS.flatMap((step) => {
      const id = `${xid}.${step}`;
      const row = select.get(id);
      return row === undefined ? [] : [{ id, xid, step, link: row['link'] as string, ciphertext: row['ciphertext'] as Uint8Array, createdAt: row['created_at'] as number, files: files.all(`evidence/${id}`).map((file) => file['name'] as string) }];
    });
    return key instanceof Uint8Array ? { wrapped: key, rows } : { rows };
  } finally {
    trail.close();
    keys.close();
  }
}
