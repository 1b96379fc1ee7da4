/** Messages of an API hub's client and provider, proven as the gateway proves them: what the tests of the dialect and its refusals bend. */
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { contentDigest } from '../../src/crypto/content-digest.ts';
import { signDetached } from '../../src/crypto/detached-jws.ts';
import { sha256Base64url } from '../../src/crypto/digest.ts';
import { signHttpMessage } from '../../src/crypto/http-signature.ts';
import { signingKey, verificationKey } from '../../src/crypto/message-keys.ts';
import type { MessageKey } from '../../src/crypto/message-keys.ts';
import { openapi } from '../../src/ecosystems/openapi/dialect.ts';
import type { HubSettings } from '../../src/ecosystems/openapi/settings.ts';
import type { DomesticCall } from '../../src/ecosystems/ecosystem.ts';
import type { ProofPolicy } from '../../src/ecosystems/proof-policy.ts';
import type { ErrorCode } from '../../src/errors.ts';
import type { HomeService } from '../../src/mapping/mappings.ts';
import type { HttpHeaders, HttpMessage, HttpReply } from '../../src/platform/http-client.ts';
import { DEFAULT_XML_LIMITS } from '../../src/platform/limits.ts';
import type { DomesticMember, DomesticRequest, DomesticResponse, Verified } from '../../src/stages.ts';
import { refuses } from './refused.ts';

export const NOW = Date.parse('2026-06-01T12:00:00Z');
export const ORIGIN = 'https://gateway.my.example:7301';
export const PATH = '/services/fi-companies';
export const API_KEY = 'a-key-of-the-portal';

const PORTAL: DomesticMember = { instance: 'MY', memberClass: 'GOV', memberCode: 'JDN', subsystem: 'portal' };
export const FOREIGN: HomeService = { dialect: 'openapi', service: { instance: 'MY', memberClass: 'GOV', memberCode: 'GATEWAY', subsystem: 'FI-prh', service: 'companies' }, operation: { method: 'POST', template: '/queries/{register}' } };
export const OWN: HomeService = { dialect: 'openapi', service: { instance: 'MY', memberClass: 'GOV', memberCode: 'SSM', subsystem: 'registry', service: 'companies' }, operation: { method: 'POST', template: '/companies/{id}' } };
export const CALL: DomesticCall = { home: OWN, client: { instance: 'MY', memberClass: 'GOV', memberCode: 'GATEWAY', subsystem: 'FI-GOV-1-vero' }, context: { messageId: 'xid-1', userId: 'FI-officer', representedParty: { partyClass: 'GOV', partyCode: 'FI-1' } } };

/** A key pair of a signer: what it signs with, and what is registered for it. */
export interface Signer {
  readonly own: MessageKey;
  readonly registered: MessageKey;
}

export function makeSigner(keyid: string, kind: 'ec' | 'ed25519' | 'rsa', pkcs1v15 = false): Signer {
  const encoding = { privateKeyEncoding: { type: 'pkcs8', format: 'pem' }, publicKeyEncoding: { type: 'spki', format: 'pem' } } as const;
  const pair = kind === 'ec' ? generateKeyPairSync('ec', { namedCurve: 'P-256', ...encoding }) : kind === 'rsa' ? generateKeyPairSync('rsa', { modulusLength: 2048, ...encoding }) : generateKeyPairSync('ed25519', encoding);
  const own = signingKey(keyid, pair.privateKey);
  const registered = verificationKey(keyid, pair.publicKey, pkcs1v15);
  return { own: { ...own, http: registered.http, jws: registered.jws }, registered };
}

export const portal = makeSigner('portal-2026', 'ec');
export const neighbour = makeSigner('neighbour-2026', 'ec');
export const provider = makeSigner('ssm-2026', 'ed25519');
export const gateway = makeSigner('gateway-2026', 'ec');

export function hubSettings(changes: Partial<HubSettings> = {}): HubSettings {
  return {
    origin: ORIGIN,
    headers: { messageId: 'x-request-id', client: 'x-client-member', userId: 'x-user-id', issue: 'x-issue', representedParty: 'x-represented-party' },
    apiKeyHeader: 'x-api-key',
    clients: [
      { member: PORTAL, pins: [], apiKey: sha256Base64url(API_KEY), keys: [portal.registered] },
      { member: { ...PORTAL, subsystem: 'neighbour' }, pins: [], apiKey: sha256Base64url('a key of the neighbour'), keys: [neighbour.registered] },
    ],
    providers: new Map([['MY/GOV/SSM/registry/companies', { url: 'https://api.ssm.example/registry/v1', keys: [provider.registered] }]]),
    credentials: {},
    maxAnswerBytes: 1024 * 1024,
    pathOf: () => PATH,
    ...changes,
  };
}

export type Form = 'http-signature' | 'jws-detached';
type Changes = Partial<Extract<ProofPolicy, { form: Form }>>;

