/** Access tokens of a made-up authorisation server, and what bends them. */
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { SignJWT } from 'jose';
import { readKeySet } from '../../src/crypto/access-token.ts';
import type { TokenRules } from '../../src/crypto/access-token.ts';
import type { ErrorCode } from '../../src/errors.ts';
import type { HttpHeaders } from '../../src/platform/http-client.ts';
import { NOW, hubSettings, portal, prove, question } from './hub-messages.ts';
import { refuses } from './refused.ts';

const server = generateKeyPairSync('ec', { namedCurve: 'P-256' });
export const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' });
export const SERVER_PUBLIC_PEM = server.publicKey.export({ type: 'spki', format: 'pem' });

export const RULES: TokenRules = {
  issuer: 'https://hub.example',
  audience: 'https://gateway.my.example',
  keys: readKeySet(JSON.stringify({ keys: [{ ...createPublicKey(server.privateKey).export({ format: 'jwk' }), kid: 'as-1', alg: 'ES256' }] })),
  type: 'at+jwt',
  clientClaim: 'client_id',
  scope: 'gateway.ask',
  tolerance: 0,
};

const SECONDS = NOW / 1000;
export const CLAIMS = { iss: RULES.issuer, aud: RULES.audience, sub: 'portal', client_id: 'portal', scope: 'other gateway.ask', iat: SECONDS - 10, exp: SECONDS + 60, jti: 't-1' };

interface Bent {
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly header?: Readonly<Record<string, unknown>>;
  readonly key?: typeof server.privateKey | Uint8Array;
}

export async function token({ claims = {}, header = {}, key = server.privateKey }: Bent = {}): Promise<string> {
  const all = Object.fromEntries(Object.entries({ ...CLAIMS, ...claims }).filter(([, value]) => value !== undefined));
  return new SignJWT(all).setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'as-1', ...header }).sign(key);
}

/** A hub where the portal is known by its token alone, and a neighbour too. */
export function tokenSettings(client: Readonly<Record<string, unknown>> = {}) {
  const [first, second] = hubSettings().clients;
  if (first === undefined || second === undefined) throw new Error('two clients are needed');
  const { apiKey: _, ...member } = first;
  return hubSettings({ tokens: RULES, clients: [{ ...member, oauthClient: 'portal', keys: [portal.registered], ...client }, { ...second, oauthClient: 'neighbour' }] });
}

export async function proveWith(bearer: string, headers: HttpHeaders = {}, client: Readonly<Record<string, unknown>> = {}) {
  const { 'x-api-key': _, ...rest } = question().headers;
  return prove({ ...question(), headers: { ...rest, authorization: `Bearer ${bearer}`, ...headers } }, { form: 'api-client' }, tokenSettings(client));
}

/** One attack on access tokens: a good one is taken, the bent one is refused. */
export function refusesToken(title: string, bent: () => Promise<string> | string, code: ErrorCode = 'caller-unauthenticated'): void {
  test(`control: ${title}: a good token is taken`, async () => void (await proveWith(await token())));
  test(`${title} is refused`, async () => refuses(async () => proveWith(await bent()), code));
}
