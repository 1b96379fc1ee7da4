/**
 * A XAdES baseline B signature (ETSI EN 319 132-1) of an organisation over files of a container, in one spelling: written in exclusive canonical form as it stands, so that who has the
 * files, the certificate, the time and the value can write it again and compare. Standard tools verify it where the files lie (`xmlsec1 --verify`).
 */
import { hash, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { DEFAULT_XML_LIMITS } from '../../platform/limits.ts';
import { CausewayError } from '../../errors.ts';
import { parseCertificate } from '../certificates.ts';
import type { Certificate } from '../certificates.ts';
import { EXCLUSIVE_C14N, hashOf, methodFor } from './algorithms.ts';
import { DS, invalid } from './names.ts';
import { proveXades, readXades } from './xades.ts';

/** A file by its name in the container, which needs no escape. */
export interface SealedFile {
  readonly name: string;
  readonly type: string;
  readonly bytes: Uint8Array;
}

export interface SealKey {
  readonly key: KeyObject;
  /** DER. */
  readonly certificate: Uint8Array;
}

/** A seal that verified; whether its certificate is to be believed is not judged here. */
export interface Seal {
  readonly certificate: Certificate;
  /** UTC milliseconds, as the organisation's machine said it. */
  readonly time: number;
}

const XADES = 'http://uri.etsi.org/01903/v1.3.2#';
const SHA256 = 'http://www.w3.org/2001/04/xmlenc#sha256';
const PROPERTIES = 'http://uri.etsi.org/01903#SignedProperties';

/** Throws `config-invalid` for a key that signs no seal, or that is not the certificate's. `now`: UTC milliseconds. */
export function makeSeal(files: readonly SealedFile[], { key, certificate: der }: SealKey, now: number): Buffer {
  const certificate = parseCertificate(der);
  if (!certificate.x509.checkPrivateKey(key)) throw new CausewayError('config-invalid', 'the certificate of the seal is not that of its key');
  const method = methodFor(key);
  return render(files, certificate, new Date(now).toISOString(), (signedInfo) => sign(hashOf(method), Buffer.from(signedInfo), { key, dsaEncoding: 'ieee-p1363' }));
}

/** Throws `signature-invalid`, `signature-weak` and `malformed` for whatever is not the seal over exactly these files, to the byte. */
export function checkSeal(bytes: Uint8Array, files: readonly SealedFile[]): Seal {
  const signature = readXades(bytes, DEFAULT_XML_LIMITS);
  const byName = new Map(files.map(({ name, bytes: content }) => [name, content]));
  proveXades(signature, (uri) => byName.get(uri));
  const { certificate, value, signingTime = '' } = signature;
  if (!render(files, certificate, signingTime, () => value).equals(bytes)) throw invalid('it is over other files, or written in another way');
  return { certificate, time: Date.parse(signingTime) };
}

function render(files: readonly SealedFile[], certificate: Certificate, signingTime: string, valueOf: (signedInfo: string) => Uint8Array): Buffer {
  const properties = renderProperties(files, certificate, signingTime);
  const signedInfo = renderSignedInfo(files, methodFor(certificate.publicKey), properties);
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<asic:XAdESSignatures xmlns:asic="http://uri.etsi.org/02918/v1.2.1#"><ds:Signature xmlns:ds="${DS}" Id="seal">${signedInfo}`,
    `<ds:SignatureValue>${base64(valueOf(signedInfo))}</ds:SignatureValue>`,
    `<ds:KeyInfo><ds:X509Data><ds:X509Certificate>${base64(certificate.x509.raw)}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>`,
    `<ds:Object><xades:QualifyingProperties xmlns:xades="${XADES}" Target="#seal">${properties}</xades:QualifyingProperties></ds:Object></ds:Signature></asic:XAdESSignatures>`,
  ];
  return Buffer.from(`${lines.join('\n')}\n`);
}

function renderSignedInfo(files: readonly SealedFile[], method: string, properties: string): string {
  const own = `<ds:Reference Type="${PROPERTIES}" URI="#seal-properties"><ds:Transforms><ds:Transform Algorithm="${EXCLUSIVE_C14N}"></ds:Transform></ds:Transforms>${renderDigest(properties)}</ds:Reference>`;
  const parts = files.map(({ name, bytes }, at) => `<ds:Reference Id="file-${at}" URI="${name}">${renderDigest(bytes)}</ds:Reference>`);
  const methods = `<ds:CanonicalizationMethod Algorithm="${EXCLUSIVE_C14N}"></ds:CanonicalizationMethod>\n<ds:SignatureMethod Algorithm="${method}"></ds:SignatureMethod>`;
  return `<ds:SignedInfo xmlns:ds="${DS}">${[methods, ...parts, own].join('\n')}</ds:SignedInfo>`;
}

/** In its canonical form, which names a prefix where it is first used. */
function renderProperties(files: readonly SealedFile[], { x509 }: Certificate, signingTime: string): string {
  const digest = renderDigest(x509.raw).replaceAll(/<ds:(\w+)/g, `<ds:$1 xmlns:ds="${DS}"`);
  const certificate = `<xades:SigningCertificateV2><xades:Cert><xades:CertDigest>${digest}</xades:CertDigest></xades:Cert></xades:SigningCertificateV2>`;
  const formats = files.map(({ type }, at) => `<xades:DataObjectFormat ObjectReference="#file-${at}"><xades:MimeType>${type}</xades:MimeType></xades:DataObjectFormat>`);
  const settings = `<xades:SignedSignatureProperties><xades:SigningTime>${signingTime}</xades:SigningTime>${certificate}</xades:SignedSignatureProperties>`;
  return `<xades:SignedProperties xmlns:xades="${XADES}" Id="seal-properties">${settings}\n<xades:SignedDataObjectProperties>${formats.join('\n')}</xades:SignedDataObjectProperties></xades:SignedProperties>`;
}

function renderDigest(bytes: string | Uint8Array): string {
  return `<ds:DigestMethod Algorithm="${SHA256}"></ds:DigestMethod><ds:DigestValue>${hash('sha256', bytes, 'base64')}</ds:DigestValue>`;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
