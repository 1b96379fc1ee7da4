/** Evidence of an ended or running gateway, read from its files with the keys that lie there, and as the country's auditor reads it. */
import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { decryptJwe } from '../../src/crypto/jwe.ts';
import { encryptionKey, openerOf, thumbprint } from '../../src/crypto/keys.ts';
import { openEscrowed } from '../../src/evidence/escrow.ts';
import { escrowPlace, readBodies, readEvidence } from '../../src/evidence/keep.ts';
import type { Bodies, EvidenceRecord, EvidenceStepName } from '../../src/evidence/keep.ts';
import { unwrapRecordKey } from '../../src/evidence/record.ts';
import type { Kits } from '../../src/sandbox/kits.ts';
import { openReadOnly } from '../../src/trail/sqlite/layout.ts';
import type { PairCountry, RunningPair } from './running-pair.ts';

type Step = EvidenceStepName;

/** The record of one step as the gateway itself can open it. */
export function evidenceOf<K extends Kits>(pair: RunningPair<K>, country: keyof K & string, xid: string, step: Step): EvidenceRecord {
  const trail = openReadOnly(pair.store(country));
  const keys = new DatabaseSync(join(pair.store(country), 'keys.db'), { readOnly: true });
  try {
    const row = trail.prepare('SELECT * FROM evidence WHERE id = ?').get(`${xid}.${step}`);
    const key = keys.prepare('SELECT wrapped FROM record_key WHERE xid = ?').get(xid);
    if (row === undefined || key === undefined) throw new Error(`no evidence of ${xid}, ${step}`);
    const kek = Buffer.from(readFileSync(join(pair.gateway(country).folder, 'keys/evidence.kek'), 'utf8').trim(), 'base64');
    const recordKey = unwrapRecordKey(kek, xid, key['wrapped'] as Uint8Array);
    return readEvidence({ id: `${xid}.${step}`, xid, link: row['link'] as string, step, ciphertext: row['ciphertext'] as Uint8Array, createdAt: row['created_at'] as number }, recordKey);
  } finally {
    trail.close();
    keys.close();
  }
}

/** Claims of the statement that a record holds. */
export function claimsOf({ statement }: EvidenceRecord): Readonly<Record<string, unknown>> {
  return JSON.parse(Buffer.from(statement.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;
}

/** Opens what is in escrow with the auditor's private key, which no gateway holds. */
export async function auditorOpens<K extends Kits>(pair: RunningPair<K>, country: keyof K & string, record: EvidenceRecord, xid: string, step: Step): Promise<Bodies> {
  const key = createPrivateKey(readFileSync(join(pair.data, `auditor-${country.toLowerCase()}`, 'auditor.key.pem')));
  return open(record, openerOf(thumbprint(key), key), xid, step);
}

/** Tries the same with the gateway's own encryption key. */
export async function gatewayOpens(pair: RunningPair, country: PairCountry, record: EvidenceRecord, xid: string, step: Step): Promise<Bodies> {
  const opener = encryptionKey(readFileSync(join(pair.gateway(country).folder, 'keys/encryption.key.pem')));
  // Under the auditor's kid: what must fail is the key, not the look-up.
  const { kid } = JSON.parse(Buffer.from(rootOf(record).split('.')[0] ?? '', 'base64url').toString()) as { kid: string };
  return open(record, { ...opener, kid }, xid, step);
}

async function open(record: EvidenceRecord, key: Parameters<typeof decryptJwe>[1][number], xid: string, step: Step): Promise<Bodies> {
  const root = await decryptJwe(rootOf(record), [key], {});
  if (record.escrow === undefined) throw new Error('nothing in escrow');
  return readBodies(openEscrowed(record.escrow, root, escrowPlace(xid, step)));
}

function rootOf({ escrow }: EvidenceRecord): string {
  return escrow?.root ?? '';
}
