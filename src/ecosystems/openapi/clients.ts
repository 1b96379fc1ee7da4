/** Which member a caller is: by its pinned certificate, its access token or its API key. What gateway.yaml sets for a client must all be shown; who is not there is refused. */
import { X509Certificate } from 'node:crypto';
import { claimedClient, verifyAccessToken } from '../../crypto/access-token.ts';
import { sameText, sha256, sha256Base64url } from '../../crypto/digest.ts';
import { CausewayError } from '../../errors.ts';
import type { HttpHeaders } from '../../platform/http-client.ts';
import { spkiPin } from '../../platform/spki.ts';
import type { HubClient, HubSettings } from './settings.ts';

/** RFC 9440, section 2.2: written by our listener alone, which takes off any that a caller sends. */
export const CLIENT_CERTIFICATE = 'client-cert';
export const AUTHORIZATION = 'authorization';

/** How a caller was recognised: `mutual-tls`, `oauth2`, `api-key`, joined by `+`; `issuer` of its token, or subject of its certificate. */
export interface Authentication {
  readonly by: string;
  readonly issuer?: string;
}

type Settings = Pick<HubSettings, 'clients' | 'tokens' | 'apiKeyHeader'>;

/** The client that a request says it is of; its credentials are checked by `authenticate`. Throws `caller-unauthenticated`. */
export function clientOf(headers: HttpHeaders, settings: Settings): HubClient {
  const { clients, tokens, apiKeyHeader } = settings;
  const token = bearerToken(headers);
  const id = token === undefined || tokens === undefined ? undefined : claimedClient(token, tokens.clientClaim);
  const pin = certificateOf(headers)?.pin;
  const key = headers[apiKeyHeader];
  const found =
    (id !== undefined && clients.find(({ oauthClient }) => oauthClient === id)) ||
    (pin !== undefined && clients.find(({ pins }) => pins.includes(pin))) ||
    (key !== undefined && clients.find(({ apiKey }) => apiKey !== undefined && isKey(key, apiKey)));
  if (!found) throw unauthenticated('no client has these credentials', 'No client that is registered here has these credentials.');
  return found;
}

/** Throws `caller-unauthenticated` unless every credential that is set for `client` is shown and valid at `now`, and `scope-missing`. */
export async function authenticate(headers: HttpHeaders, client: HubClient, settings: Settings, now: number): Promise<Authentication> {
  const certificate = certificateOf(headers);
  const by: string[] = [];
  if (client.pins.length > 0) {
    if (certificate === undefined || !client.pins.includes(certificate.pin)) throw unauthenticated('no certificate of the client', 'The TLS connection shows no certificate of this client.');
    if (now < certificate.validFrom || now >= certificate.validTo) throw unauthenticated('the certificate is out of its time', 'The TLS certificate is out of its time.');
    by.push('mutual-tls');
  }
  if (client.oauthClient !== undefined) {
    await checkToken(headers, client.oauthClient, certificate?.thumbprint, settings, now);
    by.push('oauth2');
  }
  if (client.apiKey !== undefined) {
    const key = headers[settings.apiKeyHeader];
    if (key === undefined || !isKey(key, client.apiKey)) throw unauthenticated('no API key of the client', `The header ${settings.apiKeyHeader} has no API key of this client.`);
    by.push('api-key');
  }
  if (by.length === 0) throw new CausewayError('internal', 'a client without credentials');
  const issuer = client.oauthClient === undefined ? certificate?.subject : settings.tokens?.issuer;
  return { by: by.join('+'), ...(issuer === undefined ? {} : { issuer }) };
}

async function checkToken(headers: HttpHeaders, clientId: string, thumbprint: string | undefined, { tokens }: Settings, now: number): Promise<void> {
  const token = bearerToken(headers);
  if (token === undefined || tokens === undefined) throw unauthenticated('no access token', 'The access token is missing.');
  const verified = await verifyAccessToken(token, tokens, now);
  if (verified.clientId !== clientId) throw unauthenticated('the token is of another client', 'The access token is of another client.');
  if (verified.certificate !== undefined && verified.certificate !== thumbprint) throw unauthenticated('the token is bound to another certificate', 'The access token is bound to another certificate than that of the connection.');
}

/** RFC 6750, section 2.1. */
function bearerToken(headers: HttpHeaders): string | undefined {
  return /^bearer +([A-Za-z0-9._~+/-]+=*)$/i.exec(headers[AUTHORIZATION] ?? '')?.[1];
}

function isKey(key: string, digest: string): boolean {
  return sameText(sha256Base64url(key), digest);
}

interface ShownCertificate {
  readonly pin: string;
  /** base64url SHA-256 of the DER form (RFC 8705, section 3.1). */
  readonly thumbprint: string;
  readonly subject: string;
  readonly validFrom: number;
  readonly validTo: number;
}

function certificateOf(headers: HttpHeaders): ShownCertificate | undefined {
  const field = headers[CLIENT_CERTIFICATE];
  if (field === undefined) return undefined;
  const der = Buffer.from(field.slice(1, -1), 'base64');
  const { publicKey, subject, validFromDate, validToDate } = new X509Certificate(der);
  return { pin: spkiPin(publicKey), thumbprint: sha256(der).toString('base64url'), subject: subject.replaceAll('\n', ', '), validFrom: validFromDate.getTime(), validTo: validToDate.getTime() };
}

function unauthenticated(message: string, hint: string): CausewayError {
  return new CausewayError('caller-unauthenticated', message, { facts: { hint } });
}
