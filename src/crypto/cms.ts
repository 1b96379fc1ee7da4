/**
 * CMS signed data with one signer (RFC 5652, section 5): what was signed, by which certificate. pkijs reads the structure; every check is
 * here, since the library's own verification takes a wrong content type, SHA-1, and a chain that the message brings.
 */
import { createPublicKey, hash, timingSafeEqual, verify, X509Certificate } from 'node:crypto';
import { OctetString, Sequence } from 'asn1js';
import type { BaseBlock } from 'asn1js';
import { Certificate, ContentInfo, IssuerAndSerialNumber, SignedData } from 'pkijs';
import type { SignerInfo } from 'pkijs';
import { CausewayError } from '../errors.ts';

/** What one signer signed. Whether the certificate is to be believed is not judged here. */
export interface SignedContent {
  /** Dotted content type. */
  readonly type: string;
  readonly content: Uint8Array;
  /** DER. */
  readonly signer: Uint8Array;
  /** DER of every certificate that the message brought, the signer's too. */
  readonly certificates: readonly Uint8Array[];
}

const DIGESTS: Readonly<Record<string, string>> = { '2.16.840.1.101.3.4.2.1': 'sha256', '2.16.840.1.101.3.4.2.2': 'sha384', '2.16.840.1.101.3.4.2.3': 'sha512' };

const RSA = '1.2.840.113549.1.1.1';
/** By signature algorithm: the digest that it names, and the kind of key. RSA alone leaves the digest to digestAlgorithm. */
const SIGNATURES: Readonly<Record<string, { readonly digest: string; readonly key: 'rsa' | 'ec' }>> = {
  '1.2.840.113549.1.1.11': { digest: 'sha256', key: 'rsa' },
  '1.2.840.113549.1.1.12': { digest: 'sha384', key: 'rsa' },
  '1.2.840.113549.1.1.13': { digest: 'sha512', key: 'rsa' },
  '1.2.840.10045.4.3.2': { digest: 'sha256', key: 'ec' },
  '1.2.840.10045.4.3.3': { digest: 'sha384', key: 'ec' },
  '1.2.840.10045.4.3.4': { digest: 'sha512', key: 'ec' },
};

const CONTENT_TYPE = '1.2.840.113549.1.9.3';
const MESSAGE_DIGEST = '1.2.840.113549.1.9.4';
const SIGNING_CERTIFICATE = '1.2.840.113549.1.9.16.2.12';
const SIGNING_CERTIFICATE_V2 = '1.2.840.113549.1.9.16.2.47';

/** Name of a SHA-2 digest by its dotted identifier. Throws `signature-weak` for any other. */
export function digestByOid(oid: string): string {
  const name = DIGESTS[oid];
  if (name === undefined) throw new CausewayError('signature-weak', `digest algorithm ${oid}`);
  return name;
}

/** Digest and kind of key of a signature algorithm by its dotted identifier. Throws `signature-weak` for any other. */
export function signatureByOid(oid: string): { readonly digest: string; readonly key: string } {
  const named = SIGNATURES[oid];
  if (named === undefined) throw new CausewayError('signature-weak', `signature algorithm ${oid}`);
  return named;
}

/**
 * Verifies DER or BER signed data. `detached`: the content, where the message does not hold it. The signed attributes must name the content
 * type, the digest and the signer's certificate (RFC 5035). Throws `malformed`, `signature-invalid`, `signature-weak`.
 */
export function verifySignedData(bytes: Uint8Array, detached?: Uint8Array): SignedContent {
  const data = readSignedData(bytes);
  const { eContentType: type, eContent } = data.encapContentInfo;
  if (eContent !== undefined && !(eContent instanceof OctetString)) throw new CausewayError('malformed', 'content that is no OCTET STRING');
  if (eContent !== undefined && detached !== undefined) throw invalid('content both inside and beside the signature');
  const content = eContent === undefined ? detached : new Uint8Array(eContent.getValue());
  if (content === undefined) throw invalid('no content');
  const [info, ...others] = data.signerInfos;
  if (info === undefined || others.length > 0) throw invalid('not exactly one signer');
  const certificates = certificatesOf(data);
  const signer = signerOf(info, certificates);
  const { digest, key } = algorithmOf(info);
  checkAttributes(info, type, hash(digest, content, 'buffer'), signer);
  const publicKey = createPublicKey(new X509Certificate(signer).publicKey.export({ type: 'spki', format: 'pem' }));
  if (publicKey.asymmetricKeyType !== key) throw invalid('the key of the certificate is not of the kind that the signature names');
  const signature = Buffer.from(info.signature.getValue());
  if (!verify(digest, Buffer.from(info.signedAttrs!.encodedValue), publicKey, signature)) throw invalid('the signature value does not verify');
  return { type, content, signer, certificates };
}

/** The structure, nothing of it verified. Throws `malformed`. */
export function readSignedData(bytes: Uint8Array): SignedData {
  try {
    const outer = ContentInfo.fromBER(bytes);
    if (outer.contentType !== ContentInfo.SIGNED_DATA) throw new RangeError('not signed data');
    return new SignedData({ schema: outer.content });
  } catch (cause) {
    throw new CausewayError('malformed', 'not CMS signed data', { cause });
  }
}

