/** The auditor of a pretend country: the private key stays with the auditor, outside both gateways' folders. */
import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CountryCode } from '../plan.ts';

/** Public JWK (P-256) as it stands in the link; the private key is made once, in `<data>/auditor-<country>/`. */
export function makeAuditorKey(data: string, country: CountryCode): Readonly<Record<string, string>> {
  const folder = join(data, `auditor-${country.toLowerCase()}`);
  const file = join(folder, 'auditor.key.pem');
  if (!existsSync(file)) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(file, generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  }
  const { kty = '', crv = '', x = '', y = '' } = createPublicKey(createPrivateKey(readFileSync(file))).export({ format: 'jwk' });
  return { kty, crv, x, y };
}
