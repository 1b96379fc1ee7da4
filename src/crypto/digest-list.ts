/** The DER in which a hash chain digests the digests below a step. Source: Cybernetica T-4-20, DigestList; checked against real containers. */
import { OctetString, Sequence, Utf8String } from 'asn1js';

export interface ListedDigest {
  readonly value: Uint8Array;
  /** URI of the digest. */
  readonly algorithm: string;
}

/** SEQUENCE OF SEQUENCE { digest OCTET STRING, algorithm UTF8String, transforms SEQUENCE {} }. */
export function digestList(digests: readonly ListedDigest[]): Uint8Array {
  const items = digests.map(({ value, algorithm }) => new Sequence({ value: [new OctetString({ valueHex: new Uint8Array(value).buffer }), new Utf8String({ value: algorithm }), new Sequence()] }));
  return new Uint8Array(new Sequence({ value: items }).toBER());
}
