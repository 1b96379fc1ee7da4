import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { timestampRequest, plainToken } from '../../../src/crypto/timestamp.ts';
import { answerTimestamp } from '../../../src/crypto/timestamp-answer.ts';
import { openContainer, renewContainer, writeContainer } from '../../../src/evidence/asic.ts';
import type { Stamp } from '../../../src/evidence/asic.ts';
import { DEFAULT_ZIP_LIMITS, readZip } from '../../../src/evidence/zip.ts';
import { writeZip } from '../../../src/evidence/zip-write.ts';
import { makeSeal } from '../../../src/crypto/xml-signature/seal.ts';
import type { SealedFile } from '../../../src/crypto/xml-signature/seal.ts';
import { sealKeys } from '../../support/seal.ts';
import { timeAuthorityKeys } from '../../support/time-authority.ts';
import type { TestAuthority } from '../../support/time-authority.ts';
import { NOW } from '../../support/trail.ts';

const DAY = 86_400_000;
const CONTENTS = new Map([['VERIFY.txt', 'echo'], ['logs/a/1.json', '{"v":1}'], ['about.json', '{}']].map(([name, text]) => [name!, Buffer.from(text!)]));

const stampAt = ({ identity }: TestAuthority, now: number): Stamp => async (data) => plainToken(answerTimestamp(timestampRequest(data, Buffer.alloc(16, 1)), identity, { now, serial: Buffer.of(0x41), policy: '1.2.3', accuracy: 100 }));
const rootsOf = ({ root }: TestAuthority) => Buffer.from(root.certificate);

const first = timeAuthorityKeys('first', NOW, 100);
const second = timeAuthorityKeys('second', NOW, 1000);
const third = timeAuthorityKeys('third', NOW, 2000);
const container = await writeContainer(CONTENTS, rootsOf(first), stampAt(first, NOW));
const renewed = await renewContainer(container, rootsOf(second), stampAt(second, NOW + 90 * DAY), DEFAULT_ZIP_LIMITS);
const twice = await renewContainer(renewed, rootsOf(third), stampAt(third, NOW + 900 * DAY), DEFAULT_ZIP_LIMITS);
const seals = sealKeys();
const sealed = await writeContainer(CONTENTS, rootsOf(first), stampAt(first, NOW), (files) => makeSeal(files, seals, NOW - 1000));
const wrongIn = async (bytes: Uint8Array) => (await openContainer(bytes, DEFAULT_ZIP_LIMITS)).wrong;
const filesOf = async (bytes: Uint8Array) => new Map(await readZip(bytes));

describe('a container', () => {
  test('begins with its media type, stored, and verifies', async () => {
    assert.equal(container.subarray(30, 38).toString(), 'mimetype');
    assert.equal(container.subarray(38, 69).toString(), 'application/vnd.etsi.asic-e+zip');
    const { wrong, stamps } = await openContainer(container, DEFAULT_ZIP_LIMITS);
    assert.deepEqual([wrong, stamps.map(({ time }) => time)], [[], [NOW]]);
  });

  test('is the same bytes for the same files', async () => assert.deepEqual(await writeContainer(new Map([...CONTENTS].toReversed()), rootsOf(first), async () => (await filesOf(container)).get('META-INF/timestamp-0.tst')!), container));

  test('is refused wherever one byte of it is changed', { timeout: 300_000 }, async () => {
    for (const [name, whole, samples] of [['new', container, 20], ['sealed', sealed, 40], ['renewed', twice, 50]] as const) {
      const step = process.env['CAUSEWAY_EVERY_BYTE'] === undefined ? Math.ceil(whole.length / samples) : 1;
      for (let at = 0; at < whole.length; at += step) {
        const changed = Buffer.from(whole);
        changed[at]! ^= at % 2 === 0 ? 0x01 : 0x80;
        const wrong = await wrongIn(changed);
        assert.ok(wrong.length > 0 && wrong.every(({ file, what }) => file !== '' && what !== ''), `${name}: byte ${at} of ${whole.length}`);
      }
    }
  });

  test('names the file whose bytes were changed, even where all checksums of the archive fit', async () => {
    const files = await filesOf(twice);
    for (const name of files.keys()) {
      const bytes = Buffer.from(files.get(name)!);
      bytes[bytes.length >> 1]! ^= 0x04;
      const wrong = await wrongIn(await writeZip(new Map([...files, [name, bytes]])));
      assert.ok(wrong.some(({ file }) => file === name), `${name}: ${JSON.stringify(wrong)}`);
    }
  });

  test('names a file that was added, taken away or moved', async () => {
    const files = await filesOf(container);
    assert.ok((await wrongIn(await writeZip(new Map([...files, ['more.txt', Buffer.from('more')]])))).some(({ file }) => file === 'META-INF/ASiCManifest.xml'));
    const without = new Map(files);
    without.delete('about.json');
    assert.ok((await wrongIn(await writeZip(without))).length > 0);
    assert.deepEqual(await wrongIn(await writeZip(new Map([...files].toReversed()))), [{ file: '(container)', what: 'files in another order' }]);
  });

  test('is refused with bytes after its end, or another comment', async () => {
    assert.ok((await wrongIn(Buffer.concat([container, Buffer.of(0)]))).length > 0);
    assert.ok((await wrongIn(Buffer.concat([Buffer.from('x'), container]))).length > 0);
  });

  test('is refused under other authorities than those that are believed', async () => {
    const { wrong } = await openContainer(container, DEFAULT_ZIP_LIMITS, { authorities: [] });
    assert.deepEqual(wrong.map(({ file }) => file), ['META-INF/timestamp-0.tst']);
  });
});

