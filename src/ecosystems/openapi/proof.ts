/**
 * Proof of messages at an API hub: the caller's credentials alone (`asserted`), or with them a signature of the message (`verified`), RFC 9421 or detached
 * JWS. What is read under a signature is read again from what it covers.
 */
import { asCausewayError, CausewayError } from '../../errors.ts';
import { checkContentDigest } from '../../crypto/content-digest.ts';
import { REQUEST_TARGET, verifyDetached } from '../../crypto/detached-jws.ts';
import { verifyHttpSignature } from '../../crypto/http-signature.ts';
import type { CoveredMessage, SignatureRules, SignedMessage, SignedRequest } from '../../crypto/http-signature.ts';
import type { HttpHeaders, HttpMessage } from '../../platform/http-client.ts';
import type { XmlLimits } from '../../platform/limits.ts';
import { mintVerified } from '../../stages.ts';
import type { DomesticRequest, DomesticResponse, Received, Verified } from '../../stages.ts';
import type { DomesticCall } from '../ecosystem.ts';
import type { HttpMessagePolicy, ProofPolicy } from '../proof-policy.ts';
import { servicePath } from '../xroad-identifiers.ts';
import { AUTHORIZATION, authenticate, clientOf } from './clients.ts';
import { contextNames } from './identifiers.ts';
import { answerBytes, messageBytes, readAnswerBytes, readRequestBytes, requestBytes, withoutSecrets } from './message-bytes.ts';
import { toRequest, toResponse } from './parse.ts';
import type { HubSettings, Signatory } from './settings.ts';
import { carriedCertificates, checkNotRevoked, signerOf } from './signer.ts';
import type { Signer } from './signer.ts';

type SigningForm = 'http-signature' | 'jws-detached';
type SigningPolicy = { readonly form: SigningForm } & HttpMessagePolicy;

/** Names of the profiles in statements. */
const PROFILES = { 'http-signature': 'rfc9421-v1', 'jws-detached': 'jades-headers-v1' } as const;

export const CONTENT_DIGEST = 'content-digest';
export const CONTENT_TYPE = 'content-type';
export const HOST = 'host';

/** See Dialect.verifyRequest. The caller's credentials are always checked; under a signature, the signer must be that client. */
export async function verifyRequest(received: Received<DomesticRequest>, policy: ProofPolicy, now: number, limits: XmlLimits, settings: HubSettings): Promise<Verified<DomesticRequest>> {
  const http = readRequestBytes(received.bytes);
  const client = clientOf(http.headers, settings);
  const { by, issuer } = await authenticate(http.headers, client, settings, now);
  const original = requestBytes({ ...http, headers: withoutSecrets(http.headers, (name) => name === AUTHORIZATION || name === settings.apiKeyHeader) });
  const from = issuer === undefined ? {} : { issuer };
  if (policy.form === 'api-client') return mintVerified(received.message, readBytes(http, http.headers, settings), { form: 'api-client', result: 'asserted', policy: by, verifiedAt: now, ...from }, original);
  checkForm(policy);
  const { service, operation } = received.message;
  const signed: SignedRequest = { method: http.method, origin: settings.origin, target: `${settings.pathOf(received.message)}${http.target}`, headers: http.headers };
  const { covered, profile, issuer: signedUnder } = await proven(signed, http.body, policy, client, requestComponents(http, settings), now);
  if (policy.form === 'jws-detached') checkHost(http.headers, settings.origin);
  const message = toRequest({ ...http, headers: covered.headers }, [{ dialect: 'openapi', service, operation }], client.member, limits, settings);
  return mintVerified(message, readBytes(http, covered.headers, settings), { form: policy.form, result: 'verified', policy: `${profile}/${by}`, verifiedAt: now, issuer: signedUnder }, original);
}

/** See Dialect.verifyResponse. Under a signature, the signer must be the provider. */
export async function verifyResponse(received: Received<DomesticResponse>, call: DomesticCall, policy: ProofPolicy, now: number, limits: XmlLimits, settings: HubSettings): Promise<Verified<DomesticResponse>> {
  const provider = settings.providers.get(servicePath(call.home.service));
  if (policy.form === 'api-client') {
    const issuer = provider === undefined ? {} : { issuer: new URL(provider.url).host };
    return mintVerified(received.message, received.bytes, { form: 'api-client', result: 'asserted', policy: 'pinned-provider', verifiedAt: now, ...issuer }, received.bytes);
  }
  checkForm(policy);
  try {
    const { reply, ...request } = readAnswerBytes(received.bytes);
    const { covered, profile, issuer } = await proven({ status: reply.status, headers: reply.headers }, reply.body, policy, provider ?? { keys: [] }, answerComponents(reply.body, settings), now);
    const answer = { ...reply, headers: covered.headers };
    return mintVerified(toResponse(answer, call, limits, settings), answerBytes(request, answer), { form: policy.form, result: 'verified', policy: profile, verifiedAt: now, issuer }, received.bytes);
  } catch (thrown) {
    const error = asCausewayError(thrown);
    if (error.code === 'internal') throw error;
    throw new CausewayError('service-answer-invalid', `proof of the answer: ${error.code}: ${error.message}`, { facts: { ...error.facts, delivered: 'yes' }, cause: error });
  }
}

