/** Time-stamps for containers, from the authorities of a gateway's configuration, and the seal of its organisation. */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { GatewayConfig } from '../config/config.ts';
import { KeyFiles } from '../crypto/key-files.ts';
import { makeSeal } from '../crypto/xml-signature/seal.ts';
import type { SealedFile } from '../crypto/xml-signature/seal.ts';
import { CausewayError } from '../errors.ts';
import type { Stamp } from '../evidence/asic.ts';
import { authorityOf } from '../exchange/our-time.ts';
import { systemClock } from '../platform/clock.ts';
import { askForTimestamp } from '../trail/time-authority.ts';

/** The first time-stamp authority that answers, and the certificates above all of them. Throws `config-invalid` where none is configured. */
export function stamping({ timestamps }: GatewayConfig): { readonly roots: Uint8Array; readonly stamp: Stamp } {
  if (timestamps === undefined) throw new CausewayError('config-invalid', 'gateway.yaml names no time-stamping authority (timestamps): a container without a time-stamp proves nothing');
  const roots = Buffer.concat([...new Set(timestamps.authorities.flatMap((authority) => authority.roots))].map((file) => readFileSync(file)));
  const limits = { maxBytes: timestamps.maxBytes, timeout: timestamps.timeout };
  const stamp: Stamp = async (data) => {
    const failures: unknown[] = [];
    for (const authority of timestamps.authorities) {
      try {
        return (await askForTimestamp(data, authorityOf(authority), limits, systemClock())).token;
      } catch (thrown) {
        failures.push(thrown);
      }
    }
    throw failures[0];
  };
  return { roots, stamp };
}

/** Signs the contents of a container with the seal of gateway.yaml; undefined where there is none. */
export function sealing({ seal, keys }: GatewayConfig): ((files: readonly SealedFile[]) => Uint8Array) | undefined {
  if (seal === undefined) return undefined;
  const key = new KeyFiles(keys.passphrase).signing(seal.key, 'seal');
  const certificate = new X509Certificate(readFileSync(seal.certificate)).raw;
  return (files) => makeSeal(files, { key, certificate }, systemClock().now());
}
