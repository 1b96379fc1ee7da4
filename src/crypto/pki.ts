/** Making authorities and certificates: for setting up gateways, for the sandbox countries and for tests. Nothing here judges one, and a gateway loads it only to change its own TLS key. */
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import {
  AlgorithmIdentifier,
  AttributeTypeAndValue,
  AttributeValue,
  AuthorityKeyIdentifier,
  BasicConstraints,
  Certificate,
  ExtendedKeyUsage,
  Extension,
  Extensions,
  GeneralName,
  id_ce_authorityKeyIdentifier,
  id_ce_basicConstraints,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_subjectAltName,
  id_ce_subjectKeyIdentifier,
  id_kp_clientAuth,
  id_kp_serverAuth,
  id_kp_timeStamping,
  KeyIdentifier,
  KeyUsage,
  KeyUsageFlags,
  Name,
  RelativeDistinguishedName,
  SubjectAlternativeName,
  SubjectKeyIdentifier,
  SubjectPublicKeyInfo,
  TBSCertificate,
  Validity as CertificateValidity,
  Version,
} from '@peculiar/asn1-x509';
import type { KeyObject } from 'node:crypto';
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, sign, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';

export type KeyAlgorithm = 'RSA-2048' | 'P-256';

/** Private key (PKCS#8) and certificate, both PEM. */
export interface Identity {
  readonly key: string;
  readonly certificate: string;
}

/** Attributes in the order in which the name holds them. */
export type Subject = readonly (readonly [attribute: keyof typeof ATTRIBUTES, value: string])[];

export interface Validity {
  /** UTC milliseconds; seconds are kept. */
  readonly notBefore: number;
  readonly notAfter: number;
}

export interface AuthorityRequest extends Validity {
  readonly subject: Subject;
  readonly algorithm: KeyAlgorithm;
  /** How many authorities may follow below; absent: any number. */
  readonly pathLength?: number;
  /** PEM: one that has a certificate already; absent: a new one. */
  readonly key?: string;
}

/** `signing`: a member's XML signatures. `time-stamping`: tokens of RFC 3161. `tls`: both sides of mutual TLS, with DNS names and IP addresses. */
export type CertificateUse = { readonly use: 'signing' | 'time-stamping' } | { readonly use: 'tls'; readonly names: readonly string[] };

export type CertificateRequest = Validity & CertificateUse & { readonly subject: Subject };

const ATTRIBUTES = { C: '2.5.4.6', O: '2.5.4.10', OU: '2.5.4.11', CN: '2.5.4.3', serialNumber: '2.5.4.5', organizationIdentifier: '2.5.4.97', GN: '2.5.4.42', SN: '2.5.4.4' } as const;
/** Attributes that X.520 defines as PrintableString. */
const PRINTABLE: ReadonlySet<string> = new Set(['C', 'serialNumber']);

/** With SHA-256, by type of the signing key; RSA has NULL parameters, ECDSA none. Source: RFC 4055, section 5; RFC 5758, section 3.2. */
const SIGNATURES: Readonly<Record<string, AlgorithmIdentifier>> = {
  rsa: new AlgorithmIdentifier({ algorithm: '1.2.840.113549.1.1.11', parameters: null }),
  ec: new AlgorithmIdentifier({ algorithm: '1.2.840.10045.4.3.2' }),
};

/** A root authority, or one below `parent`. */
export function createAuthority(request: AuthorityRequest, parent?: Identity): Identity {
  const privateKey = request.key === undefined ? generate(request.algorithm).privateKey : createPrivateKey(request.key);
  const publicKey = createPublicKey(privateKey);
  const constraints = new BasicConstraints({ cA: true, ...(request.pathLength === undefined ? {} : { pathLenConstraint: request.pathLength }) });
  const extensions = [extension(id_ce_basicConstraints, true, constraints), keyUsage(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign)];
  const issuer = parent === undefined ? { name: nameOf(request.subject), key: privateKey, keyId: keyId(keyInfo(publicKey)) } : issuerOf(parent);
  return { key: exportKey(privateKey), certificate: write(request, publicKey, issuer, extensions) };
}

/** A new key with its certificate under `authority`. */
export function issue(authority: Identity, request: CertificateRequest & { readonly algorithm: KeyAlgorithm }): Identity {
  const pair = generate(request.algorithm);
  return { key: exportKey(pair.privateKey), certificate: certify(authority, request, pair.publicKey) };
}

/** A certificate (PEM) under `authority` for a key that is kept elsewhere. */
export function certify(authority: Identity, request: CertificateRequest, publicKey: KeyObject): string {
  const purpose = request.use === 'tls' ? tlsExtensions(request.names) : request.use === 'signing' ? [keyUsage(KeyUsageFlags.nonRepudiation)] : TIME_STAMPING;
  return write(request, publicKey, issuerOf(authority), [extension(id_ce_basicConstraints, true, new BasicConstraints()), ...purpose]);
}

