/**
 * CMS signed data in one spelling. A signature covers the content and the signed attributes; versions, sets of algorithms, further
 * certificates, unsigned attributes and lengths may be written in many ways. Written plainly there is one way, so that no byte is free.
 */
import { ObjectIdentifier } from 'asn1js';
import { Certificate } from 'pkijs';
import { CausewayError } from '../errors.ts';
import { certificatesOf, readSignedData, signerOf } from './cms.ts';

export interface SignedParts {
  /** Dotted content type. */
  readonly type: string;
  readonly content: Uint8Array;
  /** DER of the signer's certificate: the only one that goes in. */
  readonly certificate: Uint8Array;
  /** Dotted. */
  readonly digestAlgorithm: string;
  readonly signatureAlgorithm: string;
  /** DER of the SET of signed attributes, over which the signature is. */
  readonly signedAttributes: Uint8Array;
  readonly signature: Uint8Array;
}

const SIGNED_DATA = '1.2.840.113549.1.7.2';
const TAG = { integer: 0x02, octets: 0x04, null: 0x05, sequence: 0x30, set: 0x31, context0: 0xa0 } as const;
/** RSA has NULL parameters (RFC 4055, section 5; RFC 8017, A.1), ECDSA none (RFC 5758, section 3.2). */
const RSA_ARC = '1.2.840.113549.1.1.';

/** DER of signed data with these parts, one signer, by issuer and serial number. Source: RFC 5652, sections 5.1 and 5.3. */
export function writeSignedData(parts: SignedParts): Uint8Array {
  const { issuer, serialNumber } = Certificate.fromBER(parts.certificate);
  const digest = tlv(TAG.sequence, oid(parts.digestAlgorithm));
  const info = tlv(
    TAG.sequence,
    tlv(TAG.integer, Buffer.of(1)),
    tlv(TAG.sequence, Buffer.from(issuer.valueBeforeDecode), Buffer.from(serialNumber.toBER())),
    digest,
    // Implicit [0]: the tag of the SET is replaced.
    Buffer.concat([Buffer.of(TAG.context0), parts.signedAttributes.subarray(1)]),
    tlv(TAG.sequence, oid(parts.signatureAlgorithm), parts.signatureAlgorithm.startsWith(RSA_ARC) ? tlv(TAG.null) : Buffer.alloc(0)),
    tlv(TAG.octets, parts.signature),
  );
  const data = tlv(
    TAG.sequence,
    // 3, because the content is not plain data.
    tlv(TAG.integer, Buffer.of(3)),
    tlv(TAG.set, digest),
    tlv(TAG.sequence, oid(parts.type), tlv(TAG.context0, tlv(TAG.octets, parts.content))),
    tlv(TAG.context0, parts.certificate),
    tlv(TAG.set, info),
  );
  return tlv(TAG.sequence, oid(SIGNED_DATA), tlv(TAG.context0, data));
}

/** The same signature over the same content, written plainly. Nothing is verified but that the signer's certificate is there. Throws `malformed`, `signature-invalid`. */
export function plainSignedData(bytes: Uint8Array): Uint8Array {
  const data = readSignedData(bytes);
  const [info] = data.signerInfos;
  const content = data.encapContentInfo.eContent;
  if (info?.signedAttrs === undefined || content === undefined) throw new CausewayError('malformed', 'signed data without content, signer or signed attributes');
  return writeSignedData({
    type: data.encapContentInfo.eContentType,
    content: new Uint8Array(content.getValue()),
    certificate: signerOf(info, certificatesOf(data)),
    digestAlgorithm: info.digestAlgorithm.algorithmId,
    signatureAlgorithm: info.signatureAlgorithm.algorithmId,
    signedAttributes: new Uint8Array(info.signedAttrs.encodedValue),
    signature: new Uint8Array(info.signature.getValue()),
  });
}

function oid(dotted: string): Buffer {
  return Buffer.from(new ObjectIdentifier({ value: dotted }).toBER());
}

/** Tag, length and value in DER. */
export function tlv(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const value = Buffer.concat(contents);
  return Buffer.concat([Buffer.of(tag), lengthOf(value.length), value]);
}

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.of(length);
  const bytes = Buffer.from(length.toString(16).padStart(length > 0xff ? (length > 0xffff ? 6 : 4) : 2, '0'), 'hex');
  return Buffer.concat([Buffer.of(0x80 | bytes.length), bytes]);
}
