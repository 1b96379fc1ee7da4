/** How far the peer's clock is from ours, by the times that its cosignatures state. */
import type { Clock } from '../platform/clock.ts';
import { offsetOf } from './clock-watch.ts';
import type { Offset } from './clock-watch.ts';
import { cosignatureTime } from './cosignature.ts';
import { isOfKey, parseSignatureLine } from './note.ts';
import type { NoteVerifier } from './note.ts';
import type { Witness } from './publisher.ts';

/** A cosignature states whole seconds. */
const GRAIN = 1000;
/** Milliseconds between two measurements while the peer's clock is too far from ours. */
export const APART_INTERVAL_MS = 2000;

/** What the peers' cosignatures say of their clocks. */
export interface PeerClocks {
  /** Called with how far the clock of a link's peer is from ours, each time that it cosigns. */
  measured(link: string, offset: Offset): void;
  /** While they are too far apart, a cosignature is asked for every few seconds: the link goes on soon after the clock was set. */
  apart(link: string): boolean;
}

/** Asks as `ask` does, and tells the offset. The peer takes the time when the request arrives; that the cosignature verifies is the publisher's matter. */
export function measuringOffset(ask: Witness['ask'], verifiers: () => readonly NoteVerifier[], clock: Clock, told: (offset: Offset) => void): Witness['ask'] {
  return async (body) => {
    const [sent, before] = [clock.now(), clock.monotonic()];
    const reply = await ask(body);
    const after = clock.monotonic();
    const theirs = reply.status === 200 ? statedTime(reply.body, verifiers()) : undefined;
    if (theirs !== undefined) told(offsetOf({ theirs: theirs + GRAIN / 2, within: GRAIN / 2, sent, before, after }));
    return reply;
  };
}

function statedTime(body: string, verifiers: readonly NoteVerifier[]): number | undefined {
  try {
    const lines = body.split('\n').filter((line) => verifiers.some(({ name }) => line.startsWith(`— ${name} `)));
    const known = lines.map(parseSignatureLine).find((signature) => verifiers.some((verifier) => isOfKey(signature, verifier)));
    return known && cosignatureTime(known.signature);
  } catch {
    // The publisher refuses it in its own words.
    return undefined;
  }
}
