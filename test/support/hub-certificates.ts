/** Signers at a hub that show certificates, their authorities, and messages that are proven by them: what the refusals of such signatures bend. */
import { X509Certificate, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { writeCertificates } from '../../src/crypto/carried-certificates.ts';
import { signingKey } from '../../src/crypto/message-keys.ts';
import { answerOcsp } from '../../src/crypto/ocsp-answer.ts';
import type { OcspAnswering } from '../../src/crypto/ocsp-answer.ts';
import { certify, createAuthority } from '../../src/crypto/pki.ts';
import type { CertificateRequest, Identity, Subject, Validity } from '../../src/crypto/pki.ts';
import type { HubSettings } from '../../src/ecosystems/openapi/settings.ts';
import type { SigningCertificates } from '../../src/ecosystems/proof-policy.ts';
import { CausewayError } from '../../src/errors.ts';
import type { ErrorCode } from '../../src/errors.ts';
import type { HttpMessage } from '../../src/platform/http-client.ts';
import { Revocation } from '../../src/trust/revocation.ts';
import { HTTP_COMPONENTS, JWS_NAMES, NOW, hubSettings, prove, question, signHttp, signJws, signedBy, withHeaders } from './hub-messages.ts';
import type { Form, Signer } from './hub-messages.ts';
import { refuses } from './refused.ts';

const DAY = 86_400_000;
const VALID = { notBefore: NOW - 30 * DAY, notAfter: NOW + 365 * DAY };

export const CERTIFICATE_HEADER = 'x-signature-certificate';
export const OCSP_HEADER = 'x-signature-ocsp';
export const FORMS: readonly Form[] = ['http-signature', 'jws-detached'];

export const newAuthority = (name = 'Hub CA', parent?: Identity, validity: Partial<Validity> = {}): Identity => createAuthority({ subject: [['C', 'MY'], ['CN', name]], algorithm: 'P-256', ...VALID, ...validity }, parent);

/** Another certificate of the same authority: its name and key, certified by `parent`. */
export const renewed = ({ key }: Identity, name: string, parent?: Identity, validity: Partial<Validity> = {}): Identity => createAuthority({ subject: [['C', 'MY'], ['CN', name]], algorithm: 'P-256', key, ...VALID, ...validity }, parent);
export const authority = newAuthority();
/** Approved is the one above it. */
export const issuing = newAuthority('Hub issuing CA', authority);

export const PORTAL_SUBJECT: Subject = [['C', 'MY'], ['O', 'Jabatan Digital Negara'], ['organizationIdentifier', 'NTRMY-JDN'], ['CN', 'portal']];

export const derOf = ({ certificate }: Pick<Identity, 'certificate'>): Buffer => new X509Certificate(certificate).raw;

export interface Certified extends Signer {
  /** DER. */
  readonly certificate: Uint8Array;
}

/** A new signer with a certificate of `by`; `request` bends it. `others`: DER, sent behind its own. `key`: PEM, one that is there already. */
export function certified(request: Partial<CertificateRequest> = {}, { by = authority, others = [], key = newKey() }: { readonly by?: Identity; readonly others?: readonly Uint8Array[]; readonly key?: string } = {}): Certified {
  const pem = certify(by, { use: 'signing', subject: PORTAL_SUBJECT, ...VALID, ...request } as CertificateRequest, createPublicKey(key));
  const certificate = derOf({ certificate: pem });
  const own = { ...signingKey('portal-cert', key), certificates: [certificate, ...others] } as const;
  return { own, registered: own, certificate };
}

export function newKey(): string {
  return generateKeyPairSync('ec', { namedCurve: 'P-256', privateKeyEncoding: { type: 'pkcs8', format: 'pem' }, publicKeyEncoding: { type: 'spki', format: 'pem' } }).privateKey;
}

export const portal = certified();

/** No key of the portal is registered; its certificates count by their subject. */
export function certifiedSettings(changes: Partial<HubSettings> = {}): HubSettings {
  const { clients, ...rest } = hubSettings();
  return { ...rest, clients: clients.map((client, index) => (index === 0 ? { ...client, keys: [], subject: { O: 'Jabatan Digital Negara', organizationIdentifier: 'NTRMY-JDN' } } : client)), ...changes };
}

export const approved: SigningCertificates = { trust: { authorities: [derOf(authority)] }, ocspHeader: OCSP_HEADER };

/** The question signed by `signer`, with its certificate where each form has it; covered, unless said otherwise. */
export async function signedQuestion(form: Form, signer: Certified = portal, { covered = true, created = NOW }: { readonly covered?: boolean; readonly created?: number } = {}): Promise<HttpMessage> {
  if (form === 'jws-detached') return signJws(question(), { components: JWS_NAMES, signer, created });
  const message = withHeaders(question(), { [CERTIFICATE_HEADER]: writeCertificates(signer.own.certificates ?? []) });
  return signHttp(message, { components: [...HTTP_COMPONENTS, ...(covered ? [CERTIFICATE_HEADER] : [])], signer, created });
}

/** The signer with others behind its own certificate. */
export const bringing = (signer: Certified, ...others: readonly Identity[]): Certified => ({ ...signer, own: { ...signer.own, certificates: [signer.certificate, ...others.map(derOf)] } });

/** What a responder says of a certificate (DER). */
export interface Said {
  readonly certificate: Uint8Array;
  readonly by: Identity;
  readonly status: OcspAnswering['status'];
}

interface Judging {
  /** Authorities whose responders are asked, and those that are approved. */
  readonly sources?: readonly Identity[];
  readonly trusted?: readonly Identity[];
  readonly policy?: 'required' | 'soft';
  readonly now?: () => number;
  readonly report?: (loss: unknown) => void;
}

/** Certificates that count, and responders that say `said`, of the certificate with the serial number that was asked about; of any other they give no answer. */
export function judgedBy(said: () => readonly Said[], { sources = [authority], trusted = [authority], policy = 'required', now = () => NOW, report = () => {} }: Judging = {}): SigningCertificates {
  const revocation = new Revocation({
    policy,
    maxAge: 3_600_000,
    clock: { now, monotonic: now },
    sources: sources.map((source) => ({ authority: derOf(source), ocsp: { url: 'http://ocsp.invalid', responders: [] } })),
    get: () => Promise.reject(new CausewayError('service-unreachable', 'no list here')),
    post: async (_url, _type, request) => {
      const answer = said().find(({ certificate }) => Buffer.from(request).includes(Buffer.from(new X509Certificate(certificate).serialNumber, 'hex')));
      if (answer === undefined) throw new CausewayError('service-unreachable', 'the responder is down');
      return { status: 200, contentType: 'application/ocsp-response', body: answerOcsp({ certificate: answer.certificate, authority: answer.by, status: answer.status, now: now() }) };
    },
    report,
  });
  return { trust: { authorities: trusted.map(derOf) }, ocspHeader: OCSP_HEADER, revocation: (path, answer) => revocation.check(path, answer) };
}

/** What the authority's responder answers of the portal, as a signer sends it along. */
export function stapled(answering: Partial<OcspAnswering> = {}): Readonly<Record<string, string>> {
  return { [OCSP_HEADER]: Buffer.from(answerOcsp({ certificate: portal.certificate, authority, status: 'good', now: NOW, ...answering })).toString('base64') };
}

export function proveCertified(form: Form, message: HttpMessage, certificates: SigningCertificates = approved) {
  return prove(message, signedBy(form, { certificates }), certifiedSettings());
}

export interface CertificateAttack {
  readonly code: ErrorCode;
  readonly forms?: readonly Form[];
  /** Made anew for each message: the forged one, or its control. */
  readonly certificates?: (forged: boolean) => SigningCertificates;
  control?(form: Form): HttpMessage | Promise<HttpMessage>;
  forge(form: Form): HttpMessage | Promise<HttpMessage>;
}

/** One attack on questions that are proven by a certificate, in both forms: what it was made from is taken, what it makes is refused. */
export function refusesCertificate(title: string, { code, forms = FORMS, certificates = () => approved, control, forge }: CertificateAttack): void {
  for (const form of forms) {
    test(`control: ${title}, ${form}: what it was made from is taken`, async () => void (await proveCertified(form, await (control?.(form) ?? signedQuestion(form)), certificates(false))));
    test(`${title}, ${form}: is refused`, async () => refuses(async () => proveCertified(form, await forge(form), certificates(true)), code));
  }
}
