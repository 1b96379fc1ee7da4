/** Time-stamping authorities of the sandbox for tests: each with a root of its own, on any clock. */
import { X509Certificate } from 'node:crypto';
import type { TestContext } from 'node:test';
import { createAuthority, issue } from '../../src/crypto/pki.ts';
import type { Identity } from '../../src/crypto/pki.ts';
import { startTimeStamping } from '../../src/sandbox/time-stamping.ts';
import type { TimeAuthority } from '../../src/trail/time-authority.ts';

const DAY = 86_400_000;

export interface TestAuthority {
  readonly root: Identity;
  readonly identity: Identity;
}

/** Keys of an authority whose certificate is valid around `now`. */
export function timeAuthorityKeys(name: string, now: number, days = 365): TestAuthority {
  const validity = { notBefore: now - DAY, notAfter: now + days * DAY };
  const root = createAuthority({ subject: [['O', 'Test'], ['CN', `${name} root`]], algorithm: 'P-256', notBefore: now - DAY, notAfter: now + 3650 * DAY });
  return { root, identity: issue(root, { use: 'time-stamping', subject: [['O', 'Test'], ['CN', name]], algorithm: 'P-256', ...validity }) };
}

/** A running authority, as the stamper knows it; it ends with the test. `close` before: it is down. */
export async function testAuthority(t: TestContext, name: string, clock: { now: () => number }): Promise<TimeAuthority & { readonly close: () => Promise<void>; readonly port: number; readonly keys: TestAuthority }> {
  const keys = timeAuthorityKeys(name, clock.now());
  const { url, close } = await startTimeStamping({ identity: keys.identity, clock });
  t.after(close);
  return { name: url.replace('http://', ''), url, trust: { authorities: [new X509Certificate(keys.root.certificate).raw] }, close, port: Number(new URL(url).port), keys };
}
