/** What a gateway shows of its own keys, as peers are to believe it. */
import type { KeyObject } from 'node:crypto';
import type { Signer } from '../../crypto/jws.ts';
import { publicHalf } from '../../crypto/keys.ts';
import type { PublicKeyEntry } from '../../crypto/public-parts.ts';

export interface PublishedKey {
  readonly kid: string;
  readonly key: KeyObject;
  /** UTC milliseconds from which peers take it; without one from the beginning of the document that shows it. */
  readonly from?: number;
}

/** Each role's keys, the newest first; of entity keys the one in use. */
export interface PublishedKeys {
  /** The first one signs the configuration. */
  readonly entity: readonly Signer[];
  readonly statement: readonly PublishedKey[];
  readonly encryption: readonly PublishedKey[];
  /** `kid` is the pin. */
  readonly tls: readonly PublishedKey[];
}

export interface KeyWindow {
  /** UTC milliseconds. */
  readonly notBefore: number;
  readonly notAfter: number;
}

export interface ShownKeys {
  readonly statement: readonly PublicKeyEntry[];
  readonly encryption: readonly PublicKeyEntry[];
  readonly tls: readonly { readonly spki: string; readonly notBefore: string; readonly notAfter: string }[];
}

export function shownKeys({ statement, encryption, tls }: PublishedKeys, window: KeyWindow): ShownKeys {
  const shown = (keys: readonly PublishedKey[]) => keys.map(({ kid, key, from }, index) => ({ kid, publicKey: createPublicJwk(key), ...times(from, index, window) }));
  return { statement: shown(statement), encryption: shown(encryption), tls: shown(tls).map(({ kid, notBefore, notAfter }) => ({ spki: kid, notBefore, notAfter })) };
}

/** Of keys that are valid now a peer takes the newest: each begins a second before the one that follows it. */
function times(from: number | undefined, index: number, { notBefore, notAfter }: KeyWindow) {
  const begins = Math.max(from ?? 0, notBefore) - (from === undefined ? index * 1000 : 0);
  return { notBefore: new Date(begins).toISOString(), notAfter: new Date(notAfter).toISOString() };
}

function createPublicJwk(key: KeyObject): object {
  const { kty, crv, x, y } = publicHalf(key).export({ format: 'jwk' });
  return { kty, crv, x, y };
}