/** DER of the certificates that the message brings. */
export function certificatesOf({ certificates = [] }: SignedData): Uint8Array[] {
  return certificates.filter((one): one is Certificate => one instanceof Certificate).map((one) => new Uint8Array(one.toSchema().toBER()));
}

/** The one certificate that the signer names. Throws `signature-invalid`. Source: RFC 5652, section 5.3, SignerIdentifier. */
export function signerOf({ sid }: SignerInfo, certificates: readonly Uint8Array[]): Uint8Array {
  const named = certificates.filter((der) => {
    const certificate = Certificate.fromBER(der);
    if (sid instanceof IssuerAndSerialNumber) return certificate.issuer.isEqual(sid.issuer) && certificate.serialNumber.isEqual(sid.serialNumber);
    const keyId = certificate.extensions?.find(({ extnID }) => extnID === '2.5.29.14')?.parsedValue as OctetString | undefined;
    return keyId !== undefined && sameBytes(keyIdOf(sid as BaseBlock), keyId.getValue());
  });
  if (named.length !== 1) throw invalid('the signer names no certificate of the message, or more than one');
  return named[0]!;
}

/** subjectKeyIdentifier is an implicit [0]: primitive as DER wants it, or constructed. */
function keyIdOf(sid: BaseBlock): ArrayBuffer {
  const { valueBlock } = sid as unknown as { readonly valueBlock: { readonly value?: readonly OctetString[]; readonly valueHex?: ArrayBuffer } };
  return valueBlock.value?.[0]?.getValue() ?? valueBlock.valueHex ?? new ArrayBuffer(0);
}

function algorithmOf({ signatureAlgorithm, digestAlgorithm }: SignerInfo): { readonly digest: string; readonly key: string } {
  const digest = digestByOid(digestAlgorithm.algorithmId);
  const oid = signatureAlgorithm.algorithmId;
  const named = oid === RSA ? { digest, key: 'rsa' } : signatureByOid(oid);
  if (named.digest !== digest) throw invalid('digestAlgorithm and signatureAlgorithm name different digests');
  return named;
}

/** Source: RFC 5652, section 5.3 (signedAttrs), 11.1 and 11.2; RFC 5035, section 3. */
function checkAttributes({ signedAttrs }: SignerInfo, type: string, digest: Buffer, signer: Uint8Array): void {
  const attributes = new Map<string, BaseBlock>();
  for (const { type: name, values } of signedAttrs?.attributes ?? []) {
    if (attributes.has(name) || values.length !== 1) throw invalid('a signed attribute that stands twice, or has another number of values than one');
    attributes.set(name, values[0] as BaseBlock);
  }
  const contentType = attributes.get(CONTENT_TYPE) as { getValue?(): unknown } | undefined;
  if (contentType?.getValue?.() !== type) throw invalid('the signed content type is another');
  const messageDigest = attributes.get(MESSAGE_DIGEST);
  if (!(messageDigest instanceof OctetString) || !sameBytes(messageDigest.getValue(), digest)) throw invalid('the content is not the one that was signed');
  const second = attributes.get(SIGNING_CERTIFICATE_V2);
  const first = attributes.get(SIGNING_CERTIFICATE);
  // The digest of the first form is SHA-1: it tells certificates apart, and the signature over it is what holds.
  const named = second === undefined ? first !== undefined && sameBytes(certHash(first).value, hash('sha1', signer, 'buffer')) : sameBytes(certHash(second).value, hash(certHash(second).digest, signer, 'buffer'));
  if (!named) throw invalid('the signed attributes do not name the certificate');
}

/** Of the first ESSCertID or ESSCertIDv2, which is the signer's. The second form may say its digest, SHA-256 where it does not. */
function certHash(attribute: BaseBlock): { readonly value: ArrayBuffer; readonly digest: string } {
  const id = items(items(items(attribute)[0])[0]);
  const value = id.find((one) => one instanceof OctetString);
  if (value === undefined) throw invalid('a signing certificate attribute of unknown form');
  const [algorithm] = id[0] instanceof Sequence ? items(id[0]) : [];
  return { value: value.getValue(), digest: algorithm === undefined ? 'sha256' : digestByOid((algorithm as unknown as { getValue(): string }).getValue()) };
}

function items(block: BaseBlock | undefined): readonly BaseBlock[] {
  if (!(block instanceof Sequence)) throw invalid('a signed attribute of unknown form');
  return block.valueBlock.value;
}

function sameBytes(a: ArrayBuffer, b: ArrayBuffer | Uint8Array): boolean {
  const [one, other] = [Buffer.from(a), b instanceof Uint8Array ? b : Buffer.from(b)];
  return one.length === other.length && timingSafeEqual(one, other);
}

function invalid(message: string): CausewayError {
  return new CausewayError('signature-invalid', message);
}
