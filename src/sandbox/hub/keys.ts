/** Keys and certificates of a pretend API hub, of those behind it, and of the gateway's side of it: made once, as files. */
import { X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { createAuthority, issue } from '../../crypto/pki.ts';
import type { CertificateUse, Identity, Subject } from '../../crypto/pki.ts';
import type { Clock } from '../../platform/clock.ts';
import { stored } from '../pki/stored.ts';
import type { StoredIdentity } from '../pki/stored.ts';

const DAY = 24 * 60 * 60 * 1000;

/** `…Tls`: of connections. The others are keys for tokens, assertions and message signatures. */
export const HUB_KEYS = ['serverTls', 'registerTls', 'agencyTls', 'gatewayTls', 'tokens', 'agency', 'gateway', 'register'] as const;
export type HubKeys = Readonly<Record<(typeof HUB_KEYS)[number] | 'authority', StoredIdentity>>;

const useOf = (name: (typeof HUB_KEYS)[number]): CertificateUse => (name.endsWith('Tls') ? { use: 'tls', names: ['localhost', '127.0.0.1'] } : { use: 'signing' });

/** Under `<folder>`; what is there is kept until its last month, or until its authority was made anew. */
export async function prepareHub(folder: string, country: string, clock: Clock): Promise<HubKeys> {
  const now = clock.now();
  const lasting = { notBefore: now - DAY, notAfter: now + 730 * DAY };
  const inTime = ({ certificate }: Identity): boolean => new X509Certificate(certificate).validToDate.getTime() > now + 30 * DAY;
  const subject = (name: string): Subject => [['C', country], ['O', 'API hub (sandbox)'], ['CN', `${name}.${country.toLowerCase()}.sandbox`]];
  const authority = await stored(join(folder, 'authority'), inTime, () => createAuthority({ subject: subject('authority'), algorithm: 'P-256', pathLength: 0, ...lasting }));
  const made = await Promise.all(HUB_KEYS.map(async (name) => [name, await stored(join(folder, name), (found) => inTime(found) && new X509Certificate(found.certificate).verify(new X509Certificate(authority.certificate).publicKey), () => issue(authority, { ...useOf(name), subject: subject(name), algorithm: 'P-256', ...lasting }))] as const));
  return { authority, ...(Object.fromEntries(made) as Record<(typeof HUB_KEYS)[number], StoredIdentity>) };
}
