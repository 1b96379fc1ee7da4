/**
 * Escrow: bodies that only the auditor can open, at the price of one public-key encryption for a thousand records. A chain of keys starts
 * from a random root, which is encrypted to the auditor and then forgotten; each record is encrypted under a key of the chain, and the
 * chain moves on by a one-way function. Whoever takes the gateway's memory or disk can open no record that was made before.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { openRecord, sealRecord } from './record.ts';
import type { RecordPlace } from './record.ts';

/** Records of one chain: bounds what is readable to whoever holds the gateway's memory, and the auditor's walk. */
const CHAIN_LENGTH = 1000;

/** Encrypts 32 bytes to the auditor's public key: a compact JWE. */
export type RootSeal = (root: Uint8Array) => Promise<string>;

export interface Escrowed {
  /** Compact JWE of the chain's root, for the auditor. */
  readonly root: string;
  /** How many times the root is moved on to get this record's place in the chain. */
  readonly step: number;
  /** nonce ‖ ciphertext ‖ tag. */
  readonly box: Uint8Array;
}

interface Chain {
  readonly root: string;
  key: Buffer;
  step: number;
}

export class Escrow {
  readonly #sealRoot: RootSeal;
  #chain: Promise<Chain> | undefined;

  constructor(sealRoot: RootSeal) {
    this.#sealRoot = sealRoot;
  }

  async seal(bytes: Uint8Array, place: RecordPlace): Promise<Escrowed> {
    this.#chain ??= this.#begin();
    const chain = await this.#chain;
    if (chain.step === CHAIN_LENGTH) {
      this.#chain = undefined;
      return this.seal(bytes, place);
    }
    const { root, step, key } = chain;
    const box = sealRecord(derive(key, 'record'), place, bytes);
    chain.key = derive(key, 'next');
    chain.step += 1;
    key.fill(0);
    return { root, step, box };
  }

  #begin(): Promise<Chain> {
    const key = randomBytes(32);
    const begun = this.#sealRoot(key).then((root) => ({ root, key, step: 0 }));
    // A failure is told to whoever waits, and the next record begins anew.
    begun.catch(() => (this.#chain = undefined));
    return begun;
  }
}

/** What the auditor does: `root` is the 32 bytes out of the JWE. Throws `internal` for another root, place or changed bytes. */
export function openEscrowed({ step, box }: Escrowed, root: Uint8Array, place: RecordPlace): Uint8Array {
  let key: Buffer = Buffer.from(root);
  for (let n = 0; n < step; n += 1) key = derive(key, 'next');
  return openRecord(derive(key, 'record'), place, box);
}

function derive(key: Uint8Array, purpose: 'record' | 'next'): Buffer {
  return createHmac('sha256', key).update(`causeway/escrow/v1\0${purpose}`).digest();
}
