/**
 * XAdES signatures as X-Road's security servers make them over the parts of a container: the profile for high-performance digital signatures
 * (inclusive canonical XML, a root asic:XAdESSignatures), and the bare ds:Signature with exclusive canonical XML of newer ones.
 * Reading and judging are two steps: the time at which a signature is judged stands in what is read.
 */
import { hash, verify } from 'node:crypto';
import { CausewayError } from '../../errors.ts';
import type { XmlLimits } from '../../platform/limits.ts';
import type { XmlElement } from '../../stages.ts';
import { withDocument } from '../../xml/document.ts';
import type { CanonicalPart } from '../../xml/document.ts';
import { attribute, child, children, elements, text } from '../../xml/element.ts';
import { parseCertificate } from '../certificates.ts';
import type { Certificate } from '../certificates.ts';

/** What a signature says of one part, by the URI that it names. */
export interface XadesReference {
  readonly uri: string;
  readonly digest: string;
  readonly value: Uint8Array;
}

/** A signature that was read; nothing of it is proven. */
export interface XadesSignature {
  /** Canonical bytes of ds:SignedInfo, and of the signed properties that it refers to. */
  readonly signedInfo: Uint8Array;
  readonly signedProperties: Uint8Array;
  readonly method: string;
  readonly value: Uint8Array;
  readonly certificate: Certificate;
  /** DER of authorities that the signature brings. */
  readonly authorities: readonly Uint8Array[];
  readonly parts: readonly XadesReference[];
  readonly properties: Omit<XadesReference, 'uri'>;
  /** Digest of the signer's certificate among the signed properties. */
  readonly signer: Omit<XadesReference, 'uri'>;
  /** As the signer's machine said it. */
  readonly signingTime: string | undefined;
  /** DER. */
  readonly ocspResponses: readonly Uint8Array[];
  /** DER of the token over `value`, where the signature carries one. */
  readonly timestamp: Uint8Array | undefined;
}

const DS = 'http://www.w3.org/2000/09/xmldsig#';
const ASIC = 'http://uri.etsi.org/02918/v1.2.1#';
const XADES = 'http://uri.etsi.org/01903/v1.3.2#';
const SIGNED_PROPERTIES = 'http://uri.etsi.org/01903#SignedProperties';

const CANONICAL: Readonly<Record<string, 'inclusive' | 'exclusive'>> = {
  'http://www.w3.org/TR/2001/REC-xml-c14n-20010315': 'inclusive',
  'http://www.w3.org/2001/10/xml-exc-c14n#': 'exclusive',
};
/** Source: RFC 6931, section 2.1; XML-ENC. */
const DIGESTS: Readonly<Record<string, string>> = {
  'http://www.w3.org/2001/04/xmlenc#sha256': 'sha256',
  'http://www.w3.org/2001/04/xmldsig-more#sha384': 'sha384',
  'http://www.w3.org/2001/04/xmlenc#sha512': 'sha512',
};
/** Source: RFC 6931, sections 2.3.2 to 2.3.6. */
const METHODS: Readonly<Record<string, { readonly digest: string; readonly key: 'rsa' | 'ec' }>> = {
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256': { digest: 'sha256', key: 'rsa' },
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha384': { digest: 'sha384', key: 'rsa' },
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512': { digest: 'sha512', key: 'rsa' },
  'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256': { digest: 'sha256', key: 'ec' },
  'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384': { digest: 'sha384', key: 'ec' },
  'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512': { digest: 'sha512', key: 'ec' },
};

/** Name of a SHA-2 digest by its URI. Throws `signature-weak` for any other. */
export function digestByUri(uri: string | undefined): string {
  return look(DIGESTS, uri, 'digest');
}

/** Digest and kind of key of a signature method by its URI. Throws `signature-weak` for any other. */
export function methodByUri(uri: string | undefined): { readonly digest: string; readonly key: 'rsa' | 'ec' } {
  return look(METHODS, uri, 'signature method');
}

/**
 * Reads the one signature of `bytes`. Throws `malformed` (facts.platformCode `malformed_signature`) for a structure outside the profile,
 * where it could mean two things, and `signature-weak` for another algorithm.
 */
