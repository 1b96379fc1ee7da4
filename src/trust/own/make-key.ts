/** Making the next key of a role, beside the one in use. */
import { X509Certificate, generateKeyPairSync } from 'node:crypto';
import { openerOf, privateKey, signerOf, thumbprint } from '../../crypto/keys.ts';
import type { TlsIdentity } from '../../crypto/key-files.ts';
import type { Opener } from '../../crypto/jwe.ts';
import type { Signer } from '../../crypto/jws.ts';
import { writeDurably } from '../../platform/durable-file.ts';
import { spkiPin } from '../../platform/spki.ts';
import type { RotatingRole } from './key-plan.ts';
import type { OwnKeys } from './own-keys.ts';

const TWO_YEARS_MS = 2 * 365 * 24 * 60 * 60 * 1000;

/** Durable when it resolves with the key's `kid`, or pin. One that a crash left behind is taken: nobody has seen it. `now`: UTC milliseconds. */
export async function makeNextKey(role: RotatingRole, keys: OwnKeys, now: number): Promise<string> {
  const place = keys.nextOf(role);
  if (role === 'tls') {
    const { key, certificate } = await newTls(keys, now);
    await writeDurably(keys.nextCertificate(), certificate);
    await keys.files.write(place, privateKey(key, 'TLS'));
  } else await keys.store.make(place, 'P-256');
  const next = await keys.next(role);
  return 'pin' in next ? next.pin : next.kid;
}

/** One that is never written: to rehearse with. */
export async function temporaryKey(role: RotatingRole, keys: OwnKeys, now: number): Promise<Signer | Opener | TlsIdentity> {
  if (role === 'tls') {
    const { key, certificate } = await newTls(keys, now);
    return { key, cert: certificate, pin: spkiPin(new X509Certificate(certificate).publicKey) };
  }
  const { privateKey: key } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return role === 'encryption' ? openerOf(thumbprint(key), key) : signerOf(thumbprint(key), key);
}

/** Under the name of the certificate in use. What makes certificates is loaded when one is made: a gateway seldom does. */
async function newTls(keys: OwnKeys, now: number) {
  const { createAuthority } = await import('../../crypto/pki.ts');
  const { subject } = new X509Certificate(keys.tls.cert);
  const name = /^CN=(.+)$/m.exec(subject ?? '')?.[1] ?? 'gateway';
  return createAuthority({ subject: [['CN', name]], algorithm: 'P-256', notBefore: now, notAfter: now + TWO_YEARS_MS });
}
