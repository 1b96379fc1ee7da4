/** What a peer could make of the notes that two gateways exchange about their logs. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ed25519Signer, ed25519Verifier } from '../../src/trail/note.ts';
import { openFreshInterval, signInterval } from '../../src/trail/reconcile/note.ts';
import type { Interval } from '../../src/trail/reconcile/note.ts';
import { checkpointText } from '../../src/trail/checkpoint.ts';
import { formatNote, signatureLine } from '../../src/trail/note.ts';
import { refuses } from '../support/refused.ts';
import { testKey } from '../support/trail.ts';

const NOW = Date.parse('2026-11-21T12:00:30Z');
const MINUTE = Math.floor(NOW / 60_000);
const NAME = 'gateway.fi.example/interval';
const key = testKey();
const honest: Interval = { link: 'ee-fi', from: MINUTE - 1440, to: MINUTE - 3, count: 12, root: new Uint8Array(32).fill(7), origin: 'gateway.fi.example/trail/ee-fi/2026h2', size: 40, time: NOW / 1000 };
const sign = (changes: Partial<Interval> = {}, by = ed25519Signer(NAME, key)) => signInterval({ ...honest, ...changes }, by);
const open = (note: string, latest = 0, now = NOW) => openFreshInterval(note, { key: ed25519Verifier(NAME, key.publicKey), link: 'ee-fi', latest, now });
const refusesNote = (note: string, code: Parameters<typeof refuses>[1], latest?: number, now?: number) => refuses(() => open(note, latest, now), code);

test('control: the note as signed is taken, again too', async () => {
  const { root, ...said } = open(await sign(), honest.time);
  assert.deepEqual({ ...said, root: new Uint8Array(root) }, honest);
});

test('a note under another key is refused, whatever name it gives itself', async () => {
  await refusesNote(await sign({}, ed25519Signer('gateway.fi.example/trail/ee-fi/2026h2', key)), 'statement-untrusted');
  await refusesNote(await sign({}, ed25519Signer(NAME, testKey())), 'statement-untrusted');
});
test('a note that was changed after it was signed is refused', async () => refusesNote((await sign()).replace('\n12\n', '\n13\n'), 'statement-invalid'));
test('a checkpoint under the interval key is no note', async () => {
  const text = checkpointText({ origin: honest.origin, size: 40, root: honest.root });
  return refusesNote(formatNote(text, [await signatureLine(ed25519Signer(NAME, key), text)]), 'malformed');
});
test('a note of another link is refused', async () => refusesNote(await sign({ link: 'ee-lv' }), 'wrong-audience'));
test('a note about minutes that are not closed is refused', async () => refusesNote(await sign({ to: MINUTE - 1 }), 'clock-skew'));
test('a note about no minute, or backwards, is refused', async () => {
  await refusesNote(await sign({ from: MINUTE - 10, to: MINUTE - 10 }), 'malformed');
  await refusesNote(await sign({ from: MINUTE - 5, to: MINUTE - 10 }), 'malformed');
});
test('a note about more than 31 days is refused', async () => refusesNote(await sign({ from: MINUTE - 31 * 1440 - 10 }), 'too-large'));
test('an old note that is sent again is refused, and one of the future', async () => {
  await refusesNote(await sign(), 'clock-skew', 0, NOW + 61_000);
  await refusesNote(await sign({ time: NOW / 1000 + 61 }), 'clock-skew');
});
test('a note that is older than one which came before is refused', async () => refusesNote(await sign(), 'replay', honest.time + 1));
