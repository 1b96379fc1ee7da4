import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeFrames, encodeFrames } from '../../../src/platform/frames.ts';
import { refuses } from '../../support/refused.ts';

const frames = fc.array(fc.record({ kind: fc.integer({ min: 0, max: 255 }), bytes: fc.uint8Array({ maxLength: 300 }) }), { maxLength: 8 });
const plain = (list: readonly { kind: number; bytes: Uint8Array }[]) => list.map(({ kind, bytes }) => [kind, [...bytes]]);

test('any frames come back as they went in', () => {
  fc.assert(fc.property(frames, (list) => assert.deepEqual(plain(decodeFrames(encodeFrames(list), list.length)), plain(list))));
});

test('frames cut short anywhere but between two of them are refused', () => {
  fc.assert(
    fc.property(frames, fc.nat(), (list, at) => {
      const bytes = encodeFrames(list);
      const cut = bytes.subarray(0, at % (bytes.length + 1));
      const whole = [...list, undefined].findIndex((_, n) => encodeFrames(list.slice(0, n)).length === cut.length);
      if (whole === -1) assert.throws(() => decodeFrames(cut, list.length), { code: 'malformed' });
      else assert.deepEqual(plain(decodeFrames(cut, list.length)), plain(list.slice(0, whole)));
    }),
  );
});

test('any bytes are refused or read to frames that make the same bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      let read;
      try {
        read = decodeFrames(bytes, 10);
      } catch (thrown) {
        assert.equal((thrown as { code?: string }).code, 'malformed');
        return;
      }
      assert.deepEqual([...encodeFrames(read)], [...bytes]);
    }),
  );
});

test('a frame is its kind in one byte, its length in eight, big-endian, and its bytes', () => {
  assert.equal(Buffer.from(encodeFrames([{ kind: 2, bytes: Buffer.from('abc') }])).toString('hex'), '020000000000000003616263');
});

test('one frame more than allowed is refused', () => refuses(() => decodeFrames(encodeFrames([{ kind: 1, bytes: Buffer.of(1) }, { kind: 2, bytes: Buffer.of(2) }]), 1), 'malformed'));

test('a view on a larger buffer is read from its own start', () => {
  const bytes = Buffer.concat([Buffer.of(9, 9, 9), encodeFrames([{ kind: 1, bytes: Buffer.from('x') }]), Buffer.of(9)]);
  assert.deepEqual(plain(decodeFrames(bytes.subarray(3, -1), 1)), [[1, [120]]]);
});
