/** The key of a country's auditor, who alone opens evidence in escrow: made where the auditor is, never on a gateway. */
import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Public JWK (P-256) as it stands in the link. The private key (PEM) is made once, readable by this user alone; one that is there is kept. */
export function makeAuditorKey(file: string): Readonly<Record<string, string>> {
  if (!existsSync(file)) {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(file, generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600, flag: 'wx' });
  }
  const { kty = '', crv = '', x = '', y = '' } = createPublicKey(createPrivateKey(readFileSync(file))).export({ format: 'jwk' });
  return { kty, crv, x, y };
}
