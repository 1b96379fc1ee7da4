/** The settings of an API hub out of gateway.yaml: files read, keys made, and our own connection to its authorisation server. */
import { readFileSync } from 'node:fs';
import type { GatewayConfig } from '../../config/config.ts';
import { readKeySet } from '../../crypto/access-token.ts';
import { signingKey, verificationKey } from '../../crypto/message-keys.ts';
import { CausewayError } from '../../errors.ts';
import type { MappingSet } from '../../mapping/mappings.ts';
import { canonicalJson } from '../../platform/canonical-json.ts';
import type { Clock } from '../../platform/clock.ts';
import { connect } from '../../platform/http-client.ts';
import type { HttpHeaders } from '../../platform/http-client.ts';
import { pinsOf, tlsOf } from '../calling-home.ts';
import type { HttpMessagePolicy } from '../proof-policy.ts';
import { parseMemberPath, sameService, servicePath } from '../xroad-identifiers.ts';
import { AccessTokens } from './access-tokens.ts';
import { authenticate, clientOf } from './clients.ts';
import type { HubClient, HubProvider, HubSettings, Signatory } from './settings.ts';

type Home = GatewayConfig['home'];
type Hub = NonNullable<Home['hub']>;
type Oauth = NonNullable<Hub['oauth']>;

export interface OpenHub {
  readonly settings: HubSettings;
  /** Which certificates count, the composition adds (exchange/open-policies.ts). */
  readonly signatures?: HttpMessagePolicy;
  /** As the dialect does it again for each message; throws `caller-unauthenticated`, `scope-missing`. */
  authenticate(headers: HttpHeaders, now: number): Promise<void>;
  close(): Promise<void>;
}

/** Throws `config-invalid` for files that are not what they must be. */
export function openHub({ home, limits }: Pick<GatewayConfig, 'home' | 'limits'>, mappings: Pick<MappingSet, 'imported' | 'exported'>, clock: Clock): OpenHub {
  const { hub } = home;
  if (hub === undefined) throw new CausewayError('config-invalid', 'gateway.yaml has no home.hub');
  // On the listener of a hub nobody but this dialect asks a caller who it is.
  const other = [...mappings.imported, ...mappings.exported].find(({ home: { dialect } }) => dialect !== 'openapi');
  if (other !== undefined) throw new CausewayError('config-invalid', `services.yaml: ${other.service} is of the dialect ${other.home.dialect}; a gateway at a hub has openapi alone`);
  const tokenConnection = hub.oauth && connect({ origin: new URL(hub.oauth.tokenEndpoint).origin, tls: tlsOf(hub.oauth.tls), connections: 1 });
  const settings: HubSettings = {
    origin: hub.url,
    headers: hub.headers,
    apiKeyHeader: hub.apiKeyHeader,
    clients: home.clients.map(readClient),
    ...(hub.tokens === undefined ? {} : { tokens: { ...hub.tokens, keys: readKeySet(readFileSync(hub.tokens.keys, 'utf8')) } }),
    providers: new Map(mappings.exported.flatMap(({ service, home: { service: own } }) => providerOf(service, home).map((provider) => [servicePath(own), provider] as const))),
    credentials: {
      ...(hub.oauth === undefined || tokenConnection === undefined ? {} : { tokens: new AccessTokens({ ...tokenRequest(hub.oauth), connection: tokenConnection, clock }) }),
      ...(hub.apiKey === undefined ? {} : { apiKey: readSecret(hub.apiKey) }),
    },
    maxAnswerBytes: limits.answerBytes,
    pathOf: ({ service, operation }) => mappings.imported.find(({ home: one }) => sameService(one.service, service) && canonicalJson(one.operation) === canonicalJson(operation))?.path ?? '',
  };
  return { settings, ...(hub.signatures === undefined ? {} : { signatures: signaturesOf(hub.signatures) }), authenticate: async (headers, now) => void (await authenticate(headers, clientOf(headers, settings), settings, now)), close: async () => tokenConnection?.close() };
}

function signaturesOf({ keyid, key, certificate, components, nonce, tag, maxAge, maxAhead, certificateHeader }: NonNullable<Hub['signatures']>): HttpMessagePolicy {
  const signer = signingKey(keyid, readFileSync(key), certificate && readFileSync(certificate));
  return { components, nonce, maxAge, maxAhead, certificateHeader, signer, ...(tag === undefined ? {} : { tag }) };
}

function readClient({ client, certificates, oauthClient, apiKeySha256, apiKeyAloneThatWhoeverSeesItCanUseSha256: alone, ...signatory }: Home['clients'][number]): HubClient {
  const apiKey = apiKeySha256 ?? alone;
  return { member: parseMemberPath(client, 'home.clients'), pins: pinsOf(certificates), ...(oauthClient === undefined ? {} : { oauthClient }), ...(apiKey === undefined ? {} : { apiKey }), ...signatoryOf(signatory) };
}

function providerOf(service: string, { services }: Home): HubProvider[] {
  return services.flatMap(({ service: id, url, ...signatory }) => (id === service && url !== undefined ? [{ url, ...signatoryOf(signatory) }] : []));
}

function signatoryOf({ signatureKeys = [], signatureSubject: subject }: Pick<Home['clients'][number], 'signatureKeys' | 'signatureSubject'>): Signatory {
  const keys = signatureKeys.map(({ keyid, publicKey, rsaPkcs1v15ThatNewSignersMustNotUse: old }) => verificationKey(keyid, readFileSync(publicKey), old));
  return { keys, ...(subject === undefined ? {} : { subject }) };
}

function tokenRequest({ tokenEndpoint, clientId, assertion, secret, scope, timeout }: Oauth) {
  const { pathname, search } = new URL(tokenEndpoint);
  const proof = assertion === undefined ? { secret: readSecret(secret ?? '') } : { key: signingKey(assertion.keyid, readFileSync(assertion.key)) };
  return { target: `${pathname}${search}`, audience: assertion?.audience ?? tokenEndpoint, clientId, proof, timeout, ...(scope === undefined ? {} : { scope }) };
}

function readSecret(file: string): string {
  const secret = readFileSync(file, 'utf8').trim();
  if (!/^[\x21-\x7e]+$/.test(secret)) throw new CausewayError('config-invalid', `${file} must hold one line of printable ASCII`);
  return secret;
}
