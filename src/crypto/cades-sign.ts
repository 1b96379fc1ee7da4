/** A detached CMS signature with its time-stamp and OCSP answer beside it, as a UXP security server makes it: for the sandbox and for tests. Nothing here judges one. */
import { X509Certificate, createPrivateKey, hash, sign } from 'node:crypto';
import { ObjectIdentifier } from 'asn1js';
import { Certificate, OCSPResponse } from 'pkijs';
import { tlv } from './cms-plain.ts';
import type { Identity } from './pki.ts';

export interface CadesSigning {
  readonly signer: Identity;
  readonly message: Uint8Array;
  /** DER of an OCSP response about the signer. */
  readonly ocsp: Uint8Array;
  /** DER of a token over the signature value. */
  stamp(value: Uint8Array): Uint8Array;
}

const DATA = '1.2.840.113549.1.7.1';
const SIGNED_DATA = '1.2.840.113549.1.7.2';
const SHA256 = '2.16.840.1.101.3.4.2.1';
const SIGNATURES: Readonly<Record<string, { readonly oid: string; readonly parameters: Buffer }>> = {
  rsa: { oid: '1.2.840.113549.1.1.11', parameters: Buffer.of(0x05, 0x00) },
  ec: { oid: '1.2.840.10045.4.3.2', parameters: Buffer.alloc(0) },
};
const [SEQUENCE, SET, INTEGER, OCTETS, CONTEXT_0, CONTEXT_1] = [0x30, 0x31, 0x02, 0x04, 0xa0, 0xa1];

/** DER. Source: RFC 5652, section 5; ETSI EN 319 122-1, sections 5.3 and A.1. */
export function signCades({ signer, message, ocsp, stamp }: CadesSigning): Uint8Array {
  const key = createPrivateKey(signer.key);
  const algorithm = SIGNATURES[key.asymmetricKeyType ?? ''];
  if (algorithm === undefined) throw new RangeError('a signer has an RSA or an elliptic curve key');
  const certificate = new X509Certificate(signer.certificate).raw;
  const digest = tlv(SEQUENCE, oid(SHA256));
  const signed = tlv(SET, ...[
    attribute('1.2.840.113549.1.9.3', oid(DATA)),
    attribute('1.2.840.113549.1.9.4', tlv(OCTETS, hash('sha256', message, 'buffer'))),
    attribute('1.2.840.113549.1.9.16.2.47', tlv(SEQUENCE, tlv(SEQUENCE, tlv(SEQUENCE, tlv(OCTETS, hash('sha256', certificate, 'buffer')))))),
  ].toSorted(Buffer.compare));
  const value = sign('sha256', signed, key);
  const unsigned = Buffer.concat([
    attribute('1.2.840.113549.1.9.16.2.14', stamp(value)),
    attribute('1.2.840.113549.1.9.16.2.24', tlv(SEQUENCE, tlv(CONTEXT_1, tlv(SEQUENCE, basicOf(ocsp))))),
  ]);
  const { issuer, serialNumber } = Certificate.fromBER(certificate);
  const name = tlv(SEQUENCE, Buffer.from(issuer.valueBeforeDecode), Buffer.from(serialNumber.toBER()));
  const info = tlv(SEQUENCE, tlv(INTEGER, Buffer.of(1)), name, digest, Buffer.concat([Buffer.of(CONTEXT_0), signed.subarray(1)]), tlv(SEQUENCE, oid(algorithm.oid), algorithm.parameters), tlv(OCTETS, value), tlv(CONTEXT_1, unsigned));
  const data = tlv(SEQUENCE, tlv(INTEGER, Buffer.of(1)), tlv(SET, digest), tlv(SEQUENCE, oid(DATA)), tlv(CONTEXT_0, certificate), tlv(SET, info));
  return tlv(SEQUENCE, oid(SIGNED_DATA), tlv(CONTEXT_0, data));
}

function basicOf(response: Uint8Array): Uint8Array {
  const { responseBytes } = OCSPResponse.fromBER(response);
  if (responseBytes === undefined) throw new RangeError('no OCSP response');
  return new Uint8Array(responseBytes.response.getValue());
}

function attribute(type: string, value: Uint8Array): Buffer {
  return tlv(SEQUENCE, oid(type), tlv(SET, value));
}

function oid(dotted: string): Buffer {
  return Buffer.from(new ObjectIdentifier({ value: dotted }).toBER());
}
