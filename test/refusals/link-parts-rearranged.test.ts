import { test } from 'node:test';
import { assertTaken, receiveAtEe } from '../support/exchange.ts';
import { ATTACHMENT, DOCUMENT, handmadeRequest } from '../support/handmade.ts';
import type { Bends, RawFrame } from '../support/handmade.ts';
import { assertRefused, refuses } from '../support/refused.ts';
import { makePair } from '../support/sides.ts';

const OTHER = { name: 'other', bytes: Buffer.from('other bytes') };
const parts = [DOCUMENT, ATTACHMENT, OTHER];

/** The frames after the honest [manifest, document, attachment, other]. */
const FRAMES: Record<string, (frames: readonly [RawFrame, RawFrame, RawFrame, RawFrame]) => RawFrame[]> = {
  'two parts in each other\'s place': ([m, d, a, o]) => [m, d, o, a],
  'the last part dropped': ([m, d, a]) => [m, d, a],
  'a part in the middle dropped': ([m, d, , o]) => [m, d, o],
  'a part doubled': ([m, d, a, o]) => [m, d, a, a, o],
  'a part doubled in place of the next': ([m, d, a]) => [m, d, a, a],
  'a part added': ([m, d, a, o]) => [m, d, a, o, { kind: 2, bytes: OTHER.bytes }],
  'a part cut short': ([m, d, a, o]) => [m, d, a, { kind: 2, bytes: o.bytes.subarray(0, -1) }],
  'a part cut to nothing': ([m, d, a]) => [m, d, a, { kind: 2, bytes: new Uint8Array() }],
  'a part extended': ([m, d, a, o]) => [m, d, a, { kind: 2, bytes: Buffer.concat([o.bytes, Buffer.of(0)]) }],
  'a part as a second manifest': ([m, d, a, o]) => [m, d, a, { kind: 1, bytes: o.bytes }],
  'a frame of an unknown kind': ([m, d, a, o]) => [m, d, a, { kind: 3, bytes: o.bytes }],
  'the manifest last': ([m, d, a, o]) => [d, a, o, m],
  'the manifest as a part': ([m, d, a, o]) => [{ kind: 2, bytes: m.bytes }, d, a, o],
  'no frames': () => [],
};

for (const sealing of ['jwe', 'tls'] as const) {
  const pair = makePair({ sealing, grant: { attachments: 2 } });

  test(`control: three parts, sealed with ${sealing}, are taken`, async () => assertTaken(pair, await handmadeRequest(pair, { parts })));

  for (const [what, rearrange] of Object.entries(FRAMES)) {
    test(`${what}, sealed with ${sealing}: refused`, async () => {
      const frames: Bends['frames'] = (honest) => rearrange(honest as unknown as readonly [RawFrame, RawFrame, RawFrame, RawFrame]);
      await assertRefused(receiveAtEe(pair, await handmadeRequest(pair, { parts, frames })), 'digest-mismatch');
    });
  }
}

const pair = makePair({ grant: { attachments: 2 } });

test('a manifest that lists its parts in another order than they were encrypted is refused', async () => {
  const sealed = await handmadeRequest(pair, { parts, manifest: (draft) => ({ ...draft, parts: draft.parts.toReversed() }), frames: ([manifest, ...rest]) => [...(manifest === undefined ? [] : [manifest]), ...rest.toReversed()] });
  await assertRefused(receiveAtEe(pair, sealed), 'seal-mismatch');
});

test('a manifest that lists one part less than the statement counts is refused', async () => {
  const sealed = await handmadeRequest(pair, { parts, manifest: (draft) => ({ ...draft, parts: draft.parts.slice(0, 2) }) });
  await assertRefused(receiveAtEe(pair, sealed), 'digest-mismatch');
});

test('a message whose first part is not the document is refused', async () =>
  refuses(receiveAtEe(pair, await handmadeRequest(pair, { parts: [{ ...DOCUMENT, name: 'attachment' }, DOCUMENT] })), 'neutral-invalid'));
