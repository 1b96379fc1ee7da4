import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Escrow, openEscrowed } from '../../../src/evidence/escrow.ts';

const place = (n: number) => ({ xid: `x-${n}`, step: 'request', id: `x-${n}.request` });
const bytes = (n: number) => Buffer.from(`body ${n}`);

function auditor() {
  const roots = new Map<string, Uint8Array>();
  const seal = async (root: Uint8Array) => {
    const name = `jwe-${roots.size}`;
    roots.set(name, Buffer.from(root));
    return name;
  };
  return { roots, seal };
}

test('the auditor opens every record of a chain, and one encryption to the auditor serves a thousand records', async () => {
  const { roots, seal } = auditor();
  const escrow = new Escrow(seal);
  const sealed = await Promise.all(Array.from({ length: 1001 }, (_, n) => escrow.seal(bytes(n), place(n))));
  assert.equal(roots.size, 2);
  for (const n of [0, 1, 500, 999, 1000]) {
    const record = sealed[n]!;
    assert.equal(Buffer.from(openEscrowed(record, roots.get(record.root)!, place(n))).toString(), `body ${n}`);
  }
});

test('a record opens with no other root, place or step', async () => {
  const { roots, seal } = auditor();
  const escrow = new Escrow(seal);
  const record = await escrow.seal(bytes(0), place(0));
  const root = roots.get(record.root)!;
  for (const wrong of [() => openEscrowed(record, Buffer.alloc(32), place(0)), () => openEscrowed(record, root, place(1)), () => openEscrowed({ ...record, step: 1 }, root, place(0))]) {
    assert.throws(wrong, { code: 'internal' });
  }
});

test('when the auditor key fails nothing is kept, and the next record begins a new chain', async () => {
  const { seal } = auditor();
  let failures = 1;
  const escrow = new Escrow(async (root) => {
    if (failures-- > 0) throw new Error('no key');
    return seal(root);
  });
  await assert.rejects(escrow.seal(bytes(0), place(0)));
  assert.equal((await escrow.seal(bytes(1), place(1))).step, 0);
});
