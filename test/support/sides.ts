/** Two gateways' federation sides with fresh keys and one link between them, without sockets or stores. */
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { openerOf, signerOf } from '../../src/crypto/keys.ts';
import { makeLink } from '../../src/federation/link.ts';
import type { Agreement, Grant, Granted, Leg, Link, Party } from '../../src/federation/link.ts';
import type { Side } from '../../src/federation/seal.ts';
import { fieldList } from '../../src/mapping/field-list.ts';
import { mintMapped } from '../../src/stages.ts';
import type { DomesticProof, JsonValue, Mapped, ManifestContext } from '../../src/stages.ts';
import { staticTrust } from '../../src/trust/static-trust.ts';
import type { TrustDocument } from '../../src/trust/static-trust.ts';

export const NOW = Date.parse('2026-11-21T12:00:00Z');
export const DIGEST = 'A'.repeat(43);
export const NEUTRAL = { schema: 'echo', version: 'v1', sha256: DIGEST };
export const PROOF: DomesticProof = { form: 'security-server', result: 'asserted', policy: 'security-server', verifiedAt: NOW };
export const CONTEXT: ManifestContext = { messageIds: { FI: 'm-1' }, loss: { dropped: [], defaulted: [], approximated: [], unknown: [] } };

export interface TestSide {
  readonly country: string;
  readonly entity: string;
  readonly link: Link;
  readonly side: Side;
  readonly signing: KeyObject;
  /** Private encryption key. */
  readonly opening: KeyObject;
}

export interface Pair {
  readonly fi: TestSide;
  readonly ee: TestSide;
  readonly grant: Granted;
}

export function grantOf(overrides: Partial<Grant> = {}): Grant {
  return {
    client: 'FI/GOV/0245458-6/vero',
    service: 'EE/GOV/70000349/emta/echo/v1',
    operation: { name: 'echo' },
    purpose: 'test',
    neutral: NEUTRAL,
    proof: 'security-server',
    idempotent: false,
    maxBytes: 1_000_000,
    minBudget: 100,
    maxBudget: 10_000,
    quota: 1000,
    ...overrides,
  };
}

/** A pair whose link has one grant each way; `sealing` and the grant can be chosen. */
export function makePair(options: { sealing?: Leg['sealing']; grant?: Partial<Grant>; leg?: Partial<Leg>; agreement?: Partial<Agreement> } = {}): Pair {
  const grant = grantOf(options.grant);
  const back = grantOf({ client: 'EE/COM/10137319/pank', service: 'FI/GOV/0244683-1/prh/echo' });
  const leg = (from: string, to: string, grants: readonly Grant[]): Leg => ({ from, to, sealing: options.sealing ?? 'jwe', evidence: 'digests', endUser: 'pass', answerRetention: 600_000, grants, ...options.leg });
  const agreement: Agreement = {
    id: 'ee-fi',
    version: 1,
    effective: '2026-01-01T00:00:00Z',
    environment: 'test',
    parties: [party('EE'), party('FI')],
    retryTime: 600_000,
    duplicateTime: 600_000,
    legs: [leg('FI', 'EE', [grant]), leg('EE', 'FI', [back])],
    ...options.agreement,
  };
  const keys = { EE: sideKeys(), FI: sideKeys() };
  const make = (us: 'EE' | 'FI', peer: 'EE' | 'FI'): TestSide => ({
    country: us,
    entity: entityOf(us),
    link: makeLink([agreement], entityOf(us), { url: 'https://127.0.0.1:1', connections: 1, mappingOverlap: 120_000 }),
    signing: keys[us].statement,
    opening: keys[us].encryption,
    side: {
      trust: staticTrust(trustDocument(peer, keys[peer]), Buffer.from(peer)),
      statementKey: signerOf(`${us}-statement`, keys[us].statement),
      encryptionKeys: [openerOf(`${us}-encryption`, keys[us].encryption)],
      maxStatementBytes: 4096,
      maxManifestBytes: 1024 * 1024,
      maxDocumentBytes: 1024 * 1024,
    },
  });
  return { fi: make('FI', 'EE'), ee: make('EE', 'FI'), grant: { ...grant, sealing: options.leg?.sealing ?? options.sealing ?? 'jwe' } };
}

/** `fields`: the list that the document was cut down to, where the grant has one. */
export function mappedNeutral(document: JsonValue = { hello: 'world' }, fields?: readonly string[]): Mapped<'neutral'> {
  return mintMapped({ to: 'neutral', document, neutral: NEUTRAL, mapping: { id: 'fi/echo', revision: 1, sha256: DIGEST }, loss: CONTEXT.loss, ...(fields === undefined ? {} : { minimised: fieldList(fields).sha256 }) });
}

export function entityOf(country: string): string {
  return `https://gateway.${country.toLowerCase()}.example`;
}

function party(country: string): Party {
  return { country, entity: entityOf(country), log: { origin: `gateway.${country.toLowerCase()}.example/trail/ee-fi/2026h2`, key: 'x' }, witness: { name: `gateway.${country.toLowerCase()}.example/witness`, key: 'x' } };
}

function sideKeys(): { statement: KeyObject; encryption: KeyObject } {
  const p256 = () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  return { statement: p256(), encryption: p256() };
}

function trustDocument(country: string, keys: { statement: KeyObject; encryption: KeyObject }): TrustDocument {
  const window = { notBefore: '2026-01-01T00:00:00Z', notAfter: '2027-01-01T00:00:00Z' };
  const jwk = (key: KeyObject) => createPublicKey(key).export({ format: 'jwk' });
  return {
    entity: entityOf(country),
    country,
    statement: [{ ...window, kid: `${country}-statement`, publicKey: jwk(keys.statement) }],
    encryption: [{ ...window, kid: `${country}-encryption`, publicKey: jwk(keys.encryption) }],
    tls: [{ ...window, spki: 'x' }],
  };
}
