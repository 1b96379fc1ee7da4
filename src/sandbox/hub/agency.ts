/** An agency's information system at a hub: it has a client id, a certificate and a key, and asks the gateway as it asks any API. */
import { createPrivateKey, randomUUID } from 'node:crypto';
import { contentDigest } from '../../crypto/content-digest.ts';
import { signDetached } from '../../crypto/detached-jws.ts';
import { signHttpMessage } from '../../crypto/http-signature.ts';
import { signingKey } from '../../crypto/message-keys.ts';
import type { Clock } from '../../platform/clock.ts';
import { connect } from '../../platform/http-client.ts';
import type { HttpConnection, HttpHeaders, HttpReply } from '../../platform/http-client.ts';
import type { TlsIdentity } from '../wire.ts';
import { certificateField } from './certificate-field.ts';
import { makeJwt } from './jwt.ts';

export interface AgencyOptions {
  readonly clientId: string;
  readonly scope: string;
  readonly tls: TlsIdentity;
  /** PEM: signs assertions and messages, under the key id `<client id>-1`; its certificate goes with each signature. */
  readonly key: string;
  readonly certificate: string;
  readonly clock: Clock;
  readonly tokenEndpoint: string;
  /** Base64 SHA-256 of the keys of authorisation server and gateway. */
  readonly pins: readonly string[];
}

export type Signing = 'http-signature' | 'jws-detached';

export interface ApiQuestion {
  readonly method: 'GET' | 'POST';
  /** Whole URL at the gateway. */
  readonly url: string;
  readonly body?: unknown;
  readonly id?: string;
  readonly userId?: string;
  readonly signing?: Signing;
  /** Instead of a fresh one; null: none. */
  readonly token?: string | null;
}

export interface ApiAnswer {
  readonly id: string;
  readonly reply: HttpReply;
  readonly json: unknown;
}

export class HubAgency {
  readonly #options: AgencyOptions;
  readonly #connections = new Map<string, HttpConnection>();

  constructor(options: AgencyOptions) {
    this.#options = options;
  }

  /** A new access token by client credentials. Throws when the server gives none. */
  async token(): Promise<string> {
    const { clientId, scope, key, clock, tokenEndpoint } = this.#options;
    const issued = Math.floor(clock.now() / 1000);
    const assertion = makeJwt({ kid: `${clientId}-1` }, { iss: clientId, sub: clientId, aud: tokenEndpoint, jti: randomUUID(), iat: issued, exp: issued + 60 }, createPrivateKey(key));
    const form = new URLSearchParams({ grant_type: 'client_credentials', scope, client_id: clientId, client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer', client_assertion: assertion });
    const reply = await this.#send('POST', tokenEndpoint, { 'content-type': 'application/x-www-form-urlencoded' }, Buffer.from(form.toString()));
    if (reply.status !== 200) throw new Error(`token endpoint: ${reply.status} ${Buffer.from(reply.body).toString()}`);
    return (JSON.parse(Buffer.from(reply.body).toString()) as { access_token: string }).access_token;
  }

  async ask({ method, url, body, id = randomUUID(), userId, signing, token }: ApiQuestion): Promise<ApiAnswer> {
    const bearer = token === undefined ? await this.token() : token;
    const bytes = body === undefined ? new Uint8Array() : Buffer.from(JSON.stringify(body));
    const { host, origin, pathname, search } = new URL(url);
    const carried: HttpHeaders = {
      host,
      'x-request-id': id,
      ...(userId === undefined ? {} : { 'x-user-id': userId }),
      ...(bytes.length === 0 ? {} : { 'content-type': 'application/json', 'content-digest': contentDigest(bytes) }),
    };
    const signature = await this.#sign(signing, { method, origin, target: `${pathname}${search}`, headers: carried });
    const reply = await this.#send(method, url, { ...carried, ...signature, accept: 'application/json', ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }) }, bytes);
    return { id, reply, json: readJson(reply.body) };
  }

  async close(): Promise<void> {
    await Promise.all([...this.#connections.values()].map((connection) => connection.close()));
  }

  async #sign(signing: Signing | undefined, message: Parameters<typeof signHttpMessage>[0]): Promise<HttpHeaders> {
    if (signing === undefined) return {};
    const { clientId, key, certificate: own, clock } = this.#options;
    const signer = signingKey(`${clientId}-1`, key, own);
    const { host, ...names } = message.headers;
    if (signing === 'http-signature') {
      const certificate = certificateField(signer);
      const headers = { ...message.headers, ...certificate };
      return { ...certificate, ...signHttpMessage({ ...message, headers }, ['@method', '@target-uri', ...Object.keys({ ...names, ...certificate })], signer, { label: 'agency', created: clock.now() }) };
    }
    return signDetached({ ...message, headers: { host: host ?? '', ...names } }, ['(request-target)', ...Object.keys(message.headers)], signer, clock.now());
  }

  #send(method: string, url: string, headers: HttpHeaders, body: Uint8Array): Promise<HttpReply> {
    const { origin, pathname, search } = new URL(url);
    const { tls, pins } = this.#options;
    const connection = this.#connections.get(origin) ?? connect({ origin, tls: { key: tls.key, cert: tls.certificate, pins, minVersion: 'TLSv1.2' }, connections: 4 });
    this.#connections.set(origin, connection);
    return connection.send({ method, target: `${pathname}${search}`, headers, body }, { signal: AbortSignal.timeout(60_000), maxBytes: 1024 * 1024 });
  }
}

function readJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString());
  } catch {
    return undefined;
  }
}
