/**
 * The key-encryption keys of the evidence, as one gateway holds them in memory: the newest one wraps, each opens. There is a second one only while it
 * takes the place of the first (exchange/rotating-evidence.ts). Which of them a wrapped key is under, its authentication tag says.
 */
import { hash, hkdfSync } from 'node:crypto';
import { CausewayError } from '../errors.ts';
import { unwrapRecordKey, wrapRecordKey } from './record.ts';
import { newSubjectKey, openSubjectKey } from './subject.ts';

/** The change that put the newest key before the one of before. */
export interface KekChange {
  /** Of the order. */
  readonly id: string;
  /** UTC milliseconds from which the old key may go, once nothing is under it. */
  readonly retireFrom: number;
}

export interface KekRingContent {
  /** 32 bytes each, the newest first. */
  readonly keys: readonly [Uint8Array, ...Uint8Array[]];
  /** Of pseudonyms of end users (32 bytes). They outlive a change of the key that they were derived from. */
  readonly pseudonyms: Uint8Array;
  readonly change?: KekChange;
}

export class KekRing {
  #content: KekRingContent;

  constructor(content: KekRingContent) {
    this.#content = content;
  }

  /** Of one key, as a gateway begins. */
  static of(kek: Uint8Array): KekRing {
    return new KekRing({ keys: [kek], pseudonyms: pseudonymsOf(kek) });
  }

  get content(): KekRingContent {
    return this.#content;
  }

  /** From now on these are the keys: the file says so already. */
  take(content: KekRingContent): void {
    this.#content = content;
  }

  wrapRecordKey(xid: string, recordKey: Uint8Array): Uint8Array {
    return wrapRecordKey(this.#content.keys[0], xid, recordKey);
  }

  /** Throws `internal` where none of the keys opens it. */
  unwrapRecordKey(xid: string, wrapped: Uint8Array): Uint8Array {
    return this.#opened((kek) => unwrapRecordKey(kek, xid, wrapped));
  }

  newSubjectKey(year: number): Uint8Array {
    return newSubjectKey(this.#content.keys[0], year);
  }

  /** As `unwrapRecordKey`. */
  openSubjectKey(year: number, wrapped: Uint8Array): Uint8Array {
    return this.#opened((kek) => openSubjectKey(kek, year, wrapped));
  }

  #opened(open: (kek: Uint8Array) => Uint8Array): Uint8Array {
    for (const kek of this.#content.keys) {
      const key = openedBy(kek, open);
      if (key !== undefined) return key;
    }
    throw new CausewayError('internal', 'a wrapped key opens under no key-encryption key of the evidence');
  }
}

/** Undefined under another key. */
export function openedBy(kek: Uint8Array, open: (kek: Uint8Array) => Uint8Array): Uint8Array | undefined {
  try {
    return open(kek);
  } catch (thrown) {
    if (thrown instanceof CausewayError && thrown.code === 'internal') return undefined;
    throw thrown;
  }
}

/** Names a key in the log and for operators, and says nothing of it: it has 256 bits that nobody guesses. */
export function kekId(kek: Uint8Array): string {
  return hash('sha256', Buffer.concat([Buffer.from('causeway/kek-id/v1\0'), kek]), 'base64url');
}

export function pseudonymsOf(kek: Uint8Array): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', kek, '', 'causeway/pseudonym/v1', 32));
}
