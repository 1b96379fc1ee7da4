/** Proof of SOAP messages: the security server's word over its pinned connection, or the member's own WS-Security signature. */
import { asCausewayError, CausewayError } from '../../errors.ts';
import { certificatePath } from '../../crypto/certificate-path.ts';
import type { CertificatePath } from '../../crypto/certificate-path.ts';
import { certifiedMember } from '../../crypto/certificates.ts';
import { partIds, renderSecurity } from '../../crypto/xml-signature/sign.ts';
import type { PartToSign } from '../../crypto/xml-signature/sign.ts';
import { xmlVerifier } from '../../crypto/xml-signature/verify.ts';
import type { XmlLimits } from '../../platform/limits.ts';
import { mintVerified } from '../../stages.ts';
import type { DomesticMember, DomesticMessage, DomesticProof, DomesticRequest, DomesticResponse, Received, Verified, XmlElement } from '../../stages.ts';
import { child, elements } from '../../xml/element.ts';
import { checkWellFormed } from '../../xml/document.ts';
import { renderText, renderXml } from '../../xml/render.ts';
import type { DomesticCall } from '../ecosystem.ts';
import type { ProofPolicy } from '../proof-policy.ts';
import { coveredMessage } from './coverage.ts';
import type { CoveredMessage } from './coverage.ts';
import { readEnvelope, toRequest, toResponse } from './envelope.ts';
import type { SoapMessage } from './envelope.ts';
import { PREFIXES, SOAP, WSU } from './names.ts';
import { checkTimestamp } from './timestamp.ts';

type WssPolicy = Extract<ProofPolicy, { form: 'wss' }>;

/** Name of this profile in statements; the verifier follows. */
const PROFILE = 'wss-xroad-v1';

/**
 * See Dialect.verifyRequest. Under `wss`, the signer must be the message's client. The result was read again from the canonical bytes that
 * the signature covers and holds nothing else; its bytes are the same for the same message under a renewed signature.
 */
export async function verifyRequest(received: Received<DomesticRequest>, policy: ProofPolicy, now: number, limits: XmlLimits): Promise<Verified<DomesticRequest>> {
  if (policy.form === 'security-server') return asserted(received, policy, now);
  const { dialect, service, operation } = received.message;
  refuseUncovered(received.message);
  const proven = proveMessage(received.bytes, policy, now, limits);
  const request = toRequest(proven.message, [{ dialect, service, operation }], dialect);
  checkSigner(proven.path, request.client);
  await checkRevocation(proven.path, policy);
  return mintVerified(request, renderXml(proven.covered.envelope, PREFIXES), proven.proof, received.bytes);
}

/** See Dialect.verifyResponse. Under `wss`, the signer must be the member whose service was called. */
export async function verifyResponse(received: Received<DomesticResponse>, call: DomesticCall, policy: ProofPolicy, now: number, limits: XmlLimits): Promise<Verified<DomesticResponse>> {
  try {
    if (policy.form === 'security-server') return asserted(received, policy, now);
    refuseUncovered(received.message);
    const proven = proveMessage(received.bytes, policy, now, limits);
    const response = toResponse(proven.message, call);
    checkSigner(proven.path, call.home.service);
    await checkRevocation(proven.path, policy);
    return mintVerified(response, proven.covered.bytes, proven.proof, received.bytes);
  } catch (thrown) {
    const error = asCausewayError(thrown);
    if (error.code === 'internal') throw error;
    throw new CausewayError('service-answer-invalid', `proof of the answer: ${error.code}: ${error.message}`, { facts: { ...error.facts, delivered: 'yes' }, cause: error });
  }
}

/**
 * The envelope signed as our own member, as bytes: every header, the body and the time of creation. The parts are written in
 * canonical form, each declaring its own namespaces, so that what was digested is what is sent.
 */
export async function signEnvelope(envelope: XmlElement, policy: WssPolicy, now: number): Promise<Uint8Array> {
  const ids = partIds();
  const headers = elements(child(envelope, SOAP, 'Header')!).map((header, at) => part(header, ids(`header-${at}`)));
  const body = part(child(envelope, SOAP, 'Body')!, ids('body'));
  const security = await renderSecurity([...headers, body], ids, { created: now, expires: now + policy.maxAge }, policy.signer);
  const soap = PREFIXES[SOAP];
  const header = `<${soap}:Header>${security}${headers.map((one) => one.canonical).join('')}</${soap}:Header>`;
  return Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>\n<${soap}:Envelope xmlns:${soap}="${SOAP}">${header}${body.canonical}</${soap}:Envelope>`, 'utf8');
}

const SIGNED_PREFIXES = { ...PREFIXES, [WSU]: 'wsu' };

function part(element: XmlElement, id: string): PartToSign {
  const identified = { ...element, attributes: [...element.attributes, { ns: WSU, name: 'Id', value: id }] };
  return { id, canonical: renderText(identified, SIGNED_PREFIXES) };
}

/** The security server's word holds for a message that means one thing only. */
function asserted<M extends DomesticMessage>(received: Received<M>, policy: Extract<ProofPolicy, { form: 'security-server' }>, now: number): Verified<M> {
  checkWellFormed(received.bytes);
  return mintVerified(received.message, received.bytes, { form: 'security-server', result: 'asserted', policy: policy.voucher ?? 'security-server', verifiedAt: now, issuer: policy.connection }, received.bytes);
}

interface Proven {
  readonly path: CertificatePath;
  readonly message: SoapMessage;
  readonly covered: CoveredMessage;
  readonly proof: DomesticProof;
}

/** A WS-Security signature of X-Road's profile covers the envelope alone. */
function refuseUncovered({ attachments = [], payload }: DomesticMessage): void {
  if (payload.form === 'unmapped') throw new CausewayError('signature-incomplete', 'a message that crosses unmapped is not the one that was signed');
  if (attachments.length > 0) throw new CausewayError('signature-incomplete', 'attachments are not covered', { facts: { field: 'attachments', hint: 'The signature does not cover attachments: send none.' } });
}

function proveMessage(bytes: Uint8Array, policy: ProofPolicy, now: number, limits: XmlLimits): Proven {
  if (policy.form !== 'wss') throw new CausewayError('signature-missing', `a SOAP message has no proof of the form ${policy.form}`);
  // The certificate is judged before its key is used, and again here for the result; the path is cached.
  const pathOf = (certificate: Uint8Array) => certificatePath(policy.trust, certificate, now);
  const signature = xmlVerifier(policy.verifiers)(bytes, limits, (certificate) => pathOf(certificate).certificate.publicKey);
  const covered = coveredMessage(signature, limits);
  checkTimestamp(covered.timestamp, policy, now);
  const path = pathOf(signature.certificate);
  const proof: DomesticProof = { form: 'wss', result: 'verified', policy: `${PROFILE}/${policy.verifiers}`, verifiedAt: now, issuer: path.issuer };
  return { path, message: readEnvelope(covered.envelope), covered, proof };
}

/** Last: only for a signature that holds, of the right member, under an approved authority, is anybody asked. */
async function checkRevocation(path: CertificatePath, policy: ProofPolicy): Promise<void> {
  if (policy.form === 'wss') await policy.revocation?.(path);
}

function checkSigner(path: CertificatePath, member: DomesticMember): void {
  const signer = certifiedMember(path.certificate);
  if (signer.instance === member.instance && signer.memberClass === member.memberClass && signer.memberCode === member.memberCode) return;
  throw new CausewayError('signature-untrusted', 'the certificate is of another member', { facts: { hint: 'The signing certificate is not that of the member that the message names.' } });
}
