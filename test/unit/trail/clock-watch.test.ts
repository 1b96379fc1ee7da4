import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ClockWatch, offsetOf } from '../../../src/trail/clock-watch.ts';
import { cosignatureVerifier, cosigner } from '../../../src/trail/cosignature.ts';
import { signatureLine } from '../../../src/trail/note.ts';
import { measuringOffset } from '../../../src/trail/peer-offset.ts';
import { NOW, testKey } from '../../support/trail.ts';

const LIMITS = { alarmOffset: 2000, maxOffset: 30_000, maxPeerOffset: 30_000, freshFor: 1000 };

function watch() {
  let now = 0;
  return { clock: new ClockWatch(LIMITS, { monotonic: () => now }), pass: (ms: number) => void (now += ms), at: () => now };
}

describe('our clock, as others say it', () => {
  test('is unknown until an authority has answered, and again once the answer is old', () => {
    const { clock, pass } = watch();
    assert.equal(clock.state, 'unknown');
    clock.measuredByAuthority('a', { ms: 100, within: 500, at: 0 });
    assert.equal(clock.state, 'synchronised');
    pass(1001);
    assert.equal(clock.state, 'unknown');
  });

  test('is unsynchronised where one authority is sure that it is off, and stops nothing', () => {
    const { clock } = watch();
    clock.measuredByAuthority('a', { ms: 100, within: 500, at: 0 });
    clock.measuredByAuthority('b', { ms: -60_000, within: 500, at: 0 });
    assert.deepEqual([clock.state, clock.wrong], ['unsynchronised', false]);
  });

  test('is wrong once two authorities agree, and stays so when they fall silent', () => {
    const { clock, pass } = watch();
    for (const name of ['a', 'b']) clock.measuredByAuthority(name, { ms: -60_000, within: 500, at: 0 });
    pass(10_000);
    assert.equal(clock.wrong, true);
    clock.measuredByAuthority('a', { ms: 0, within: 500, at: 10_000 });
    assert.equal(clock.wrong, false);
  });

  test('is not wrong where two authorities contradict each other', () => {
    const { clock } = watch();
    clock.measuredByAuthority('a', { ms: -60_000, within: 500, at: 0 });
    clock.measuredByAuthority('b', { ms: 60_000, within: 500, at: 0 });
    assert.equal(clock.wrong, false);
  });

  test('gets the benefit of what a slow answer leaves open', () => {
    const { clock } = watch();
    clock.measuredByAuthority('a', offsetOf({ theirs: NOW + 5000, within: 1000, sent: NOW, before: 0, after: 6000 }));
    assert.equal(clock.state, 'synchronised', 'two seconds ahead, give or take four');
  });

  test("a peer's clock stops its own link alone", () => {
    const { clock } = watch();
    clock.measuredByPeer('ee-fi', { ms: 60_000, within: 500, at: 0 });
    assert.deepEqual([clock.apart('ee-fi'), clock.apart('fi-ua'), clock.wrong, clock.state], [true, false, false, 'unknown']);
  });
});

describe("the peer's clock, by its cosignatures", () => {
  const key = testKey();
  const verifier = cosignatureVerifier('ee.example/witness', key.publicKey);
  const text = 'fi.example/trail/ee-fi/2026h1\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n';
  const ask = async (status: number, body: string): Promise<number[]> => {
    const told: number[] = [];
    await measuringOffset(async () => ({ status, body }), () => [verifier], { now: () => NOW, monotonic: () => 0 }, ({ ms }) => told.push(ms))('');
    return told;
  };
  const lineAt = (now: number) => signatureLine(cosigner('ee.example/witness', key, now), text);

  test('is measured to half a second', async () => assert.deepEqual(await ask(200, `${await lineAt(NOW + 45_000)}\n`), [45_500]));
  test('is not measured by what the witness did not sign, or by a refusal', async () => {
    const other = await signatureLine(cosigner('ee.example/witness', testKey(), NOW), text);
    for (const [status, body] of [[409, '3\n'], [200, `${other}\n`], [200, '— ee.example/witness AAAA\n'], [200, '']] as const) assert.deepEqual(await ask(status, body), []);
  });
});