type Components = SignatureRules['components'];

/** Who asked whom for what, under which id: everything that is read of a request. One of each. */
function requestComponents({ target, headers, body }: HttpMessage, { headers: names }: HubSettings): Record<SigningForm, Components> {
  const shared: Components = [...contextNames(names).filter((name) => headers[name] !== undefined).map((name) => [name] as const), ...bodyComponents(body)];
  const query: Components = target.includes('?') ? [['@target-uri', '@query']] : [];
  return {
    'http-signature': [['@method'], ['@target-uri', '@authority'], ['@target-uri', '@path'], ...query, ...shared],
    'jws-detached': [[REQUEST_TARGET], [HOST], ...shared],
  };
}

/** An answer names the question by its message id; a signature that leaves it out would fit another question as well. */
function answerComponents(body: Uint8Array, { headers: { messageId } }: HubSettings): Record<SigningForm, Components> {
  const shared: Components = [[messageId], ...bodyComponents(body)];
  return { 'http-signature': [['@status'], ...shared], 'jws-detached': shared };
}

function bodyComponents(body: Uint8Array): Components {
  return body.length === 0 ? [] : [[CONTENT_DIGEST], [CONTENT_TYPE]];
}

interface Proven {
  readonly covered: CoveredMessage;
  /** Name of what was applied, in statements. */
  readonly profile: string;
  /** Name of the registered key, or subject of the authority that issued the certificate. */
  readonly issuer: string;
}

async function proven(message: SignedMessage, body: Uint8Array, policy: SigningPolicy, signatory: Signatory, components: Record<SigningForm, Components>, now: number): Promise<Proven> {
  const { form, maxAge, maxAhead, nonce, tag, certificates, certificateHeader } = policy;
  let signer: Signer | undefined;
  const keyOf: SignatureRules['keyOf'] = (keyid, inHeader) => (signer = signerOf(signatory, keyid, form === 'jws-detached' ? inHeader : () => carriedCertificates(message.headers, certificateHeader), certificates, now)).key;
  const rules: SignatureRules = { keyOf, components: [...components[form], ...policy.components.map((name) => [name] as const)], nonce, maxAge, maxAhead, ...(tag === undefined ? {} : { tag }) };
  const covered = form === 'http-signature' ? verifyHttpSignature(message, rules, now) : await verifyDetached(message, rules, now);
  const digest = covered.headers[CONTENT_DIGEST];
  if (digest !== undefined) checkContentDigest(digest, body);
  if (signer?.certified === undefined) return { covered, profile: PROFILES[form], issuer: covered.keyid };
  checkCertificateCovered(covered, policy);
  await checkNotRevoked(signer.certified, message.headers);
  return { covered, profile: `${PROFILES[form]}+x509`, issuer: signer.certified.path.issuer };
}

/** Another certificate of the same key could be put in its place. */
function checkCertificateCovered({ components }: CoveredMessage, { form, certificateHeader: field }: SigningPolicy): void {
  if (form === 'http-signature' && !components.has(field)) throw new CausewayError('signature-incomplete', 'the certificate is not covered', { facts: { field, hint: `The signature must cover ${field}.` } });
}

function checkForm(policy: ProofPolicy): asserts policy is SigningPolicy {
  if (policy.form !== 'http-signature' && policy.form !== 'jws-detached') throw new CausewayError('signature-missing', `an API message has no proof of the form ${policy.form}`);
}

/** The line `(request-target)` names no host: a request signed for another party would fit here. */
function checkHost(headers: HttpHeaders, origin: string): void {
  if (headers[HOST]?.toLowerCase() !== new URL(origin).host) throw new CausewayError('signature-invalid', 'signed for another host', { facts: { field: HOST, hint: 'The request was signed for another host.' } });
}

/** What is read of a request, and nothing that differs when it is sent again: a new token, a new signature. */
function readBytes({ method, target, body }: HttpMessage, headers: HttpHeaders, { headers: names }: HubSettings): Uint8Array {
  const read = new Set([...contextNames(names), CONTENT_TYPE]);
  return messageBytes([`${method} ${target}`], Object.fromEntries(Object.entries(headers).filter(([name]) => read.has(name))), body);
}
