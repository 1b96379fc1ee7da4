/** Writing messages of an API: requests to providers at the hub, answers to our clients; signed where the policy says so. */
import { writeCertificates } from '../../crypto/carried-certificates.ts';
import { contentDigest } from '../../crypto/content-digest.ts';
import { REQUEST_TARGET, signDetached } from '../../crypto/detached-jws.ts';
import { signHttpMessage } from '../../crypto/http-signature.ts';
import type { SignedMessage } from '../../crypto/http-signature.ts';
import { CausewayError } from '../../errors.ts';
import type { HttpHeaders, HttpMessage, HttpReply } from '../../platform/http-client.ts';
import type { DomesticRequest, Mapped } from '../../stages.ts';
import type { DomesticCall } from '../ecosystem.ts';
import type { ProofPolicy } from '../proof-policy.ts';
import { JSON_TYPE } from '../rest/body.ts';
import { jsonPayload } from '../rest/payload.ts';
import { writeTarget } from '../rest/target.ts';
import { servicePath } from '../xroad-identifiers.ts';
import { contextHeaders } from './identifiers.ts';
import { CONTENT_DIGEST, CONTENT_TYPE, HOST } from './proof.ts';
import type { HubSettings } from './settings.ts';

/** Under which our signatures stand in Signature-Input. */
const LABEL = 'causeway';

/** See Dialect.renderRequest: as the service gets it, without our credentials, which are added when it is sent. */
export async function renderRequest(mapped: Mapped<'domestic'>, { home, client, context }: DomesticCall, policy: ProofPolicy, now: number, { headers: names, providers }: HubSettings): Promise<HttpMessage> {
  const { body, path, query } = jsonPayload(mapped);
  const provider = providers.get(servicePath(home.service));
  if (!('template' in home.operation) || provider === undefined) throw new CausewayError('config-invalid', `${servicePath(home.service)} has no URL in home.services, or its operation no method and template`);
  const bytes = body === undefined ? new Uint8Array() : Buffer.from(JSON.stringify(body), 'utf8');
  const { origin, pathname } = new URL(provider.url);
  const { method, template } = home.operation;
  const target = writeTarget(template, path, query);
  const headers = { ...contextHeaders(client, context, names), accept: JSON_TYPE, ...bodyHeaders(bytes, policy), ...certificateHeaders(policy) };
  const signature = await signed({ method, origin, target: `${pathname === '/' ? '' : pathname}${target}`, headers: { ...headers, [HOST]: new URL(origin).host } }, { 'http-signature': ['@method', '@target-uri'], 'jws-detached': [REQUEST_TARGET, HOST] }, Object.keys(headers), policy, context.messageId, now);
  return { method, target, headers: { ...headers, ...signature }, body: bytes };
}

/** See Dialect.renderResponse. */
export async function renderResponse(mapped: Mapped<'domestic'>, request: DomesticRequest, policy: ProofPolicy, now: number, { headers: names }: HubSettings): Promise<HttpReply> {
  const { body } = jsonPayload(mapped);
  const bytes = body === undefined ? new Uint8Array() : Buffer.from(JSON.stringify(body), 'utf8');
  const { messageId } = request.context;
  const status = body === undefined ? 204 : 200;
  const headers = { [names.messageId]: messageId, ...bodyHeaders(bytes, policy), ...certificateHeaders(policy) };
  const signature = await signed({ status, headers }, { 'http-signature': ['@status'], 'jws-detached': [] }, Object.keys(headers), policy, messageId, now);
  return { status, headers: { ...headers, ...signature }, body: bytes };
}

function bodyHeaders(bytes: Uint8Array, { form }: ProofPolicy): HttpHeaders {
  if (bytes.length === 0) return {};
  return { [CONTENT_TYPE]: JSON_TYPE, ...(form === 'api-client' ? {} : { [CONTENT_DIGEST]: contentDigest(bytes) }) };
}

/** Our certificate, where RFC 9421 has no place for it; a JWS has it in its own header. */
function certificateHeaders(policy: ProofPolicy): HttpHeaders {
  if (policy.form !== 'http-signature' || policy.signer.certificates === undefined) return {};
  return { [policy.certificateHeader]: writeCertificates(policy.signer.certificates) };
}

/** Over `first` and every header that the message has. The nonce is the message id: a message that is sent again is the same one. */
async function signed(message: SignedMessage, first: Record<'http-signature' | 'jws-detached', readonly string[]>, names: readonly string[], policy: ProofPolicy, messageId: string, now: number): Promise<HttpHeaders> {
  if (policy.form === 'http-signature') return signHttpMessage(message, [...first['http-signature'], ...names], policy.signer, { label: LABEL, created: now, nonce: messageId, ...(policy.tag === undefined ? {} : { tag: policy.tag }) });
  if (policy.form === 'jws-detached') return signDetached(message, [...first['jws-detached'], ...names], policy.signer, now);
  return {};
}
