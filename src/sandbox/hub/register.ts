/** The stand-in for a company register behind a hub: OpenAPI and JSON, bearer tokens, and answers that are signed where the question was (RFC 9421). */
import { contentDigest } from '../../crypto/content-digest.ts';
import { signHttpMessage } from '../../crypto/http-signature.ts';
import { signingKey } from '../../crypto/message-keys.ts';
import type { Clock } from '../../platform/clock.ts';
import type { HttpMessage, HttpReply } from '../../platform/http-client.ts';
import { damaged } from '../damage.ts';
import type { Faults } from '../faults.ts';
import { listen } from '../wire.ts';
import type { Listener } from '../wire.ts';
import type { AuthorisationServer } from './authorisation-server.ts';
import { certificateField } from './certificate-field.ts';
import type { HubKeys } from './keys.ts';

/** The target of faults of the register. */
export const REGISTER = 'register';
export const REGISTER_KEY_ID = 'register-1';
/** Claim `aud` of the tokens that it takes. */
export const REGISTER_AUDIENCE = 'https://register.hub.sandbox';

const PATH = '/registry/v1/companies/';

/** What the register knows of a company. */
export interface RegisteredCompany {
  readonly registrationNumber: string;
  readonly name: string;
  readonly registeredOn: string;
  readonly status: 'ACTIVE' | 'WINDING_UP' | 'BANKRUPT' | 'DISSOLVED';
}

export interface RegisterOptions {
  readonly keys: HubKeys;
  readonly clock: Clock;
  readonly faults: Faults;
  readonly companies: readonly RegisteredCompany[];
  readonly authorisation: Pick<AuthorisationServer, 'clientOf'>;
}

export interface HubRegister extends Listener {
  /** Base URL of its API. */
  readonly api: string;
  /** The requests that it answered, with their credentials. */
  readonly asked: readonly HttpMessage[];
}

export async function startHubRegister(options: RegisterOptions): Promise<HubRegister> {
  const { keys, faults } = options;
  const asked: HttpMessage[] = [];
  const listener = await listen({
    port: 0,
    identity: keys.registerTls,
    authority: keys.authority.certificate,
    maxBytes: 1024 * 1024,
    handler: ({ message }) => damaged(faults, REGISTER, async () => {
      const token = /^Bearer (.+)$/.exec(message.headers['authorization'] ?? '')?.[1];
      if (token === undefined || options.authorisation.clientOf(token, REGISTER_AUDIENCE) === undefined) return { status: 401, headers: { 'www-authenticate': 'Bearer error="invalid_token"' }, body: new Uint8Array() };
      asked.push(message);
      return signedLike(message, answer(message, options.companies), options);
    }),
  });
  return { ...listener, api: `${listener.url}/registry/v1`, asked };
}

function answer({ method, target }: HttpMessage, companies: readonly RegisteredCompany[]): HttpReply {
  if (method !== 'GET' || !target.startsWith(PATH)) return json(404, { title: 'Not found' });
  const number = decodeURIComponent(target.slice(PATH.length));
  const found = companies.filter(({ registrationNumber }) => registrationNumber === number);
  return json(200, found.length === 0 ? { result: 'NOT_FOUND' } : { result: 'FOUND', companies: found });
}

/** Repeats the id of the question, and signs where it was signed. */
function signedLike(question: HttpMessage, reply: HttpReply, { keys, clock }: RegisterOptions): HttpReply {
  const named = { ...reply.headers, 'x-request-id': question.headers['x-request-id'] ?? '', 'content-digest': contentDigest(reply.body) };
  if (question.headers['signature'] === undefined) return { ...reply, headers: named };
  const signer = signingKey(REGISTER_KEY_ID, keys.register.key, keys.register.certificate);
  const certificate = certificateField(signer);
  const headers = { ...named, ...certificate };
  const signature = signHttpMessage({ status: reply.status, headers }, ['@status', 'content-digest', 'content-type', 'x-request-id', ...Object.keys(certificate)], signer, { label: 'register', created: clock.now() });
  return { ...reply, headers: { ...headers, ...signature } };
}

function json(status: number, body: unknown): HttpReply {
  return { status, headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(body)) };
}
