/** Who is known by which certificate in a country: what its platform has registered. */
import { X509Certificate } from 'node:crypto';
import type { Identity } from '../../crypto/pki.ts';
import { spkiPin } from '../../platform/spki.ts';
import type { CountryPlan, SubsystemId } from '../plan.ts';
import type { CountryKeys, SystemKeys } from './prepare.ts';

/** Which connections may speak for which subsystem: fingerprints of the certificates registered for it. */
export function certificatesOf(plan: CountryPlan, keys: CountryKeys): Map<SubsystemId, ReadonlySet<string>> {
  const own = plan.systems.map((system): [SubsystemId, ReadonlySet<string>] => [system.subsystem, new Set([fingerprint(tlsOf(keys, system.name))])]);
  const foreign = new Set([fingerprint(keys.gateway.tls)]);
  return new Map([...own, ...[...plan.gateway.clients, ...plan.gateway.providers].map((subsystem): [SubsystemId, ReadonlySet<string>] => [subsystem, foreign])]);
}

/** Which keys a service URL must show, by its provider. */
export function pinsOf(plan: CountryPlan, keys: CountryKeys): Map<SubsystemId, readonly string[]> {
  const own = plan.systems.map((system): [SubsystemId, readonly string[]] => [system.subsystem, [pinOf(tlsOf(keys, system.name))]]);
  return new Map([...own, ...plan.gateway.providers.map((subsystem): [SubsystemId, readonly string[]] => [subsystem, [pinOf(keys.gateway.tls)]])]);
}

/** Throws for a system that the plan does not hold: a mistake in this folder. */
export function tlsOf(keys: CountryKeys, system: string): Identity {
  const found = keys.systems[system];
  if (found === undefined) throw new Error(`sandbox: no keys of ${system}`);
  return found.tls;
}

/** Throws for a system that does not sign: a mistake in this folder. */
export function signerOf(keys: CountryKeys, system: string): NonNullable<SystemKeys['member']> {
  const member = keys.systems[system]?.member;
  if (member === undefined) throw new Error(`sandbox: ${system} does not sign`);
  return member;
}

/** SHA-256 of the certificate, as Node prints it. */
export function fingerprint(identity: Identity): string {
  return new X509Certificate(identity.certificate).fingerprint256;
}

/** Base64 SHA-256 of the public key. */
export function pinOf(identity: Identity): string {
  return spkiPin(new X509Certificate(identity.certificate).publicKey);
}
