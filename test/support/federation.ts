/**
 * Two anchors that state each other, and a gateway of Finland, as a gateway of Estonia sees them: honest documents, which a test bends one
 * at a time. Signed here without the code under test.
 */
import { createHash, generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { verifyChain } from '../../src/trust/chain.ts';
import type { ChainDocuments, PinnedAnchor, VerifiedChain } from '../../src/trust/chain.ts';
import { resolveChain } from '../../src/trust/resolve.ts';
import type { DocumentSource } from '../../src/trust/resolve.ts';
import { signRaw } from './forge.ts';
import type { Claims } from './forge.ts';

export const NOW = Date.parse('2026-06-15T12:00:00Z');
const HOUR_S = 3600;
export const EE_ANCHOR = 'https://anchor.ee.example';
export const FI_ANCHOR = 'https://anchor.fi.example';
export const FI_GATEWAY = 'https://gateway.fi.example';

export interface TestKey {
  readonly key: KeyObject;
  readonly jwk: { readonly kty: 'EC'; readonly crv: 'P-256'; readonly x: string; readonly y: string; readonly kid: string };
}

export function testKey(): TestKey {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  const kid = createHash('sha256').update(JSON.stringify({ crv: 'P-256', kty: 'EC', x, y })).digest('base64url');
  return { key: privateKey, jwk: { kty: 'EC', crv: 'P-256', x, y, kid } };
}

/** The same key under another name. */
export function named(key: TestKey, kid: string): TestKey {
  return { key: key.key, jwk: { ...key.jwk, kid } };
}

export const KEYS = { ee: testKey(), eeIssuer: testKey(), fi: testKey(), fiIssuer: testKey(), gateway: testKey(), stranger: testKey() };
export const EE_PIN: PinnedAnchor = { entity: EE_ANCHOR, keys: [KEYS.ee.jwk] };

/** One document before it is signed. */
export interface Draft {
  readonly claims: Claims;
  readonly key: TestKey;
  readonly header?: Claims;
}

export function signDraft({ claims, key, header }: Draft): string {
  return signRaw(JSON.stringify(header ?? { alg: 'ES256', typ: 'entity-statement+jwt', kid: key.jwk.kid }), JSON.stringify(claims), key.key);
}

const keys = (...list: TestKey[]) => ({ keys: list.map(({ jwk }) => jwk) });

/** A claim of `seconds` from now. */
export const times = (from: number, until: number) => ({ iat: NOW / 1000 + from, exp: NOW / 1000 + until });

const METADATA = { cross_border_gateway: { environment: 'test', signing_algorithms: ['ES256'] } };

/** The honest ones, by name. */
export function drafts() {
  const valid = times(-HOUR_S, HOUR_S);
  return {
    gateway: { claims: { iss: FI_GATEWAY, sub: FI_GATEWAY, ...valid, jwks: keys(KEYS.gateway), authority_hints: [FI_ANCHOR], metadata: METADATA }, key: KEYS.gateway },
    aboutGateway: {
      claims: { iss: FI_ANCHOR, sub: FI_GATEWAY, ...valid, jwks: keys(KEYS.gateway), metadata_policy: { cross_border_gateway: { environment: { one_of: ['test'], essential: true } } } },
      key: KEYS.fiIssuer,
    },
    fiAnchor: { claims: { iss: FI_ANCHOR, sub: FI_ANCHOR, ...valid, jwks: keys(KEYS.fi, KEYS.fiIssuer), authority_hints: [EE_ANCHOR] }, key: KEYS.fi },
    aboutFiAnchor: {
      claims: {
        iss: EE_ANCHOR,
        sub: FI_ANCHOR,
        ...valid,
        jwks: keys(KEYS.fi, KEYS.fiIssuer),
        constraints: { max_path_length: 1, naming_constraints: { permitted: ['.fi.example'] }, allowed_entity_types: ['cross_border_gateway'] },
        metadata_policy: { cross_border_gateway: { signing_algorithms: { subset_of: ['ES256'], essential: true } } },
      },
      key: KEYS.eeIssuer,
    },
    eeAnchor: { claims: { iss: EE_ANCHOR, sub: EE_ANCHOR, ...valid, jwks: keys(KEYS.ee, KEYS.eeIssuer) }, key: KEYS.ee },
  } satisfies Record<string, Draft>;
}

export type Name = keyof ReturnType<typeof drafts>;
export type Bend = (draft: Draft) => Draft | string;
export type Bends = Partial<Record<Name, Bend>>;

/** `claims` replaced, or taken away by undefined. */
export const withClaims = (changes: Claims): Bend => (draft) => ({ ...draft, claims: { ...draft.claims, ...changes } });
export const signedBy = (key: TestKey): Bend => (draft) => ({ ...draft, key });
/** JSON of a header, signed with the honest key. */
export const underHeader = (header: (kid: string) => string): Bend => ({ claims, key }) => signRaw(header(key.jwk.kid), JSON.stringify(claims), key.key);

export function bent(bends: Bends): Record<Name, string> {
  const signed = Object.entries(drafts()).map(([name, draft]) => {
    const result = bends[name as Name]?.(draft) ?? draft;
    return [name, typeof result === 'string' ? result : signDraft(result)];
  });
  return Object.fromEntries(signed) as Record<Name, string>;
}

export function chainOf(documents: Record<Name, string>): ChainDocuments {
  return { configurations: [documents.gateway, documents.fiAnchor, documents.eeAnchor], statements: [documents.aboutGateway, documents.aboutFiAnchor] };
}

/** What a gateway of Estonia makes of the documents. */
export function verify(bends: Bends = {}, pin = EE_PIN): Promise<VerifiedChain> {
  return verifyChain(chainOf(bent(bends)), pin, NOW);
}

/** A control: it resolves. */
export async function taken(chain: Promise<VerifiedChain>): Promise<void> {
  await chain;
}

/** Documents by entity, and by superior and subject. */
export function sourceOf(configurations: Readonly<Record<string, string>>, statements: Readonly<Record<string, string>>): DocumentSource {
  const get = async (from: Readonly<Record<string, string>>, name: string) => from[name] ?? Promise.reject(new Error(`no document ${name}`));
  return { knows: (entity) => Object.hasOwn(configurations, entity), configuration: (entity) => get(configurations, entity), statement: (superior, subject) => get(statements, `${superior} ${subject}`) };
}

export function honestSource(bends: Bends = {}): DocumentSource {
  const { gateway, aboutGateway, fiAnchor, aboutFiAnchor, eeAnchor } = bent(bends);
  return sourceOf({ [FI_GATEWAY]: gateway, [FI_ANCHOR]: fiAnchor, [EE_ANCHOR]: eeAnchor }, { [`${FI_ANCHOR} ${FI_GATEWAY}`]: aboutGateway, [`${EE_ANCHOR} ${FI_ANCHOR}`]: aboutFiAnchor });
}

export function resolve(source: DocumentSource): Promise<VerifiedChain> {
  return resolveChain(FI_GATEWAY, EE_PIN, source, NOW);
}
