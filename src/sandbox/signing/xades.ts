/** META-INF/signatures.xml as a security server writes it: X-Road's profile of XAdES (inclusive canonical XML, root asic:XAdESSignatures), with an OCSP answer. The time-stamp is the batch's, beside it. */
import { X509Certificate, createPrivateKey, hash, sign } from 'node:crypto';
import type { Identity } from '../../crypto/pki.ts';
import { DEFAULT_XML_LIMITS } from '../../platform/limits.ts';
import type { XmlElement } from '../../stages.ts';
import { withDocument } from '../../xml/document.ts';
import { elements } from '../../xml/element.ts';

export interface Signing {
  readonly signer: Identity;
  /** By the URI under which each part is signed. */
  readonly parts: ReadonlyMap<string, Uint8Array>;
  /** UTC milliseconds. */
  readonly now: number;
  /** DER of the OCSP answer about the signer. */
  readonly ocsp: Uint8Array;
}

const SHA512 = 'http://www.w3.org/2001/04/xmlenc#sha512';
const METHODS: Readonly<Record<string, string>> = { rsa: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512', ec: 'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512' };

export function signXades({ signer, parts, now, ocsp }: Signing): Uint8Array {
  const key = createPrivateKey(signer.key);
  const certificate = new X509Certificate(signer.certificate).raw;
  const fixed = { method: METHODS[key.asymmetricKeyType ?? ''] ?? '', certificate, parts, now };
  const properties = digest(canonical(compose({ ...fixed, properties: '' }), 'SignedProperties'));
  const value = sign('sha512', canonical(compose({ ...fixed, properties }), 'SignedInfo'), { key, dsaEncoding: 'ieee-p1363' });
  return Buffer.from(compose({ ...fixed, properties, value, ocsp }));
}

interface Content {
  readonly method: string;
  readonly certificate: Uint8Array;
  readonly parts: ReadonlyMap<string, Uint8Array>;
  readonly now: number;
  readonly properties: string;
  readonly value?: Uint8Array;
  readonly ocsp?: Uint8Array;
}

function compose({ method, certificate, parts, now, properties, value, ocsp }: Content): string {
  const references = [...parts].map(([uri, bytes], at) => reference(`Id="signature-reference-${at}" URI="${uri}"`, digest(bytes)));
  const own = reference('Type="http://uri.etsi.org/01903#SignedProperties" URI="#signed-properties"', properties);
  const signedInfo = `<ds:SignedInfo><ds:CanonicalizationMethod Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315"/><ds:SignatureMethod Algorithm="${method}"/>${references.join('\n')}${own}</ds:SignedInfo>`;
  const settings = `<xades:SigningTime>${new Date(now).toISOString()}</xades:SigningTime><xades:SigningCertificateV2><xades:Cert><xades:CertDigest>${digested(digest(certificate))}</xades:CertDigest></xades:Cert></xades:SigningCertificateV2>`;
  const signed = `<xades:SignedProperties Id="signed-properties"><xades:SignedSignatureProperties>${settings}</xades:SignedSignatureProperties></xades:SignedProperties>`;
  const revocation = `<xades:RevocationValues><xades:OCSPValues><xades:EncapsulatedOCSPValue>${base64(ocsp)}</xades:EncapsulatedOCSPValue></xades:OCSPValues></xades:RevocationValues>`;
  const unsigned = `<xades:UnsignedProperties><xades:UnsignedSignatureProperties>${revocation}</xades:UnsignedSignatureProperties></xades:UnsignedProperties>`;
  const object = `<ds:Object><xades:QualifyingProperties Target="#signature">${signed}${unsigned}</xades:QualifyingProperties></ds:Object>`;
  const keyInfo = `<ds:KeyInfo><ds:X509Data><ds:X509Certificate>${base64(certificate)}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>`;
  const signature = `<ds:Signature Id="signature">${signedInfo}<ds:SignatureValue Id="signature-value">${base64(value)}</ds:SignatureValue>${keyInfo}${object}</ds:Signature>`;
  return `<?xml version="1.0" encoding="UTF-8" standalone="no"?><asic:XAdESSignatures xmlns:asic="http://uri.etsi.org/02918/v1.2.1#" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" xmlns:xades="http://uri.etsi.org/01903/v1.3.2#">${signature}</asic:XAdESSignatures>`;
}

function reference(attributes: string, value: string): string {
  return `<ds:Reference ${attributes}>${digested(value)}</ds:Reference>`;
}

function digested(value: string): string {
  return `<ds:DigestMethod Algorithm="${SHA512}"/><ds:DigestValue>${value}</ds:DigestValue>`;
}

/** Inclusive canonical form, with what the element inherits. */
function canonical(xml: string, name: string): Uint8Array {
  return withDocument(Buffer.from(xml), DEFAULT_XML_LIMITS, (document) => document.canonicalize([{ element: find(document.root, name), inclusive: [], mode: 'inclusive' }])[0]!);
}

function find(element: XmlElement, name: string): XmlElement {
  const found = descendants(element).find((one) => one.name === name);
  if (found === undefined) throw new Error(`sandbox: no ${name}`);
  return found;
}

function descendants(element: XmlElement): XmlElement[] {
  return [element, ...elements(element).flatMap(descendants)];
}

function digest(bytes: Uint8Array): string {
  return hash('sha512', bytes, 'base64');
}

function base64(bytes: Uint8Array | undefined): string {
  return Buffer.from(bytes ?? new Uint8Array()).toString('base64');
}
