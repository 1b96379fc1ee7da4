/** The stand-in for a hub's authorisation server: a token endpoint for client credentials with private_key_jwt, and its keys as a JWK set. */
import { X509Certificate, createPrivateKey, createPublicKey, randomUUID } from 'node:crypto';
import type { HttpReply } from '../../platform/http-client.ts';
import type { Clock } from '../../platform/clock.ts';
import { damaged } from '../damage.ts';
import type { Faults } from '../faults.ts';
import { listen } from '../wire.ts';
import type { Listener } from '../wire.ts';
import { makeJwt, readJwt } from './jwt.ts';
import type { HubKeys } from './keys.ts';

/** The target of faults of the authorisation server. */
export const AUTHORISATION_SERVER = 'authorisation-server';
const TOKEN_PATH = '/token';
const KEY_ID = 'hub-1';

export interface HubClient {
  /** PEM of a certificate over the key that signs its assertions. */
  readonly certificate: string;
  readonly scope: string;
}

export interface AuthorisationOptions {
  readonly keys: HubKeys;
  readonly clock: Clock;
  readonly faults: Faults;
  readonly issuer: string;
  /** By client id. */
  readonly clients: Readonly<Record<string, HubClient>>;
  /** For whom tokens are: claim `aud`, by scope. */
  readonly audiences: Readonly<Record<string, string>>;
  /** Seconds; may change while it runs. */
  lifetime(): number;
}

export interface AuthorisationServer extends Listener {
  readonly tokenEndpoint: string;
  /** Public keys under which its tokens verify. */
  readonly keySet: { readonly keys: readonly object[] };
  /** How many tokens it gave. */
  issued(): number;
  /** The client of a token of ours that is still valid and not withdrawn; undefined for any other. */
  clientOf(token: string, audience: string): string | undefined;
  /** Withdraws every token that was given so far. */
  withdraw(): void;
}

export async function startAuthorisationServer(options: AuthorisationOptions): Promise<AuthorisationServer> {
  const { keys, clock, faults } = options;
  const key = createPrivateKey(keys.tokens.key);
  const given = new Set<string>();
  let count = 0;
  const give = (clientId: string, scope: string): HttpReply => {
    const now = Math.floor(clock.now() / 1000);
    const lifetime = options.lifetime();
    const jti = randomUUID();
    given.add(jti);
    count += 1;
    const claims = { iss: options.issuer, aud: options.audiences[scope] ?? '', sub: clientId, client_id: clientId, scope, iat: now, exp: now + lifetime, jti };
    return json(200, { access_token: makeJwt({ typ: 'at+jwt', kid: KEY_ID }, claims, key), token_type: 'Bearer', expires_in: lifetime });
  };
  const used = new Set<unknown>();
  const listener = await listen({
    port: 0,
    identity: keys.serverTls,
    authority: keys.authority.certificate,
    maxBytes: 64 * 1024,
    handler: ({ message }) => damaged(faults, AUTHORISATION_SERVER, async () => {
      if (message.method !== 'POST' || message.target !== TOKEN_PATH) return json(404, { error: 'not_found' });
      const form = new URLSearchParams(Buffer.from(message.body).toString());
      const clientId = form.get('client_id') ?? '';
      const client = options.clients[clientId];
      const assertion = client && readJwt(form.get('client_assertion') ?? '', new X509Certificate(client.certificate).publicKey, clock.now());
      const good = assertion !== undefined && assertion['iss'] === clientId && assertion['sub'] === clientId && assertion['aud'] === `${listener.url}${TOKEN_PATH}` && !used.has(assertion['jti']);
      if (client === undefined || !good) return json(401, { error: 'invalid_client' });
      // An assertion is good once (RFC 7523, section 3).
      used.add(assertion['jti']);
      if (form.get('grant_type') !== 'client_credentials') return json(400, { error: 'unsupported_grant_type' });
      if (form.get('scope') !== client.scope) return json(400, { error: 'invalid_scope' });
      return give(clientId, client.scope);
    }),
  });
  return {
    ...listener,
    tokenEndpoint: `${listener.url}${TOKEN_PATH}`,
    keySet: { keys: [{ ...createPublicKey(keys.tokens.key).export({ format: 'jwk' }), kid: KEY_ID, alg: 'ES256', use: 'sig' }] },
    issued: () => count,
    clientOf(token, audience) {
      const claims = readJwt(token, createPublicKey(keys.tokens.key), clock.now());
      return claims !== undefined && claims['aud'] === audience && given.has(String(claims['jti'])) ? String(claims['client_id']) : undefined;
    },
    withdraw: () => given.clear(),
  };
}

function json(status: number, body: unknown): HttpReply {
  return { status, headers: { 'content-type': 'application/json', 'cache-control': 'no-store' }, body: Buffer.from(JSON.stringify(body)) };
}
