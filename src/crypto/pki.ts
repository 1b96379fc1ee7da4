/** Making authorities and certificates: for setting up gateways, for the sandbox countries and for tests. Nothing here judges one. */
import type { KeyObject } from 'node:crypto';
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, sign, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { bitString, der, integer, oid, readChildren, readDer, sequence, TAG, time } from './der.ts';

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
}

/** `signing`: a member's XML signatures. `tls`: both sides of mutual TLS, with DNS names and IP addresses. */
export type CertificateUse = { readonly use: 'signing' } | { readonly use: 'tls'; readonly names: readonly string[] };

export type CertificateRequest = Validity & CertificateUse & { readonly subject: Subject };

const ATTRIBUTES = { C: '2.5.4.6', O: '2.5.4.10', OU: '2.5.4.11', CN: '2.5.4.3', serialNumber: '2.5.4.5' } as const;
/** Attributes that X.520 defines as PrintableString. */
const PRINTABLE: ReadonlySet<string> = new Set(['C', 'serialNumber']);

const KEY_USAGE = { digitalSignature: 0, nonRepudiation: 1, keyEncipherment: 2, keyCertSign: 5, cRLSign: 6 } as const;

/** Signature algorithm identifiers by type of the signing key. Source: RFC 4055, section 5; RFC 5758, section 3.2. */
const SIGNATURES: Readonly<Record<string, Buffer>> = {
  rsa: sequence(oid('1.2.840.113549.1.1.11'), der(0x05)),
  ec: sequence(oid('1.2.840.10045.4.3.2')),
};

/** A root authority, or one below `parent`. */
export function createAuthority(request: AuthorityRequest, parent?: Identity): Identity {
  const pair = generate(request.algorithm);
  const limits = request.pathLength === undefined ? [] : [integer(Buffer.from([request.pathLength]))];
  const extensions = [
    extension('2.5.29.19', true, sequence(der(TAG.boolean, Buffer.from([0xff])), ...limits)),
    extension('2.5.29.15', true, keyUsage('keyCertSign', 'cRLSign')),
  ];
  const issuer = parent === undefined ? { name: writeName(request.subject), key: pair.privateKey } : issuerOf(parent);
  return { key: exportKey(pair.privateKey), certificate: write(request, pair.publicKey, issuer, extensions) };
}

/** A new key with its certificate under `authority`. */
export function issue(authority: Identity, request: CertificateRequest & { readonly algorithm: KeyAlgorithm }): Identity {
  const pair = generate(request.algorithm);
  return { key: exportKey(pair.privateKey), certificate: certify(authority, request, pair.publicKey) };
}

/** A certificate (PEM) under `authority` for a key that is kept elsewhere. */
export function certify(authority: Identity, request: CertificateRequest, publicKey: KeyObject): string {
  const purpose = request.use === 'tls' ? tlsExtensions(request.names) : [extension('2.5.29.15', true, keyUsage('nonRepudiation'))];
  return write(request, publicKey, issuerOf(authority), [extension('2.5.29.19', true, sequence()), ...purpose]);
}

/** Subject of a member's signing certificate, in the profile that certificates.ts reads back. */
export function memberSubject(member: { readonly instance: string; readonly memberClass: string; readonly memberCode: string }, details: { readonly country: string; readonly name: string; readonly serverCode: string }): Subject {
  return [['C', details.country], ['O', details.name], ['CN', member.memberCode], ['serialNumber', `${member.instance}/${details.serverCode}/${member.memberClass}`]];
}

interface Issuer {
  /** DER. */
  readonly name: Buffer;
  readonly key: KeyObject;
}

function issuerOf(authority: Identity): Issuer {
  const fields = readChildren(readChildren(readDer(new X509Certificate(authority.certificate).raw))[0]!);
  // TBSCertificate of version 3: version, serialNumber, signature, issuer, validity, subject.
  return { name: fields[5]!.bytes, key: createPrivateKey(authority.key) };
}

/** Source: RFC 5280, section 4.1. */
function write(request: Validity & { readonly subject: Subject }, publicKey: KeyObject, issuer: Issuer, extensions: readonly Buffer[]): string {
  const algorithm = SIGNATURES[issuer.key.asymmetricKeyType ?? ''];
  if (algorithm === undefined) throw new RangeError('an authority has an RSA or an elliptic curve key');
  const identifiers = [extension('2.5.29.14', false, der(TAG.octetString, keyId(publicKey))), extension('2.5.29.35', false, sequence(der(0x80, keyId(createPublicKey(issuer.key)))))];
  const body = sequence(
    der(0xa0, integer(Buffer.from([2]))),
    integer(randomBytes(16)),
    algorithm,
    issuer.name,
    sequence(time(request.notBefore), time(request.notAfter)),
    writeName(request.subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...extensions, ...identifiers)),
  );
  return toPem(sequence(body, algorithm, bitString(sign('sha256', body, issuer.key))));
}

function writeName(subject: Subject): Buffer {
  return sequence(...subject.map(([attribute, value]) => der(TAG.set, sequence(oid(ATTRIBUTES[attribute]), der(PRINTABLE.has(attribute) ? TAG.printable : TAG.utf8, Buffer.from(value, 'utf8'))))));
}

function tlsExtensions(names: readonly string[]): Buffer[] {
  return [
    extension('2.5.29.15', true, keyUsage('digitalSignature', 'keyEncipherment')),
    extension('2.5.29.37', false, sequence(oid('1.3.6.1.5.5.7.3.1'), oid('1.3.6.1.5.5.7.3.2'))),
    extension('2.5.29.17', false, sequence(...names.map((name) => (isIP(name) === 0 ? der(0x82, Buffer.from(name, 'ascii')) : der(0x87, ipBytes(name)))))),
  ];
}

function ipBytes(address: string): Buffer {
  if (isIP(address) === 4) return Buffer.from(address.split('.').map(Number));
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const groups = (text: string) => (text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16)));
  const [left, right] = [groups(head), groups(tail ?? '')];
  const all = [...left, ...new Array<number>(8 - left.length - right.length).fill(0), ...right];
  return Buffer.from(all.flatMap((group) => [group >> 8, group & 0xff]));
}

function extension(id: string, critical: boolean, value: Buffer): Buffer {
  return sequence(oid(id), ...(critical ? [der(TAG.boolean, Buffer.from([0xff]))] : []), der(TAG.octetString, value));
}

function keyUsage(...uses: readonly (keyof typeof KEY_USAGE)[]): Buffer {
  const bits = uses.reduce((sum, use) => sum | (0x80 >> KEY_USAGE[use]), 0);
  // DER of a named bit list leaves out trailing zero bits.
  return bitString(Buffer.from([bits]), 7 - Math.max(...uses.map((use) => KEY_USAGE[use])));
}

/** Source: RFC 7093, section 2, method 1. */
function keyId(publicKey: KeyObject): Buffer {
  const [, key] = readChildren(readDer(publicKey.export({ type: 'spki', format: 'der' })));
  return createHash('sha256').update(key!.content.subarray(1)).digest().subarray(0, 20);
}

function generate(algorithm: KeyAlgorithm): { publicKey: KeyObject; privateKey: KeyObject } {
  return algorithm === 'P-256' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('rsa', { modulusLength: 2048 });
}

function exportKey(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' });
}

function toPem(certificate: Buffer): string {
  return `-----BEGIN CERTIFICATE-----\n${certificate.toString('base64').replace(/.{64}(?=.)/g, '$&\n')}\n-----END CERTIFICATE-----\n`;
}
