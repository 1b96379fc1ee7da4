import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Collector } from '../../../src/platform/collect.ts';
import { bytesOf, joined, load, piecesOf } from '../../../src/platform/content.ts';
import { SPOOL_CHUNK, Spooled } from '../../../src/platform/spool-file.ts';
import { filesOf, makeSpool, readAll, spooled } from '../../support/spool.ts';

test('What was written is read again as often as wanted, and from any place to any other', async (t) => {
  const scope = makeSpool(t).scope();
  const bytes = randomBytes(2 * SPOOL_CHUNK + 777);
  const content = await spooled(scope, bytes.subarray(0, 10), bytes.subarray(10, SPOOL_CHUNK + 3), bytes.subarray(SPOOL_CHUNK + 3));
  assert.deepEqual(await readAll(content), bytes);
  assert.deepEqual(await readAll(content), bytes);
  for (const [from, to] of [[0, 0], [0, 1], [SPOOL_CHUNK - 1, SPOOL_CHUNK + 1], [SPOOL_CHUNK, 2 * SPOOL_CHUNK], [5, bytes.length], [bytes.length - 1, bytes.length]] as const) {
    assert.deepEqual(await readAll(content.slice(from, to)), bytes.subarray(from, to), `${from} to ${to}`);
  }
  assert.deepEqual(await readAll(content.slice(10, SPOOL_CHUNK + 10).slice(5, 20)), bytes.subarray(15, 30));
  assert.throws(() => content.slice(0, bytes.length + 1), RangeError);
});

test('A content of a whole number of chunks, and one of nothing, end where they end', async (t) => {
  const scope = makeSpool(t).scope();
  const whole = randomBytes(SPOOL_CHUNK);
  assert.deepEqual(await readAll(await spooled(scope, whole)), whole);
  assert.deepEqual(await readAll(await spooled(scope)), Buffer.alloc(0));
});

test('On disk nothing of the plaintext can be read, by nobody but the owner', async (t) => {
  const spool = makeSpool(t);
  const content = await spooled(spool.scope(), Buffer.alloc(1000, 'a secret of somebody '));
  const path = join(spool.folder, content.file.name);
  assert.equal(readFileSync(path).includes('secret'), false);
  assert.equal(statSync(path).mode & 0o777, 0o600);
});

test('A file that was changed, cut or taken away is not read', async (t) => {
  const spool = makeSpool(t);
  const content = await spooled(spool.scope(), randomBytes(5000));
  const path = join(spool.folder, content.file.name);
  const honest = readFileSync(path);
  writeFileSync(path, honest.map((byte, at) => (at === 17 ? byte ^ 1 : byte)));
  await assert.rejects(readAll(content), { code: 'internal', message: /was changed/ });
  truncateSync(path, 4000);
  await assert.rejects(readAll(content), { code: 'internal', message: /cut short/ });
  await spool.remove([content.file.name]);
  await assert.rejects(readAll(content), { code: 'internal', message: /ENOENT/ });
});

test('Chunks exchanged within a file are not read: each opens in its own place', async (t) => {
  const spool = makeSpool(t);
  const content = await spooled(spool.scope(), randomBytes(2 * SPOOL_CHUNK));
  const path = join(spool.folder, content.file.name);
  const honest = readFileSync(path);
  const half = honest.length / 2;
  writeFileSync(path, Buffer.concat([honest.subarray(half), honest.subarray(0, half)]));
  await assert.rejects(readAll(content), { code: 'internal', message: /was changed/ });
});

test('A scope takes its files with it, open ones too, and gives their bytes back', async (t) => {
  const spool = makeSpool(t);
  const scope = spool.scope();
  await spooled(scope, randomBytes(3000));
  const open = await scope.writer();
  await open.add(randomBytes(2000));
  assert.equal(spool.used, 5000);
  assert.equal(filesOf(spool).length, 2);
  await scope.dispose();
  assert.equal(spool.used, 0);
  assert.deepEqual(filesOf(spool), []);
});

test('What is kept outlives its scope, under another name', async (t) => {
  const spool = makeSpool(t);
  const scope = spool.scope();
  const bytes = randomBytes(3000);
  const { file } = await spooled(scope, bytes);
  const kept = (await spool.keep([file])).get(file);
  assert.ok(kept);
  await scope.dispose();
  assert.deepEqual(filesOf(spool), [kept.name]);
  assert.deepEqual(await readAll(new Spooled(kept, 0, kept.length)), bytes);
  await spool.remove([kept.name, 'kept-that-is-gone-already']);
  assert.deepEqual(filesOf(spool), []);
});

test('A file that cannot be kept leaves none of those behind that were kept before it', async (t) => {
  const spool = makeSpool(t);
  const { file } = await spooled(spool.scope(), randomBytes(3000));
  await assert.rejects(spool.keep([file, { ...file, name: 'no-such-file' }]), { code: 'internal' });
  assert.deepEqual(filesOf(spool), [file.name]);
});

test('Clearing removes what nobody names, as a crash leaves it', async (t) => {
  const spool = makeSpool(t);
  const scope = spool.scope();
  const { file } = await spooled(scope, randomBytes(3000));
  const kept = [...(await spool.keep([file])).values()].map(({ name }) => name);
  assert.equal(await spool.clear(new Set(kept)), 1);
  assert.deepEqual(filesOf(spool), kept);
});

test('Past the quota of all temporary files a writer is refused, and the others go on', async (t) => {
  const spool = makeSpool(t, { maxBytes: 5000 });
  const [one, other] = [spool.scope(), spool.scope()];
  await spooled(one, randomBytes(4000));
  const writer = await other.writer();
  await assert.rejects(async () => writer.add(randomBytes(2000)), { code: 'disk-full' });
  await writer.add(randomBytes(1000));
  await one.dispose();
  await writer.add(randomBytes(4000));
  await other.dispose();
  assert.equal(spool.used, 0);
});

test('What is collected stays in memory up to the threshold and lies in a file past it', async (t) => {
  const spool = makeSpool(t, { memoryBytes: 1000 });
  const scope = spool.scope();
  const collect = async (...pieces: Uint8Array[]) => {
    const collector = new Collector(scope);
    for (const piece of pieces) await collector.add(piece);
    return collector.end();
  };
  const small = await collect(randomBytes(600), randomBytes(400));
  assert.ok(small instanceof Uint8Array);
  assert.deepEqual(filesOf(spool), []);
  const pieces = [randomBytes(600), randomBytes(401), randomBytes(10)];
  const large = await collect(...pieces);
  assert.ok(large instanceof Spooled);
  assert.deepEqual(await readAll(large), Buffer.concat(pieces));
  assert.throws(() => bytesOf(large), { code: 'too-large' });
  await assert.rejects(load(large, 1010), { code: 'too-large' });
  assert.deepEqual(Buffer.from(await load(large, 1011)), Buffer.concat(pieces));
});

test('Contents in a row read as one; bytes alone stay bytes', async (t) => {
  const scope = makeSpool(t).scope();
  const [a, b, c] = [randomBytes(10), randomBytes(3000), randomBytes(20)];
  const row = joined([a, joined([await spooled(scope, b), c])]);
  assert.equal(row.length, 3030);
  assert.equal(piecesOf(row).length, 3);
  assert.deepEqual(Buffer.from(await load(row, 4000)), Buffer.concat([a, b, c]));
  assert.deepEqual(joined([a, c]), Buffer.concat([a, c]));
});
