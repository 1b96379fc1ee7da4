/** What a gateway shows of its keys. Apart from what makes them, which no running gateway loads. */
import type { KeyObject } from 'node:crypto';
import type { GatewayKeyFiles } from './gateway-keys.ts';
import { KeyFiles } from './key-files.ts';
import { publicHalf } from './keys.ts';

export interface PublicKeyEntry {
  readonly kid: string;
  readonly publicKey: object;
  /** RFC 3339. */
  readonly notBefore: string;
  readonly notAfter: string;
}

/** What the peer needs to know of a gateway: the form of `trust/<COUNTRY>.json`. Log, witness and interval keys (base64 of 32 bytes) go into the link. */
export interface PublicParts {
  readonly trust: { readonly entity: string; readonly country: string; readonly statement: readonly PublicKeyEntry[]; readonly encryption: readonly PublicKeyEntry[]; readonly tls: readonly { readonly spki: string; readonly notBefore: string; readonly notAfter: string }[]; readonly log: { readonly key: string }; readonly witness: { readonly key: string }; readonly interval?: { readonly key: string } };
}

/** `notBefore` and `notAfter`: UTC milliseconds between which the peer may rely on these keys. */
export function publicParts(files: Omit<GatewayKeyFiles, 'entity' | 'witnessMldsa44' | 'interval'> & { readonly interval?: string }, gateway: { readonly entity: string; readonly country: string }, window: { readonly notBefore: number; readonly notAfter: number }, keys = new KeyFiles()): PublicParts {
  const times = { notBefore: new Date(window.notBefore).toISOString(), notAfter: new Date(window.notAfter).toISOString() };
  const statement = keys.signer(files.statement);
  const encryption = keys.opener(files.encryption);
  const jwk = (key: KeyObject) => key.export({ format: 'jwk' });
  const tls = keys.tls({ key: files.tlsKey, certificate: files.tlsCertificate });
  return {
    trust: {
      ...gateway,
      statement: [{ kid: statement.kid, publicKey: jwk(statement.key), ...times }],
      encryption: [{ kid: encryption.kid, publicKey: jwk(encryption.key), ...times }],
      tls: [{ spki: tls.pin, ...times }],
      log: { key: rawPublic(keys.ed25519(files.log, 'log')) },
      witness: { key: rawPublic(keys.ed25519(files.witness, 'witness')) },
      ...(files.interval === undefined ? {} : { interval: { key: rawPublic(keys.ed25519(files.interval, 'interval')) } }),
    },
  };
}

/** Base64 of the 32 bytes of an Ed25519 key, private or public. */
export function rawPublic(key: KeyObject): string {
  const { x } = publicHalf(key).export({ format: 'jwk' });
  return Buffer.from(x ?? '', 'base64url').toString('base64');
}
