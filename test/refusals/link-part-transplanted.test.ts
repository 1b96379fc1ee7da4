import { test } from 'node:test';
import { assertTaken, receiveAtEe } from '../support/exchange.ts';
import { ATTACHMENT, DOCUMENT, handmadeRequest } from '../support/handmade.ts';
import { assertRefused, refuses } from '../support/refused.ts';
import { NOW, makePair } from '../support/sides.ts';
import { exchangeId } from '../../src/platform/ids.ts';

const pair = makePair({ grant: { attachments: 2 } });
const parts = [DOCUMENT, ATTACHMENT];

test('control: two parts, each in its place, are taken', async () => assertTaken(pair, await handmadeRequest(pair, { parts })));

/** Where the part was encrypted for, though manifest, digests and keys are those of this exchange. */
const PLACES: Record<string, (honest: string) => string> = {
  'another place in the list': (honest) => honest.replace(/\d+$/, '1'),
  'another exchange': (honest) => honest.replace(/\0[^\0]+\0(\d+)$/, `\0${exchangeId(NOW)}\0$1`),
  'another gateway': (honest) => honest.replace(pair.fi.entity, 'https://gateway.lv.example'),
  'the other direction': (honest) => honest.replace('request', 'response'),
  'no place at all': () => '',
};

for (const [what, place] of Object.entries(PLACES)) {
  test(`a part that was encrypted for ${what} is refused`, async () => refuses(receiveAtEe(pair, await handmadeRequest(pair, { place: (_, honest) => place(honest) })), 'seal-mismatch'));
}

test('a part of another exchange, put into the frames of this one, is refused', async () => {
  const theirs: Uint8Array[] = [];
  await handmadeRequest(pair, { frames: (frames) => (theirs.push(...frames.map(({ bytes }) => bytes)), frames) });
  const sealed = await handmadeRequest(pair, { frames: (frames) => frames.map((frame, at) => (at === 1 ? { kind: 2, bytes: theirs[1] ?? frame.bytes } : frame)) });
  await assertRefused(receiveAtEe(pair, sealed), 'digest-mismatch');
});
