/** Answering as an OCSP responder (RFC 6960): for the sandbox and for tests. Nothing here judges an answer. */
import { X509Certificate, createHash, createPrivateKey, sign } from 'node:crypto';
import { GeneralizedTime } from 'asn1js';
import { Certificate } from 'pkijs';
import { tlv } from './cms-plain.ts';
import type { Identity } from './pki.ts';

export interface OcspAnswering {
  /** DER of the certificate that is asked about. */
  readonly certificate: Uint8Array;
  /** Its issuer, which answers for itself. */
  readonly authority: Identity;
  readonly status: 'good' | 'revoked' | 'unknown';
  /** UTC milliseconds. */
  readonly now: number;
}

const TAG = { integer: 0x02, bits: 0x03, octets: 0x04, oid: 0x06, enumerated: 0x0a, sequence: 0x30, context0: 0xa0, context2: 0xa2, good: 0x80, revoked: 0xa1, unknown: 0x82 } as const;
const BASIC = Buffer.from('2b0601050507300101', 'hex');
const SHA1 = tlv(TAG.sequence, tlv(TAG.oid, Buffer.from('2b0e03021a', 'hex')), Buffer.of(0x05, 0x00));
/** With SHA-256, by type of key. */
const SIGNATURES: Readonly<Record<string, Buffer>> = {
  rsa: tlv(TAG.sequence, tlv(TAG.oid, Buffer.from('2a864886f70d01010b', 'hex')), Buffer.of(0x05, 0x00)),
  ec: tlv(TAG.sequence, tlv(TAG.oid, Buffer.from('2a8648ce3d040302', 'hex'))),
};

/** DER of a successful response with one answer. */
export function answerOcsp({ certificate, authority, status, now }: OcspAnswering): Uint8Array {
  const key = createPrivateKey(authority.key);
  const time = Buffer.from(new GeneralizedTime({ valueDate: new Date(Math.floor(now / 1000) * 1000) }).toBER());
  const issuer = Certificate.fromBER(new X509Certificate(authority.certificate).raw);
  const keyHash = sha1(issuer.subjectPublicKeyInfo.subjectPublicKey.valueBlock.valueHexView);
  const serial = Buffer.from(Certificate.fromBER(certificate).serialNumber.toBER());
  const certId = tlv(TAG.sequence, SHA1, tlv(TAG.octets, sha1(new Uint8Array(issuer.subject.toSchema().toBER()))), tlv(TAG.octets, keyHash), serial);
  const said = { good: tlv(TAG.good), revoked: tlv(TAG.revoked, time), unknown: tlv(TAG.unknown) }[status];
  const data = tlv(TAG.sequence, tlv(TAG.context2, tlv(TAG.octets, keyHash)), time, tlv(TAG.sequence, tlv(TAG.sequence, certId, said, time)));
  const algorithm = SIGNATURES[key.asymmetricKeyType ?? ''];
  if (algorithm === undefined) throw new RangeError('an authority has an RSA or an elliptic curve key');
  const basic = tlv(TAG.sequence, data, algorithm, tlv(TAG.bits, Buffer.of(0), sign('sha256', data, key)));
  return tlv(TAG.sequence, tlv(TAG.enumerated, Buffer.of(0)), tlv(TAG.context0, tlv(TAG.sequence, tlv(TAG.oid, BASIC), tlv(TAG.octets, basic))));
}

function sha1(bytes: Uint8Array): Buffer {
  return createHash('sha1').update(bytes).digest();
}
