/** Answering as a time-stamping authority (RFC 3161): for the sandbox and for tests. Nothing here judges a token. */
import { createPrivateKey, hash, sign, X509Certificate } from 'node:crypto';
import { Integer, ObjectIdentifier, OctetString } from 'asn1js';
import { Accuracy, TimeStampReq, TSTInfo } from 'pkijs';
import { CausewayError } from '../errors.ts';
import { tlv, writeSignedData } from './cms-plain.ts';
import { digestByOid } from './cms.ts';
import type { Identity } from './pki.ts';

export interface Answering {
  /** UTC milliseconds. */
  readonly now: number;
  /** Unique for the authority. */
  readonly serial: Uint8Array;
  /** Dotted. */
  readonly policy: string;
  /** Milliseconds, below a second. */
  readonly accuracy: number;
}

const SHA256 = '2.16.840.1.101.3.4.2.1';
const TST_INFO = '1.2.840.113549.1.9.16.1.4';
const CONTENT_TYPE = '1.2.840.113549.1.9.3';
const MESSAGE_DIGEST = '1.2.840.113549.1.9.4';
const SIGNING_CERTIFICATE_V2 = '1.2.840.113549.1.9.16.2.47';
/** With SHA-256, by type of key. */
const SIGNATURES: Readonly<Record<string, string>> = { rsa: '1.2.840.113549.1.1.11', ec: '1.2.840.10045.4.3.2' };

const [SEQUENCE, SET, INTEGER] = [0x30, 0x31, 0x02];
const GRANTED = tlv(SEQUENCE, tlv(INTEGER, Buffer.of(0)));

/** DER of a granted response to `request`. Throws `malformed` for what is no request, and `signature-weak` for a digest outside SHA-2. */
export function answerTimestamp(request: Uint8Array, authority: Identity, answering: Answering): Uint8Array {
  const { messageImprint, nonce } = readRequest(request);
  digestByOid(messageImprint.hashAlgorithm.algorithmId);
  const info = new TSTInfo({
    version: 1,
    policy: answering.policy,
    messageImprint,
    serialNumber: new Integer({ valueHex: new Uint8Array(answering.serial).buffer }),
    genTime: new Date(answering.now),
    accuracy: new Accuracy({ millis: answering.accuracy }),
    ...(nonce === undefined ? {} : { nonce }),
  });
  return tlv(SEQUENCE, GRANTED, signToken(new Uint8Array(info.toSchema().toBER()), authority));
}

function readRequest(request: Uint8Array): TimeStampReq {
  try {
    return TimeStampReq.fromBER(request);
  } catch (cause) {
    throw new CausewayError('malformed', 'not a time-stamp request of RFC 3161', { cause });
  }
}

/** Source: RFC 3161, section 2.4.2; RFC 5035, section 3. */
function signToken(content: Uint8Array, { key, certificate }: Identity): Uint8Array {
  const der = new X509Certificate(certificate).raw;
  const privateKey = createPrivateKey(key);
  const attributes = [
    attribute(CONTENT_TYPE, oid(TST_INFO)),
    attribute(MESSAGE_DIGEST, octets(hash('sha256', content, 'buffer'))),
    attribute(SIGNING_CERTIFICATE_V2, tlv(SEQUENCE, tlv(SEQUENCE, tlv(SEQUENCE, octets(hash('sha256', der, 'buffer')))))),
  ];
  const signedAttributes = tlv(SET, ...attributes.toSorted(Buffer.compare));
  return writeSignedData({
    type: TST_INFO,
    content,
    certificate: der,
    digestAlgorithm: SHA256,
    signatureAlgorithm: SIGNATURES[privateKey.asymmetricKeyType ?? ''] ?? '',
    signedAttributes,
    signature: sign('sha256', signedAttributes, privateKey),
  });
}

function attribute(type: string, value: Buffer): Buffer {
  return tlv(SEQUENCE, oid(type), tlv(SET, value));
}

function oid(dotted: string): Buffer {
  return Buffer.from(new ObjectIdentifier({ value: dotted }).toBER());
}

function octets(bytes: Uint8Array): Buffer {
  return Buffer.from(new OctetString({ valueHex: new Uint8Array(bytes).buffer }).toBER());
}
