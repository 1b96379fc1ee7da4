import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Escrow, openEscrowed } from '../../../src/evidence/escrow.ts';
import { escrowPlace, keepEvidence, readBodies, readEvidence } from '../../../src/evidence/keep.ts';
import type { EvidenceKind, EvidenceStep } from '../../../src/evidence/keep.ts';
import { newRecordKey } from '../../../src/evidence/record.ts';

const SALT = Buffer.alloc(32, 9);
const xid = '019aa724-d400-70f6-b4d3-c4b025a8a9b7';
const context = { messageIds: { FI: 'm-1' }, loss: { dropped: [], defaulted: [], approximated: [], unknown: [] } };

function step(kind: EvidenceKind, change: Partial<EvidenceStep> = {}): EvidenceStep {
  return {
    xid, link: 'ee-fi', step: 'request', recordKey: newRecordKey(), kind, now: 1000,
    contents: { statement: 'h.p.s', salt: SALT, domestic: Buffer.from('<body>36805280109</body>'), neutral: { b: 1, a: '36805280109' }, context },
    ...change,
  };
}

test('digests: statement, salt and digests are kept and no body', async () => {
  const kept = step('digests');
  const row = await keepEvidence(kept);
  const record = readEvidence(row, kept.recordKey);
  assert.deepEqual([row.id, row.xid, row.link, row.step, row.createdAt], [`${xid}.request`, xid, 'ee-fi', 'request', 1000]);
  assert.deepEqual(record, {
    v: 1, kind: 'digests', statement: 'h.p.s', salt: SALT.toString('base64url'),
    // sha256 of <body>36805280109</body>, and of {"a":"36805280109","b":1}
    digests: { domestic: 'p8JNfYKhs5W6T2wkD-yHC8NJxBrMXF1y8_pY3rsM-N0', neutral: 'c6zH8vPdqBida_X3x9MX-7j2li2_x__kyKJk2fHcCBw' },
  });
});

test('escrow: bodies are kept for the auditor alone, bound to their exchange and step', async () => {
  const roots: Uint8Array[] = [];
  const escrow = new Escrow(async (root) => (roots.push(Buffer.from(root)), 'a.b.c.d.e'));
  const kept = step('escrow', { escrow });
  const record = readEvidence(await keepEvidence(kept), kept.recordKey);
  assert.equal(record.bodies, undefined);
  const bodies = openEscrowed(record.escrow!, roots[0]!, escrowPlace(xid, 'request'));
  const { domestic, ...others } = readBodies(bodies);
  assert.equal(Buffer.from(domestic!).toString(), '<body>36805280109</body>');
  assert.deepEqual(others, { neutral: { b: 1, a: '36805280109' }, context });
  assert.throws(() => openEscrowed(record.escrow!, roots[0]!, escrowPlace(xid, 'response')), { code: 'internal' });
});

test('escrow without an auditor\'s key is refused, never kept readable instead', async () => {
  await assert.rejects(keepEvidence(step('escrow')), { code: 'config-invalid' });
});

test('full: bodies can be read back with the record key', async () => {
  const kept = step('full-readable-by-the-gateway');
  const { bodies } = readEvidence(await keepEvidence(kept), kept.recordKey);
  assert.equal(Buffer.from(bodies!.domestic!).toString(), '<body>36805280109</body>');
});

test('of a domestic message that says more than may cross only the digest is kept, whatever the leg keeps', async () => {
  const { contents } = step('full-readable-by-the-gateway');
  const kept = step('full-readable-by-the-gateway', { contents: { ...contents, minimised: true } });
  const { bodies, digests } = readEvidence(await keepEvidence(kept), kept.recordKey);
  assert.deepEqual([bodies, digests.domestic], [{ neutral: contents.neutral, context }, 'p8JNfYKhs5W6T2wkD-yHC8NJxBrMXF1y8_pY3rsM-N0']);
});

test('nothing of a person, and no salt, is readable in a row without its record key', async () => {
  for (const kind of ['digests', 'full-readable-by-the-gateway'] as const) {
    const row = await keepEvidence(step(kind));
    const raw = Buffer.from(row.ciphertext);
    assert.equal(raw.includes('36805280109') || raw.includes(SALT) || raw.includes(SALT.toString('base64url')), false);
    assert.throws(() => readEvidence(row, newRecordKey()), { code: 'internal' });
  }
});

test('a record put in another row does not open', async () => {
  const kept = step('digests');
  const row = await keepEvidence(kept);
  assert.throws(() => readEvidence({ ...row, step: 'response' }, kept.recordKey), { code: 'internal' });
});