describe('a sealed container', () => {
  test('says who sealed it and when, and is over every file of it', async () => {
    const { wrong, seal } = await openContainer(sealed, DEFAULT_ZIP_LIMITS, undefined, { authorities: [seals.authority] });
    assert.deepEqual([wrong, seal?.certificate.x509.subject, seal?.time], [[], 'O=Authority of Registers\nCN=seal', NOW - 1000]);
  });

  test('is renewed with its seal', async () => {
    const again = await renewContainer(sealed, rootsOf(second), stampAt(second, NOW + 90 * DAY), DEFAULT_ZIP_LIMITS);
    const { wrong, seal } = await openContainer(again, DEFAULT_ZIP_LIMITS);
    assert.deepEqual([wrong, seal?.time], [[], NOW - 1000]);
  });

  test('is refused under another authority than that of the seal, and a container without a seal where one is asked for', async () => {
    const other = { authorities: [sealKeys().authority] };
    assert.match((await openContainer(sealed, DEFAULT_ZIP_LIMITS, undefined, other)).wrong.map(({ file, what }) => `${file} ${what}`).join(), /^META-INF\/signatures\.xml does not verify/);
    assert.deepEqual((await openContainer(container, DEFAULT_ZIP_LIMITS, undefined, other)).wrong, [{ file: 'META-INF/signatures.xml', what: 'is missing: nobody sealed it' }]);
  });

  test('is refused where the seal is over other files, was made after the time-stamp, or with a certificate that was out of its time', async () => {
    const written = (seal: (files: readonly SealedFile[]) => Uint8Array) => writeContainer(CONTENTS, rootsOf(first), stampAt(first, NOW), seal);
    for (const [title, seal] of [
      ['one file less', (files: readonly SealedFile[]) => makeSeal(files.slice(1), seals, NOW - 1000)],
      ['another file', (files: readonly SealedFile[]) => makeSeal(files.map((file, at) => (at === 0 ? { ...file, bytes: Buffer.from('other') } : file)), seals, NOW - 1000)],
      ['another type of a file', (files: readonly SealedFile[]) => makeSeal(files.map((file, at) => (at === 0 ? { ...file, type: 'text/html' } : file)), seals, NOW - 1000)],
      ['later', (files: readonly SealedFile[]) => makeSeal(files, seals, NOW + 1000)],
      ['expired', (files: readonly SealedFile[]) => makeSeal(files, sealKeys(NOW - 10_000), NOW - 20_000)],
    ] as const) {
      assert.deepEqual((await wrongIn(await written(seal))).map(({ file }) => file), ['META-INF/signatures.xml'], title);
    }
  });

  test('needs the key of its certificate', () => assert.throws(() => makeSeal([], { ...seals, key: sealKeys().key }, NOW), { code: 'config-invalid' }));
});

describe('a renewed container', () => {
  test('holds what was there, byte for byte, and a token over all of it', async () => {
    const [before, after] = [await filesOf(container), await filesOf(renewed)];
    for (const [name, bytes] of before) assert.deepEqual(after.get(name), bytes);
    assert.deepEqual([...after.keys()].slice(before.size), ['META-INF/time-stamping-1.pem', 'META-INF/ASiCArchiveManifest.xml', 'META-INF/timestamp-1.tst']);
    assert.match(Buffer.from(after.get('META-INF/ASiCArchiveManifest.xml')!).toString(), /URI="META-INF\/ASiCManifest.xml" MimeType="text\/xml" Rootfile="true"><ds:DigestMethod Algorithm="http:\/\/www.w3.org\/2001\/04\/xmlenc#sha512"/);
  });

  test('twice keeps the archive manifest of the first time under a number', async () => {
    const { files, stamps, wrong } = await openContainer(twice, DEFAULT_ZIP_LIMITS);
    assert.deepEqual([wrong, stamps.length, files.has('META-INF/ASiCArchiveManifest1.xml')], [[], 3, true]);
  });

  test('is refused where the time-stamp before had ended', async () => {
    const late = await renewContainer(container, rootsOf(second), stampAt(second, NOW + 200 * DAY), DEFAULT_ZIP_LIMITS);
    assert.deepEqual(await wrongIn(late), [{ file: 'META-INF/timestamp-1.tst', what: 'was not made while the time-stamp before it was valid' }]);
  });
});
