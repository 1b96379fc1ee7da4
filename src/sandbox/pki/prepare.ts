/** The keys and certificates of one pretend country: its authorities, its platform, its systems, and the home side of its gateway. */
import { X509Certificate, createPublicKey } from 'node:crypto';
import { join } from 'node:path';
import { certify, createAuthority, issue, memberSubject } from '../../crypto/pki.ts';
import type { Identity, KeyAlgorithm, Subject, Validity } from '../../crypto/pki.ts';
import type { Clock } from '../../platform/clock.ts';
import type { HomePlan, Member, SigningAlgorithm } from '../plan.ts';
import { stored } from './stored.ts';
import type { StoredIdentity } from './stored.ts';

/** Whose keys are made. */
export type Holders = Pick<HomePlan, 'country' | 'instance' | 'serverCode' | 'platform' | 'gateway' | 'systems'>;

export interface SystemKeys {
  readonly tls: StoredIdentity;
  /** Signs messages as the member; the second over the same key, and out of its time. */
  readonly member?: { readonly valid: StoredIdentity; readonly expired: StoredIdentity };
}

export interface CountryKeys {
  /** Approved by the country for its members' signing certificates. */
  readonly signingAuthority: StoredIdentity;
  /** Issues the internal TLS certificates of platform and systems. */
  readonly tlsAuthority: StoredIdentity;
  readonly securityServer: StoredIdentity;
  readonly securityServerExpired: StoredIdentity;
  readonly gateway: { readonly tls: StoredIdentity; readonly member: StoredIdentity };
  readonly timeStamping: { readonly authority: StoredIdentity; readonly signer: StoredIdentity };
  readonly systems: Readonly<Record<string, SystemKeys>>;
  /** With which the platform signs for each member: `<instance>/<class>/<code>`. */
  readonly sealing: ReadonlyMap<string, StoredIdentity>;
  /** Signs the platform's global configuration. */
  readonly configuration: StoredIdentity;
}

const DAY = 24 * 60 * 60 * 1000;
const ALGORITHMS: Readonly<Record<SigningAlgorithm, KeyAlgorithm>> = { 'rsa-2048': 'RSA-2048', 'p-256': 'P-256' };

/**
 * Makes what is missing under `<folder>/<country>/` and reads the rest. Certificates last two years and are renewed in their last
 * month; a leaf whose authority was made anew is made anew as well. Loopback names only.
 */
export async function prepareCountry(folder: string, plan: Holders, clock: Clock): Promise<CountryKeys> {
  return new Workshop(join(folder, plan.country.toLowerCase()), plan, clock.now()).all();
}

class Workshop {
  readonly #folder: string;
  readonly #plan: Holders;
  readonly #now: number;

  constructor(folder: string, plan: Holders, now: number) {
    this.#folder = folder;
    this.#plan = plan;
    this.#now = now;
  }

