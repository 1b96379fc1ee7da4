/** A party of a link as the agreement names it to the trail. */
import { cosignatureVerifier } from './cosignature.ts';
import { mldsaVerifier } from './keys.ts';
import { ed25519FromBase64 } from './note.ts';
import type { NoteVerifier } from './note.ts';

/** Public identities of a party's log and witness, as the link names them: `origin` is that of the log's first shard, keys are base64 Ed25519. */
export interface TrailParty {
  readonly log: { readonly origin: string; readonly key: string };
  /** `mldsa44`: base64 of the witness's second key, where it has one. */
  readonly witness: { readonly name: string; readonly key: string; readonly mldsa44?: string };
}

/** Of a witness: one of `verifiers` must cosign (there are two while one takes the place of the other), `further` (ML-DSA-44) may. */
export interface WitnessKeys {
  readonly verifiers: readonly NoteVerifier[];
  readonly further: readonly NoteVerifier[];
}

/** A key that two versions name is there once. */
export function witnessKeysOf(parties: readonly TrailParty[]): WitnessKeys {
  const keys = [...new Map(parties.map(({ witness: { name, key } }) => [`${name} ${key}`, { name, key }])).values()];
  const second = new Map(parties.flatMap(({ witness: { name, mldsa44 } }) => (mldsa44 === undefined ? [] : [[`${name} ${mldsa44}`, { name, mldsa44 }] as const])));
  return { verifiers: keys.map(({ name, key }) => cosignatureVerifier(name, ed25519FromBase64(key))), further: [...second.values()].flatMap(({ name, mldsa44 }) => mldsaVerifier(name, mldsa44)) };
}