export function signedBy(form: Form, changes: Changes = {}): ProofPolicy {
  return { components: [], certificateHeader: 'x-signature-certificate', nonce: false, maxAge: 300_000, maxAhead: 60_000, signer: gateway.own, ...changes, form };
}

/** What a client sends, before it signs. */
export function question(changes: { target?: string; headers?: HttpHeaders; body?: string } = {}): HttpMessage {
  const body = Buffer.from(changes.body ?? '{"number":"0112038-9"}');
  return {
    method: 'POST',
    target: changes.target ?? '/queries/trade?lang=en',
    headers: { 'host': new URL(ORIGIN).host, 'x-api-key': API_KEY, 'x-request-id': 'portal-0001', 'x-user-id': 'officer-7', 'content-type': 'application/json', 'content-digest': contentDigest(body), ...changes.headers },
    body,
  };
}

export const HTTP_COMPONENTS = ['@method', '@target-uri', 'content-digest', 'content-type', 'x-request-id', 'x-user-id'] as const;
export const JWS_NAMES = ['(request-target)', 'host', 'content-digest', 'content-type', 'x-request-id', 'x-user-id'] as const;

interface Signing {
  readonly components?: readonly string[];
  readonly signer?: Signer;
  readonly created?: number;
  readonly nonce?: string;
  readonly tag?: string;
}

/** The message with a signature of its client over everything that is read. */
export function signHttp(message: HttpMessage, { components = HTTP_COMPONENTS, signer = portal, created = NOW, ...rest }: Signing = {}): HttpMessage {
  const signature = signHttpMessage({ method: message.method, origin: ORIGIN, target: `${PATH}${message.target}`, headers: message.headers }, components, signer.own, { label: 'sig1', created, ...rest });
  return { ...message, headers: { ...message.headers, ...signature } };
}

export async function signJws(message: HttpMessage, { components = JWS_NAMES, signer = portal, created = NOW }: Signing = {}): Promise<HttpMessage> {
  const signature = await signDetached({ method: message.method, origin: ORIGIN, target: `${PATH}${message.target}`, headers: message.headers }, components, signer.own, created);
  return { ...message, headers: { ...message.headers, ...signature } };
}

export function withHeaders(message: HttpMessage, headers: Readonly<Record<string, string>>): HttpMessage {
  return { ...message, headers: { ...message.headers, ...headers } };
}

/** As the flow does it: parsed for its claimed caller, then proven. */
export async function prove(message: HttpMessage, policy: ProofPolicy, settings = hubSettings(), now = NOW): Promise<Verified<DomesticRequest>> {
  const dialect = openapi(settings);
  return dialect.verifyRequest(dialect.parseRequest(message, [FOREIGN], DEFAULT_XML_LIMITS), policy, now, DEFAULT_XML_LIMITS);
}

export const ASKED: HttpMessage = { method: 'POST', target: '/companies/1', headers: {}, body: new Uint8Array() };

export async function proveAnswer(reply: HttpReply, policy: ProofPolicy, settings = hubSettings(), now = NOW): Promise<Verified<DomesticResponse>> {
  const dialect = openapi(settings);
  return dialect.verifyResponse(dialect.parseResponse(reply, CALL, ASKED, DEFAULT_XML_LIMITS), CALL, policy, now, DEFAULT_XML_LIMITS);
}

/** What a provider answers, signed with its key. */
export function signedAnswer(components = ['@status', 'content-digest', 'content-type', 'x-request-id'], messageId = CALL.context.messageId): HttpReply {
  const body = Buffer.from('{"name":"Kedai"}');
  const headers = { 'content-type': 'application/json', 'content-digest': contentDigest(body), 'x-request-id': messageId };
  return { status: 200, headers: { ...headers, ...signHttpMessage({ status: 200, headers }, components, provider.own, { label: 'sig1', created: NOW }) }, body };
}

export interface Attack {
  readonly code: ErrorCode;
  readonly policy?: Changes;
  readonly settings?: Partial<HubSettings>;
  /** The message as its sender made it, for the control: taken. Default: signed over everything. */
  readonly control?: () => HttpMessage | Promise<HttpMessage>;
  forge(): HttpMessage | Promise<HttpMessage>;
}

/** One attack on signed requests: what it was made from is taken, what it makes is refused. */
export function refusesRequest(title: string, form: Form, { code, policy = {}, settings = {}, control, forge }: Attack): void {
  const sign = (message: HttpMessage): HttpMessage | Promise<HttpMessage> => (form === 'http-signature' ? signHttp(message) : signJws(message));
  const rules = signedBy(form, policy);
  test(`control: ${title}: what it was made from is taken`, async () => void (await prove(await (control?.() ?? sign(question())), rules, hubSettings(settings))));
  test(`${title} is refused`, async () => refuses(async () => prove(await forge(), rules, hubSettings(settings)), code));
}