  async all(): Promise<CountryKeys> {
    const signingAuthority = await this.#authority('signing-authority', 'Signing CA', this.#plan.gateway.signing);
    const tlsAuthority = await this.#authority('tls-authority', 'Internal TLS CA', 'p-256');
    const securityServer = await this.#tls(tlsAuthority, 'security-server', this.#plan.platform);
    const { gateway } = this.#plan;
    const systems: Record<string, SystemKeys> = {};
    for (const system of this.#plan.systems) {
      const tls = await this.#tls(tlsAuthority, system.name, system.organisation);
      systems[system.name] = { tls, ...(system.signing === undefined ? {} : { member: await this.#signer(signingAuthority, system.name, system, system.signing) }) };
    }
    return {
      signingAuthority,
      tlsAuthority,
      securityServer,
      securityServerExpired: await this.#expired(securityServer, tlsAuthority, 'security-server', { use: 'tls', names: ['localhost', '127.0.0.1'], subject: this.#tlsSubject('security-server', this.#plan.platform) }),
      gateway: { tls: await this.#tls(tlsAuthority, 'gateway', gateway.organisation), member: await this.#member(signingAuthority, 'gateway', gateway, gateway.signing) },
      timeStamping: await this.#timeStamping(),
      systems,
      sealing: await this.#sealing(signingAuthority),
      configuration: await this.#authority('configuration', 'Configuration key', 'rsa-2048'),
    };
  }

  #authority(name: string, title: string, algorithm: SigningAlgorithm): Promise<StoredIdentity> {
    const subject: Subject = [['C', this.#plan.country], ['O', this.#plan.platform], ['CN', `${this.#plan.country} ${title}`]];
    const make = () => createAuthority({ subject, algorithm: ALGORITHMS[algorithm], pathLength: 0, ...this.#lasting(3650) });
    return stored(join(this.#folder, name), (found) => this.#inTime(found), make);
  }

  async #timeStamping(): Promise<CountryKeys['timeStamping']> {
    const authority = await this.#authority('time-authority', 'Time CA', 'p-256');
    const subject: Subject = [['C', this.#plan.country], ['O', this.#plan.platform], ['CN', `${this.#plan.country} TSA`]];
    const make = () => issue(authority, { use: 'time-stamping', subject, algorithm: 'P-256', ...this.#lasting(730) });
    return { authority, signer: await stored(join(this.#folder, 'time-stamping'), (found) => this.#fits(found, authority), make) };
  }

  async #sealing(authority: Identity): Promise<CountryKeys['sealing']> {
    const members = new Map<string, StoredIdentity>();
    for (const member of [this.#plan.gateway, ...this.#plan.systems]) {
      const id = `${this.#plan.instance}/${member.memberClass}/${member.memberCode}`;
      if (!members.has(id)) members.set(id, await this.#member(authority, `${member.memberClass}-${member.memberCode}-sealing`, member, 'p-256'));
    }
    return members;
  }

  #tls(authority: Identity, name: string, organisation: string): Promise<StoredIdentity> {
    const make = () => issue(authority, { use: 'tls', names: ['localhost', '127.0.0.1'], subject: this.#tlsSubject(name, organisation), algorithm: 'P-256', ...this.#lasting(730) });
    return stored(join(this.#folder, `${name}-tls`), (found) => this.#fits(found, authority), make);
  }

  #tlsSubject(name: string, organisation: string): Subject {
    return [['C', this.#plan.country], ['O', organisation], ['CN', `${name}.${this.#plan.country.toLowerCase()}.sandbox`]];
  }

  #member(authority: Identity, name: string, member: Member, algorithm: SigningAlgorithm): Promise<StoredIdentity> {
    const make = () => issue(authority, { use: 'signing', subject: this.#memberSubject(member), algorithm: ALGORITHMS[algorithm], ...this.#lasting(730) });
    return stored(join(this.#folder, `${name}-member`), (found) => this.#fits(found, authority), make);
  }

  #memberSubject(member: Member): Subject {
    const { country, instance, serverCode } = this.#plan;
    return memberSubject({ instance, memberClass: member.memberClass, memberCode: member.memberCode }, { country, name: member.organisation, serverCode });
  }

  async #signer(authority: Identity, name: string, member: Member, algorithm: SigningAlgorithm): Promise<NonNullable<SystemKeys['member']>> {
    const valid = await this.#member(authority, name, member, algorithm);
    return { valid, expired: await this.#expired(valid, authority, `${name}-member`, { use: 'signing', subject: this.#memberSubject(member) }) };
  }

  /** The same key under a certificate that ended yesterday. */
  #expired(valid: Identity, authority: Identity, name: string, about: { subject: Subject } & ({ use: 'signing' } | { use: 'tls'; names: readonly string[] })): Promise<StoredIdentity> {
    const publicKey = createPublicKey(valid.key);
    const make = () => ({ key: valid.key, certificate: certify(authority, { ...about, notBefore: this.#now - 400 * DAY, notAfter: this.#now - DAY }, publicKey) });
    const fits = (found: Identity) => found.key === valid.key && isIssuedBy(found, authority);
    return stored(join(this.#folder, `${name}-expired`), fits, make);
  }

  #lasting(days: number): Validity {
    return { notBefore: this.#now - DAY, notAfter: this.#now + days * DAY };
  }

  #fits(found: Identity, authority: Identity): boolean {
    return this.#inTime(found) && isIssuedBy(found, authority);
  }

  #inTime(found: Identity): boolean {
    const { validFromDate, validToDate } = new X509Certificate(found.certificate);
    return validFromDate.getTime() <= this.#now && validToDate.getTime() > this.#now + 30 * DAY;
  }
}

function isIssuedBy(identity: Identity, authority: Identity): boolean {
  return new X509Certificate(identity.certificate).verify(new X509Certificate(authority.certificate).publicKey);
}
