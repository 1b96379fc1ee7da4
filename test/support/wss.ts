/** A Finnish municipality, its authorities and its signed question to Estonia's population register: the message that the attacks start from. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { CertificateTrust, MemberKey } from '../../src/crypto/certificates.ts';
import { createAuthority, issue, memberSubject } from '../../src/crypto/pki.ts';
import type { Identity, KeyAlgorithm } from '../../src/crypto/pki.ts';
import type { VerifierChoice } from '../../src/crypto/xml-signature/verify.ts';
import type { ProofPolicy } from '../../src/ecosystems/proof-policy.ts';
import type { DomesticRequest, XmlElement } from '../../src/stages.ts';
import { element } from '../../src/xml/element.ts';
import { headerElements } from '../../src/ecosystems/soap/headers.ts';
import { signEnvelope } from '../../src/ecosystems/soap/proof.ts';

export const NOW = Date.UTC(2026, 10, 21, 12, 0, 0);
const DAY = 86_400_000;
export const VALIDITY = { notBefore: NOW - 30 * DAY, notAfter: NOW + 365 * DAY };
export const SOAP = 'http://schemas.xmlsoap.org/soap/envelope/';
export const VTJ = 'http://xml.vrk.fi/schema/vtjkysely';

export const MUNICIPALITY = { instance: 'FI', memberClass: 'MUN', memberCode: '0101263-6' };
export const OTHER_MEMBER = { instance: 'FI', memberClass: 'GOV', memberCode: '0245458-6' };
const CLIENT = { ...MUNICIPALITY, subsystem: 'vaestotiedot' };
const SERVICE = { instance: 'FI', memberClass: 'GOV', memberCode: '0245437-2', subsystem: 'EE-rr', service: 'HenkilonTunnusKysely', version: 'v1' };

const AUTHORITIES = new Map<KeyAlgorithm, Identity>();

export function authority(algorithm: KeyAlgorithm = 'P-256'): Identity {
  const known = AUTHORITIES.get(algorithm) ?? createAuthority({ subject: [['C', 'FI'], ['O', 'Test Authority'], ['CN', `Test CA ${algorithm}`]], algorithm, ...VALIDITY });
  AUTHORITIES.set(algorithm, known);
  return known;
}

export function memberKey(identity: Identity): MemberKey {
  return { key: createPrivateKey(identity.key), chain: [new X509Certificate(identity.certificate).raw] };
}

/** A signing key of `member`, certified by the trusted authority unless told otherwise. */
export function signer(options: { member?: typeof MUNICIPALITY; algorithm?: KeyAlgorithm; by?: Identity; validity?: typeof VALIDITY } = {}): MemberKey {
  const { member = MUNICIPALITY, algorithm = 'P-256', by = authority(), validity = VALIDITY } = options;
  return memberKey(issue(by, { use: 'signing', algorithm, subject: memberSubject(member, { country: 'FI', name: 'Test Member', serverCode: 'ss1' }), ...validity }));
}

export function trust(...authorities: readonly Identity[]): CertificateTrust {
  return { authorities: authorities.map((one) => new X509Certificate(one.certificate).raw) };
}

const TRUST = trust(authority());
let ordinary: MemberKey | undefined;

export function policy(options: { verifiers?: VerifierChoice; signer?: MemberKey; trust?: CertificateTrust } = {}): Extract<ProofPolicy, { form: 'wss' }> {
  ordinary ??= signer();
  return { form: 'wss', trust: options.trust ?? TRUST, verifiers: options.verifiers ?? 'both', maxAge: 300_000, maxAhead: 30_000, signer: options.signer ?? ordinary };
}

export const BODY = element(VTJ, 'HenkilonTunnusKysely', [element(VTJ, 'request', [element(VTJ, 'Henkilotunnus', ['010190-999X'])])]);

export const REQUEST: DomesticRequest = {
  kind: 'request',
  dialect: 'xroad-soap',
  client: CLIENT,
  service: SERVICE,
  context: { messageId: 'FI-4d1f', userId: 'FI-official-1', issue: 'case 7' },
  operation: { name: 'HenkilonTunnusKysely' },
  payload: { form: 'xml', element: BODY },
};

export function envelope(body: XmlElement = BODY, more: readonly XmlElement[] = []): XmlElement {
  const headers = [...headerElements(REQUEST.client, REQUEST.service, REQUEST.context), ...more];
  return element(SOAP, 'Envelope', [element(SOAP, 'Header', headers), element(SOAP, 'Body', [body])]);
}

/** The signed message as text, ready to be attacked. */
export async function signedText(options: { signer?: MemberKey; at?: number; envelope?: XmlElement } = {}): Promise<string> {
  return Buffer.from(await signEnvelope(options.envelope ?? envelope(), policy(options.signer === undefined ? {} : { signer: options.signer }), options.at ?? NOW)).toString('utf8');
}