export function readXades(bytes: Uint8Array, limits: XmlLimits): XadesSignature {
  return withDocument(bytes, limits, (document) => {
    const signature = onlySignature(document.root);
    refuseSharedIds(document.root);
    if (document.commented.size > 0) throw malformed('a comment in the signature');
    const [signedInfo, signatureValue, keyInfo, object] = exactly(signature, ['SignedInfo', 'SignatureValue', 'KeyInfo', 'Object']);
    const [canonicalization, method, ...references] = elements(signedInfo!);
    const properties = one(one(object!, XADES, 'QualifyingProperties'), XADES, 'SignedProperties');
    const [own, ...others] = references.filter((reference) => attribute(reference, '', 'Type') === SIGNED_PROPERTIES);
    if (own === undefined || others.length > 0 || attribute(own, '', 'URI') !== `#${attribute(properties, '', 'Id')}`) throw malformed('not exactly one reference to the signed properties');
    const parts = references.filter((reference) => reference !== own).map(readPart);
    if (new Set(parts.map(({ uri }) => uri)).size !== parts.length) throw malformed('two references to one part');
    const [infoBytes, propertiesBytes] = document.canonicalize([canonicalPart(signedInfo!, canonicalization), { ...canonicalPart(properties, onlyTransform(own)) }]);
    const settings = one(properties, XADES, 'SignedSignatureProperties');
    const unsigned = child(child(child(object!, XADES, 'QualifyingProperties')!, XADES, 'UnsignedProperties') ?? properties, XADES, 'UnsignedSignatureProperties');
    const tokens = unsigned === undefined ? [] : children(unsigned, XADES, 'SignatureTimeStamp');
    if (tokens.length > 1) throw malformed('more than one time-stamp');
    return {
      signedInfo: infoBytes!,
      signedProperties: propertiesBytes!,
      method: attribute(method!, '', 'Algorithm') ?? '',
      value: base64(signatureValue!),
      certificate: parseCertificate(base64(one(one(keyInfo!, DS, 'X509Data'), DS, 'X509Certificate'))),
      authorities: deep(unsigned, ['CertificateValues', 'EncapsulatedX509Certificate']),
      parts,
      properties: digestOf(own),
      signer: readSigner(settings),
      signingTime: signingTime(settings),
      ocspResponses: deep(unsigned, ['RevocationValues', 'OCSPValues', 'EncapsulatedOCSPValue']),
      timestamp: tokens[0] === undefined ? undefined : base64(one(tokens[0], XADES, 'EncapsulatedTimeStamp')),
    };
  });
}

/**
 * Proves the signature: its value over SignedInfo with the key of its certificate, the signed properties, the certificate that they name, and
 * every part as `bytesOf` gives it. Throws `signature-invalid` (platformCode `invalid_signature_value`) and `signature-weak`. Whether the
 * certificate is to be believed is not judged here.
 */
export function proveXades(signature: XadesSignature, bytesOf: (uri: string) => Uint8Array | undefined): void {
  const { method, certificate, value, signedInfo } = signature;
  const { digest, key } = methodByUri(method);
  const { publicKey } = certificate;
  if (publicKey.asymmetricKeyType !== key) throw invalid('the key of the certificate is not of the kind that the signature names');
  if (!verify(digest, signedInfo, { key: publicKey, dsaEncoding: 'ieee-p1363' }, value)) throw invalid('SignatureValue does not verify');
  if (!matches(signature.properties, signature.signedProperties)) throw invalid('the signed properties were changed');
  if (!matches(signature.signer, certificate.x509.raw)) throw invalid('the signed properties name another certificate');
  for (const part of signature.parts) {
    const bytes = bytesOf(part.uri);
    if (bytes === undefined || !matches(part, bytes)) throw invalid(`${part.uri} is not what was signed`);
  }
}

function onlySignature(root: XmlElement): XmlElement {
  if (root.ns === DS && root.name === 'Signature') return root;
  if (root.ns !== ASIC || root.name !== 'XAdESSignatures') throw malformed('neither XAdESSignatures nor a Signature');
  const [signature, ...others] = elements(root);
  if (signature?.ns !== DS || signature.name !== 'Signature' || others.length > 0) throw malformed('not exactly one Signature');
  return signature;
}

function refuseSharedIds(root: XmlElement): void {
  const seen = new Set<string>();
  const visit = (element: XmlElement): void => {
    for (const { name, value } of element.attributes) {
      if (name !== 'Id' && name !== 'ID' && name !== 'id') continue;
      if (seen.has(value)) throw malformed('an id that stands twice');
      seen.add(value);
    }
    for (const node of elements(element)) visit(node);
  };
  visit(root);
}

