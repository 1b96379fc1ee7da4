/** An entry that is redacted by a decision: its bytes are gone from every file, everything still verifies, and a peer that lost its mirror gets it back as a leaf. */
import assert from 'node:assert/strict';
import { readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { redact } from '../../../src/cli/trail-redact.ts';
import { checkpointText } from '../../../src/trail/checkpoint.ts';
import { parseEntry } from '../../../src/trail/entry.ts';
import { leafHash } from '../../../src/trail/merkle.ts';
import { ed25519Signer, formatNote, signatureLine } from '../../../src/trail/note.ts';
import { parseTlogProof, renderTlogProof, verifyTlogProof } from '../../../src/trail/tlog-proof.ts';
import { append, entryOf, newId } from '../../support/trail.ts';
import { LINK, firstShard, trailSides } from '../../support/trail-sides.ts';

const MARK = 'FI/GOV/0245458-6/a-name-that-must-go';
const FI = firstShard('FI');

test('a redacted entry leaves its leaf hash and a decision, in a folder that no longer holds its bytes; proofs, mirror and recovery go on', async (t) => {
  const sides = await trailSides(t);
  await append(sides.FI.store, 2);
  await sides.FI.store.commit({ entries: [{ log: LINK, entry: entryOf(newId(), { client: MARK }) }] });
  await append(sides.FI.store, 2);
  await append(sides.EE.store, 1);
  await sides.tick();
  await sides.tick(61_000);
  await append(sides.EE.store, 1);
  await sides.tick(61_000);
  const [bytes] = await sides.FI.mirror.entries(FI, 2, 3);
  await assert.rejects(redact({ data: sides.FI.folder, origin: FI, index: 2, approval: 'file-17' }, sides.now), { code: 'config-invalid' }, 'the gateway runs');
  await sides.FI.close();
  const holds = (folder: string) => readdirSync(folder).filter((file) => readFileSync(join(folder, file)).includes(MARK));
  assert.ok(holds(sides.FI.folder).length > 0);
  const decision = await redact({ data: sides.FI.folder, origin: FI, index: 2, approval: 'file-17' }, sides.now);
  assert.deepEqual(holds(sides.FI.folder), []);
  await assert.rejects(redact({ data: sides.FI.folder, origin: FI, index: 2, approval: 'file-17' }, sides.now), { code: 'config-invalid' }, 'twice');
  await sides.FI.open();

  const [entry] = await sides.FI.mirror.entries(decision.origin, decision.index, decision.index + 1);
  const { xid, from, to, window, core } = parseEntry(bytes!);
  const made = { ms: sides.now, clock: 'unknown' };
  assert.deepEqual(parseEntry(entry!), { v: 1, step: 'redaction', approval: 'file-17', t: made, xid, from, to, window, core, target: { origin: FI, index: 2, leaf: leafHash(bytes!).toString('base64'), step: 'request' } }, 'which statement it was, and nobody\'s name');
  const report = sides.FI.verify();
  assert.deepEqual([report.wrong, report.logs.find(({ origin }) => origin === FI)?.redacted], [[], 1]);
  const head = await sides.FI.store.head(LINK);
  const text = checkpointText(head);
  const checkpoint = formatNote(text, [await signatureLine(ed25519Signer(FI, sides.FI.keys.log), text)]);
  verifyTlogProof(parseTlogProof(renderTlogProof({ index: 2, hashes: await sides.FI.mirror.inclusionProof(FI, 2, head.size), checkpoint })), leafHash(bytes!), sides.FI.logVerifier(FI));

  await sides.FI.keeper.admit(LINK);
  await append(sides.FI.store, 1);
  await sides.tick();
  assert.equal((await sides.EE.mirror.latestWitnessed(LINK))?.size, (await sides.FI.store.head(LINK)).size);

  // EE loses its mirror: its own log says that it once held the entry, so it takes the leaf hash for it.
  await sides.EE.close();
  for (const file of readdirSync(sides.EE.folder).filter((name) => name.startsWith('mirror.db'))) rmSync(join(sides.EE.folder, file));
  await sides.EE.open();
  await sides.EE.keeper.admit(LINK);
  await append(sides.FI.store, 1);
  await sides.tick();
  await sides.tick();
  assert.equal((await sides.EE.mirror.latestWitnessed(LINK))?.size, (await sides.FI.store.head(LINK)).size);
  assert.equal((await sides.EE.mirror.entries(FI, 2, 3))[0], undefined);
  assert.deepEqual([sides.EE.verify().wrong, await sides.EE.mirror.incidents('open')], [[], []]);
});

test('an entry of the peer goes from our mirror by a decision of our own; one that holds a log together does not go at all', async (t) => {
  const sides = await trailSides(t);
  await sides.FI.store.commit({ entries: [{ log: LINK, entry: entryOf(newId(), { client: MARK }) }] });
  await append(sides.EE.store, 1);
  await sides.tick();
  await sides.tick(61_000);
  await append(sides.EE.store, 1);
  await sides.tick(61_000);
  const { size } = await sides.EE.store.head(LINK);
  const steps = (await sides.EE.mirror.entries(firstShard('EE'), 0, size)).map((bytes) => parseEntry(bytes!).step);
  await sides.EE.close();
  const holds = () => readdirSync(sides.EE.folder).filter((file) => readFileSync(join(sides.EE.folder, file)).includes(MARK));
  assert.ok(holds().length > 0);
  const redacted = (origin: string, index: number) => redact({ data: sides.EE.folder, origin, index, approval: 'file-17' }, sides.now);
  await redacted(FI, 0);
  assert.deepEqual(holds(), []);
  await assert.rejects(redacted(FI, 0), { code: 'config-invalid' }, 'twice');
  await assert.rejects(redacted(FI, 99), { code: 'config-invalid' }, 'no such entry');
  await assert.rejects(redacted(firstShard('EE'), steps.indexOf('peer-checkpoint')), { code: 'config-invalid' });
  await sides.EE.open();
  await sides.EE.keeper.admit(LINK);
  await append(sides.FI.store, 2);
  await sides.tick();
  const report = sides.EE.verify();
  assert.deepEqual([report.wrong, report.logs.find(({ origin }) => origin === FI)?.redacted, await sides.EE.mirror.incidents('open')], [[], 1, []]);
});
