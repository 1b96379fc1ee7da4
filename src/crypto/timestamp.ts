/** RFC 3161 time-stamps: asking for one, and judging a token under configured authorities. Nothing here opens a socket. */
import { hash } from 'node:crypto';
import { Integer, OctetString } from 'asn1js';
import { AlgorithmIdentifier, MessageImprint, TimeStampReq, TimeStampResp, TSTInfo } from 'pkijs';
import { CausewayError } from '../errors.ts';
import { certificatePath } from './certificate-path.ts';
import type { CertificateTrust } from './certificates.ts';
import { plainSignedData } from './cms-plain.ts';
import { digestByOid, verifySignedData } from './cms.ts';

export interface TimestampTrust extends CertificateTrust {
  /** Dotted policies that are accepted; any, when absent. */
  readonly policies?: readonly string[];
}

/** What a token proves: the data existed at `time`. */
export interface Timestamp {
  /** UTC milliseconds, as the authority said it. */
  readonly time: number;
  /** Milliseconds by which `time` may be off; undefined where the token does not say. */
  readonly accuracy?: number;
  readonly policy: string;
  /** Hexadecimal. */
  readonly serial: string;
  /** Name of the SHA-2 digest over the data. */
  readonly digest: string;
  /** Subject of the authority's certificate, and the end of its validity (UTC milliseconds): after it the token needs renewal. */
  readonly authority: string;
  readonly notAfter: number;
}

const TST_INFO = '1.2.840.113549.1.9.16.1.4';
const SHA256 = '2.16.840.1.101.3.4.2.1';

/** DER of a request over `data` with SHA-256, for a token with certificates. `nonce`: 8 to 20 random bytes. Source: RFC 3161, section 2.4.1. */
export function timestampRequest(data: Uint8Array, nonce: Uint8Array, policy?: string): Uint8Array {
  const request = new TimeStampReq({
    version: 1,
    messageImprint: new MessageImprint({ hashAlgorithm: new AlgorithmIdentifier({ algorithmId: SHA256 }), hashedMessage: new OctetString({ valueHex: arrayBuffer(hash('sha256', data, 'buffer')) }) }),
    nonce: nonceOf(nonce),
    certReq: true,
    ...(policy === undefined ? {} : { reqPolicy: policy }),
  });
  return new Uint8Array(request.toSchema().toBER());
}

/** DER of the token in a response. Throws `signature-invalid` where the authority granted none, with its status, and `malformed`. */
export function readTimestampResponse(bytes: Uint8Array): Uint8Array {
  const { status, timeStampToken } = parse(() => TimeStampResp.fromBER(bytes));
  if (!GRANTED.has(status.status) || timeStampToken === undefined) throw new CausewayError('signature-invalid', `the time-stamping authority refused with status ${status.status}`);
  return new Uint8Array(timeStampToken.toSchema().toBER());
}
/** granted, and grantedWithMods. */
const GRANTED: ReadonlySet<number> = new Set([0, 1]);

/**
 * The token in a response, written plainly (cms-plain.ts): with the authority's certificate and no other, so that of a token that is kept no byte can
 * change unnoticed. Certificates above it must be among those that are trusted. Throws as readTimestampResponse.
 */
export function plainToken(response: Uint8Array): Uint8Array {
  return plainSignedData(readTimestampResponse(response));
}

/** As verifyTimestamp, of a token that is kept: it must be written plainly. Throws `signature-invalid` where it is not. */
export function verifyPlainTimestamp(token: Uint8Array, data: Uint8Array, trust: TimestampTrust, nonce?: Uint8Array): Timestamp {
  const stamp = verifyTimestamp(token, data, trust, nonce);
  if (!Buffer.from(plainSignedData(token)).equals(token)) throw new CausewayError('signature-invalid', 'the token is not in the form in which tokens are kept');
  return stamp;
}

/**
 * Judges a token over `data`: one signer, whose certificate is for time-stamping alone and chains to `trust` at the time that the token
 * names. `nonce`: what the request asked with. Throws `malformed`, `signature-invalid`, `signature-weak`, `signature-untrusted`,
 * `signature-expired`. Source: RFC 3161, sections 2.2 to 2.4.2; RFC 5816.
 */
export function verifyTimestamp(token: Uint8Array, data: Uint8Array, trust: TimestampTrust, nonce?: Uint8Array): Timestamp {
  const signed = verifySignedData(token);
  if (signed.type !== TST_INFO) throw new CausewayError('signature-invalid', 'the token holds no TSTInfo');
  const info = parse(() => TSTInfo.fromBER(signed.content));
  const digest = digestByOid(info.messageImprint.hashAlgorithm.algorithmId);
  if (!hash(digest, data, 'buffer').equals(Buffer.from(info.messageImprint.hashedMessage.getValue()))) throw new CausewayError('signature-invalid', 'the time-stamp is of other data');
  if (nonce !== undefined && info.nonce?.isEqual(nonceOf(nonce)) !== true) throw new CausewayError('signature-invalid', 'the time-stamp answers another request');
  if (trust.policies?.includes(info.policy) === false) throw new CausewayError('signature-untrusted', `time-stamping policy ${info.policy} is not accepted`);
  const time = info.genTime.getTime();
  const { certificate } = certificatePath(trust, signed.signer, time, { use: 'time-stamping', others: signed.certificates });
  return {
    time,
    ...accuracyOf(info),
    policy: info.policy,
    serial: Buffer.from(info.serialNumber.valueBlock.valueHexView).toString('hex'),
    digest,
    authority: certificate.x509.subject.replaceAll('\n', ', '),
    notAfter: certificate.notAfter,
  };
}

function accuracyOf({ accuracy }: TSTInfo): { readonly accuracy?: number } {
  if (accuracy === undefined) return {};
  const { seconds = 0, millis = 0, micros = 0 } = accuracy;
  return { accuracy: seconds * 1000 + millis + micros / 1000 };
}

/** A positive INTEGER: the first bit of its first byte is not the sign. */
function nonceOf(bytes: Uint8Array): Integer {
  return new Integer({ valueHex: arrayBuffer(Buffer.concat([Buffer.of((bytes[0]! & 0x3f) | 0x40), bytes.subarray(1)])) });
}

function parse<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new CausewayError('malformed', 'not a time-stamp of RFC 3161', { cause });
  }
}

/** A buffer of its own: small Buffers are views into a shared pool. */
function arrayBuffer(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}