/** Parts of the container are digested as they are: no transform. */
function readPart(reference: XmlElement): XadesReference {
  const uri = attribute(reference, '', 'URI');
  if (reference.ns !== DS || reference.name !== 'Reference' || uri === undefined || uri.startsWith('#') || child(reference, DS, 'Transforms') !== undefined) throw malformed('a reference to something other than a part');
  return { uri, ...digestOf(reference) };
}

function digestOf(holder: XmlElement): Omit<XadesReference, 'uri'> {
  return { digest: digestByUri(attribute(one(holder, DS, 'DigestMethod'), '', 'Algorithm')), value: base64(one(holder, DS, 'DigestValue')) };
}

/** Without a transform a node set is digested in inclusive canonical form (XML-DSIG 1.1, section 4.4.3.2). */
function onlyTransform(reference: XmlElement): XmlElement | undefined {
  const transforms = child(reference, DS, 'Transforms');
  return transforms === undefined ? undefined : exactly(transforms, ['Transform'])[0];
}

function canonicalPart(element: XmlElement, method: XmlElement | undefined): CanonicalPart {
  if (method === undefined) return { element, inclusive: [], mode: 'inclusive' };
  if (elements(method).length > 0) throw malformed('a parameter of canonicalisation');
  return { element, inclusive: [], mode: look(CANONICAL, attribute(method, '', 'Algorithm'), 'canonicalisation') };
}

/** XAdES 1.3.2 SigningCertificate, or SigningCertificateV2 of EN 319 132-1: the first certificate is the signer's. */
function readSigner(settings: XmlElement): Omit<XadesReference, 'uri'> {
  const holder = child(settings, XADES, 'SigningCertificateV2') ?? one(settings, XADES, 'SigningCertificate');
  const [cert] = children(holder, XADES, 'Cert');
  if (cert === undefined) throw malformed('no Cert in SigningCertificate');
  return digestOf(one(cert, XADES, 'CertDigest'));
}

function signingTime(settings: XmlElement): string | undefined {
  const time = child(settings, XADES, 'SigningTime');
  return time === undefined ? undefined : text(time).trim();
}

/** Decoded texts of the elements at the end of a way of names. */
function deep(from: XmlElement | undefined, [name, ...rest]: readonly string[]): Uint8Array[] {
  const found = from === undefined ? [] : children(from, XADES, name!);
  return rest.length === 0 ? found.map(base64) : found.flatMap((element) => deep(element, rest));
}

function one(parent: XmlElement, ns: string, name: string): XmlElement {
  const [found, ...others] = children(parent, ns, name);
  if (found === undefined || others.length > 0) throw malformed(`not exactly one ${name} in ${parent.name}`);
  return found;
}

function exactly(parent: XmlElement, names: readonly string[]): XmlElement[] {
  const found = elements(parent);
  if (found.length !== names.length || !names.every((name, at) => found[at]!.ns === DS && found[at]!.name === name)) throw malformed(`unexpected children of ${parent.name}`);
  return found;
}

/** X-Road breaks base64 into lines with carriage returns. */
function base64(element: XmlElement): Buffer {
  const compact = text(element).replace(/[ \t\r\n]+/g, '');
  const bytes = Buffer.from(compact, 'base64');
  if (elements(element).length > 0 || bytes.length === 0 || bytes.toString('base64') !== compact) throw malformed(`${element.name} is not base64`);
  return bytes;
}

function matches({ digest, value }: Omit<XadesReference, 'uri'>, bytes: Uint8Array): boolean {
  return hash(digest, bytes, 'buffer').equals(value);
}

function look<T>(table: Readonly<Record<string, T>>, uri: string | undefined, what: string): T {
  const found = uri !== undefined && Object.hasOwn(table, uri) ? table[uri] : undefined;
  if (found === undefined) throw new CausewayError('signature-weak', `${what} that is not accepted`, { facts: { platformCode: 'malformed_signature' } });
  return found;
}

function malformed(message: string): CausewayError {
  return new CausewayError('malformed', `signature: ${message}`, { facts: { platformCode: 'malformed_signature' } });
}

function invalid(message: string): CausewayError {
  return new CausewayError('signature-invalid', message, { facts: { platformCode: 'invalid_signature_value' } });
}
