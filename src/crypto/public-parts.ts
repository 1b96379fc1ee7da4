/** What a gateway shows of its keys. Apart from what makes them, which no running gateway loads. */
import { createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { spkiPin } from '../platform/spki.ts';
import type { GatewayKeyFiles } from './gateway-keys.ts';
import { encryptionKey, statementKey } from './keys.ts';

export interface PublicKeyEntry {
  readonly kid: string;
  readonly publicKey: object;
  /** RFC 3339. */
  readonly notBefore: string;
  readonly notAfter: string;
}

/** What the peer needs to know of a gateway: the form of `trust/<COUNTRY>.json`. Log and witness keys (base64 of 32 bytes) go into the link. */
export interface PublicParts {
  readonly trust: { readonly entity: string; readonly country: string; readonly statement: readonly PublicKeyEntry[]; readonly encryption: readonly PublicKeyEntry[]; readonly tls: readonly { readonly spki: string; readonly notBefore: string; readonly notAfter: string }[]; readonly log: { readonly key: string }; readonly witness: { readonly key: string } };
}

/** `notBefore` and `notAfter`: UTC milliseconds between which the peer may rely on these keys. */
export function publicParts(files: Omit<GatewayKeyFiles, 'entity' | 'witnessMldsa44'>, gateway: { readonly entity: string; readonly country: string }, window: { readonly notBefore: number; readonly notAfter: number }): PublicParts {
  const times = { notBefore: new Date(window.notBefore).toISOString(), notAfter: new Date(window.notAfter).toISOString() };
  const statement = statementKey(readFileSync(files.statement));
  const encryption = encryptionKey(readFileSync(files.encryption));
  const jwk = (key: KeyObject) => key.export({ format: 'jwk' });
  return {
    trust: {
      ...gateway,
      statement: [{ kid: statement.kid, publicKey: jwk(statement.key), ...times }],
      encryption: [{ kid: encryption.kid, publicKey: jwk(encryption.key), ...times }],
      tls: [{ spki: spkiPin(createPublicKey(readFileSync(files.tlsKey))), ...times }],
      log: { key: rawPublic(files.log) },
      witness: { key: rawPublic(files.witness) },
    },
  };
}

function rawPublic(file: string): string {
  const { x } = createPublicKey(readFileSync(file)).export({ format: 'jwk' });
  return Buffer.from(x ?? '', 'base64url').toString('base64');
}
