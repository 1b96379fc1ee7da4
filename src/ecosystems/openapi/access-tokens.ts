/** The gateway's own access token at a hub: OAuth 2.0 client credentials (RFC 6749, section 4.4), asked for once however many need it, kept until shortly before its end. */
import { clientAssertion } from '../../crypto/client-assertion.ts';
import type { MessageKey } from '../../crypto/message-keys.ts';
import { CausewayError } from '../../errors.ts';
import type { Clock } from '../../platform/clock.ts';
import { ConnectionFailed } from '../../platform/http-client.ts';
import type { HttpConnection, HttpReply } from '../../platform/http-client.ts';
import { nonce } from '../../platform/ids.ts';
import { parseJson } from '../../platform/json.ts';
import type { JsonLimits } from '../../platform/json.ts';

export interface TokenRequest {
  /** To the host of the token endpoint and to no other: redirects are not followed. */
  readonly connection: HttpConnection;
  /** Path of the token endpoint. */
  readonly target: string;
  /** `aud` of our assertion: the token endpoint's URL, or what the server wants there. */
  readonly audience: string;
  readonly clientId: string;
  readonly proof: { readonly key: MessageKey } | { readonly secret: string };
  readonly scope?: string;
  /** Milliseconds for one request. */
  readonly timeout: number;
  readonly clock: Clock;
}

/** A token is not used in the last half minute of its life, nor in the last half of a short one. */
const SPARE_MS = 30_000;
const ANSWER_LIMITS: JsonLimits = { maxBytes: 64 * 1024, maxDepth: 8, maxNodes: 256, maxText: 32 * 1024 };
/** RFC 6749, section 5.2: what may be said of a refusal. Its description may name anything. */
const ERRORS: ReadonlySet<unknown> = new Set(['invalid_request', 'invalid_client', 'invalid_grant', 'unauthorized_client', 'unsupported_grant_type', 'invalid_scope']);

interface Kept {
  readonly token: string;
  /** Monotonic milliseconds: a wall clock that is set back must not make it live on. */
  readonly until: number;
}

export class AccessTokens {
  readonly #request: TokenRequest;
  #kept: Kept | undefined;
  #asking: Promise<Kept> | undefined;

  constructor(request: TokenRequest) {
    this.#request = request;
  }

  /** A token that is valid for a while. Throws `service-unreachable` and `service-refused`, both with `delivered: no`. */
  async get(deadline: AbortSignal): Promise<string> {
    const { clock } = this.#request;
    if (this.#kept !== undefined && clock.monotonic() < this.#kept.until) return this.#kept.token;
    this.#asking ??= this.#ask().finally(() => (this.#asking = undefined));
    return (await withinDeadline(this.#asking, deadline)).token;
  }

  /** The provider did not take it: the next one who needs a token asks for a new one. */
  forget(token: string): void {
    if (this.#kept?.token === token) this.#kept = undefined;
  }

  async #ask(): Promise<Kept> {
    const { clock, connection, target, timeout } = this.#request;
    const startedAt = clock.monotonic();
    const body = Buffer.from((await this.#form()).toString());
    try {
      const headers = { 'content-type': 'application/x-www-form-urlencoded', 'accept': 'application/json', ...this.#basic() };
      const reply = await connection.send({ method: 'POST', target, headers, body }, { signal: AbortSignal.timeout(timeout), maxBytes: ANSWER_LIMITS.maxBytes });
      const { token, lifetime } = readAnswer(reply);
      this.#kept = { token, until: startedAt + Math.max(lifetime - SPARE_MS, lifetime / 2) };
      return this.#kept;
    } catch (thrown) {
      throw thrown instanceof ConnectionFailed ? unreachable(thrown.message, thrown) : thrown;
    }
  }

  async #form(): Promise<URLSearchParams> {
    const { clientId, proof, scope, audience, clock } = this.#request;
    const form = new URLSearchParams({ grant_type: 'client_credentials', ...(scope === undefined ? {} : { scope }) });
    if (!('key' in proof)) return form;
    form.set('client_id', clientId);
    form.set('client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer');
    form.set('client_assertion', await clientAssertion(clientId, audience, proof.key, nonce(), clock.now()));
    return form;
  }

  /** RFC 6749, section 2.3.1: both parts are form-encoded before they are joined. */
  #basic(): Readonly<Record<string, string>> {
    const { clientId, proof } = this.#request;
    if (!('secret' in proof)) return {};
    return { authorization: `Basic ${Buffer.from(`${formEncoded(clientId)}:${formEncoded(proof.secret)}`).toString('base64')}` };
  }
}

function formEncoded(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1);
}

function readAnswer({ status, body }: HttpReply): { token: string; lifetime: number } {
  if (status >= 500 || status === 429) throw unreachable(`the token endpoint answered ${status}`);
  const fields = readFields(body);
  if (status !== 200) throw refused(`status ${status}`, ERRORS.has(fields['error']) ? `It says ${String(fields['error'])}.` : `Its HTTP status is ${status}.`);
  const { access_token: token, token_type: type, expires_in: seconds } = fields;
  // RFC 6750, section 2.1: what else stood in a header could be another header.
  if (typeof token !== 'string' || !/^[A-Za-z0-9._~+/-]+=*$/.test(token)) throw refused('no access token', 'Its answer has no access token.');
  if (typeof type !== 'string' || type.toLowerCase() !== 'bearer') throw refused('another token type', 'The token is not a bearer token.');
  return { token, lifetime: typeof seconds === 'number' && seconds > 0 ? seconds * 1000 : 0 };
}

function readFields(body: Uint8Array): Readonly<Record<string, unknown>> {
  try {
    const value = parseJson(body, ANSWER_LIMITS);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Readonly<Record<string, unknown>>) : {};
  } catch {
    return {};
  }
}

/** Others may wait longer for the same token. */
async function withinDeadline<T>(work: Promise<T>, deadline: AbortSignal): Promise<T> {
  const passed = Promise.withResolvers<never>();
  const abort = (): void => passed.reject(unreachable('no token in time'));
  deadline.addEventListener('abort', abort, { once: true });
  if (deadline.aborted) abort();
  return Promise.race([work, passed.promise]).finally(() => deadline.removeEventListener('abort', abort));
}

function unreachable(message: string, cause?: unknown): CausewayError {
  return new CausewayError('service-unreachable', `authorisation server: ${message}`, { facts: { hint: 'The authorisation server of the hub gave no token.', delivered: 'no' }, cause });
}

function refused(message: string, hint: string): CausewayError {
  return new CausewayError('service-refused', `authorisation server: ${message}`, { facts: { hint: `The authorisation server of the hub refused. ${hint}`, delivered: 'no' } });
}