/** Subject of a member's signing certificate, in the profile that certificates.ts reads back. */
export function memberSubject(member: { readonly instance: string; readonly memberClass: string; readonly memberCode: string }, details: { readonly country: string; readonly name: string; readonly serverCode: string }): Subject {
  return [['C', details.country], ['O', details.name], ['CN', member.memberCode], ['serialNumber', `${member.instance}/${details.serverCode}/${member.memberClass}`]];
}

interface Issuer {
  readonly name: Name;
  readonly key: KeyObject;
  readonly keyId: Uint8Array;
}

/** An authority issues many certificates, and reading its own takes as long as writing one. */
const issuers = new WeakMap<Identity, Issuer>();

function issuerOf(authority: Identity): Issuer {
  const known = issuers.get(authority);
  if (known !== undefined) return known;
  const { tbsCertificate } = AsnConvert.parse(new X509Certificate(authority.certificate).raw, Certificate);
  const issuer = { name: tbsCertificate.subject, key: createPrivateKey(authority.key), keyId: keyId(tbsCertificate.subjectPublicKeyInfo) };
  issuers.set(authority, issuer);
  return issuer;
}

/** Source: RFC 5280, section 4.1. */
function write(request: Validity & { readonly subject: Subject }, publicKey: KeyObject, issuer: Issuer, extensions: readonly Extension[]): string {
  const signatureAlgorithm = SIGNATURES[issuer.key.asymmetricKeyType ?? ''];
  if (signatureAlgorithm === undefined) throw new RangeError('an authority has an RSA or an elliptic curve key');
  const subjectPublicKeyInfo = keyInfo(publicKey);
  const tbsCertificate = new TBSCertificate({
    version: Version.v3,
    serialNumber: serialNumber(),
    signature: signatureAlgorithm,
    issuer: issuer.name,
    validity: new CertificateValidity({ notBefore: new Date(request.notBefore), notAfter: new Date(request.notAfter) }),
    subject: nameOf(request.subject),
    subjectPublicKeyInfo,
    extensions: new Extensions([
      ...extensions,
      extension(id_ce_subjectKeyIdentifier, false, new SubjectKeyIdentifier(keyId(subjectPublicKeyInfo))),
      extension(id_ce_authorityKeyIdentifier, false, new AuthorityKeyIdentifier({ keyIdentifier: new KeyIdentifier(issuer.keyId) })),
    ]),
  });
  const signatureValue = arrayBuffer(sign('sha256', Buffer.from(AsnConvert.serialize(tbsCertificate)), issuer.key));
  const certificate = AsnConvert.serialize(new Certificate({ tbsCertificate, signatureAlgorithm, signatureValue }));
  return new X509Certificate(Buffer.from(certificate)).toString();
}

/** Positive, and as long as it looks: the first bits are 01. */
function serialNumber(): ArrayBuffer {
  const bytes = randomBytes(16);
  bytes[0] = (bytes[0]! & 0x7f) | 0x40;
  return arrayBuffer(bytes);
}

function nameOf(subject: Subject): Name {
  return new Name(subject.map(([attribute, value]) => new RelativeDistinguishedName([new AttributeTypeAndValue({ type: ATTRIBUTES[attribute], value: new AttributeValue(PRINTABLE.has(attribute) ? { printableString: value } : { utf8String: value }) })])));
}

function tlsExtensions(names: readonly string[]): Extension[] {
  return [
    keyUsage(KeyUsageFlags.digitalSignature | KeyUsageFlags.keyEncipherment),
    extension(id_ce_extKeyUsage, false, new ExtendedKeyUsage([id_kp_serverAuth, id_kp_clientAuth])),
    extension(id_ce_subjectAltName, false, new SubjectAlternativeName(names.map((name) => new GeneralName(isIP(name) === 0 ? { dNSName: name } : { iPAddress: name })))),
  ];
}

/** This purpose alone, and critical: RFC 3161, section 2.3. */
const TIME_STAMPING = [keyUsage(KeyUsageFlags.digitalSignature), extension(id_ce_extKeyUsage, true, new ExtendedKeyUsage([id_kp_timeStamping]))];

function keyUsage(flags: number): Extension {
  return extension(id_ce_keyUsage, true, new KeyUsage(flags));
}

function extension(extnID: string, critical: boolean, value: object): Extension {
  return new Extension({ extnID, critical, extnValue: new OctetString(AsnConvert.serialize(value)) });
}

function keyInfo(publicKey: KeyObject): SubjectPublicKeyInfo {
  return AsnConvert.parse(publicKey.export({ type: 'spki', format: 'der' }), SubjectPublicKeyInfo);
}

/** Source: RFC 7093, section 2, method 1. */
function keyId({ subjectPublicKey }: SubjectPublicKeyInfo): Uint8Array {
  return createHash('sha256').update(Buffer.from(subjectPublicKey)).digest().subarray(0, 20);
}

function generate(algorithm: KeyAlgorithm): { publicKey: KeyObject; privateKey: KeyObject } {
  return algorithm === 'P-256' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('rsa', { modulusLength: 2048 });
}

function exportKey(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' });
}

/** A buffer of its own: small Buffers are views into a shared pool. */
function arrayBuffer(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}
