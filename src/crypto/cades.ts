/** What stands beside a CMS signature without being signed (CAdES, ETSI EN 319 122-1): time-stamps over it, and OCSP answers. Read here, judged elsewhere. */
import { Constructed, OctetString, Sequence } from 'asn1js';
import type { BaseBlock } from 'asn1js';
import { CausewayError } from '../errors.ts';
import { tlv } from './cms-plain.ts';
import { readSignedData } from './cms.ts';

export interface CadesSignature {
  /** Dotted, of the one signer. */
  readonly digestAlgorithm: string;
  readonly signatureAlgorithm: string;
  /** What a time-stamp is over. */
  readonly value: Uint8Array;
  /** The signed attribute messageDigest. */
  readonly messageDigest: Uint8Array | undefined;
  /** DER of tokens over `value` (id-aa-signatureTimeStampToken). */
  readonly timestamps: readonly Uint8Array[];
  /** DER of OCSP responses (id-aa-ets-revocationValues). */
  readonly ocspResponses: readonly Uint8Array[];
}

const MESSAGE_DIGEST = '1.2.840.113549.1.9.4';
const TIMESTAMP_TOKEN = '1.2.840.113549.1.9.16.2.14';
const REVOCATION_VALUES = '1.2.840.113549.1.9.16.2.24';
const BASIC = Buffer.from('06092b0601050507300101', 'hex');

/** Throws `malformed`, and `signature-invalid` unless there is exactly one signer. */
export function readCades(bytes: Uint8Array): CadesSignature {
  const [info, ...others] = readSignedData(bytes).signerInfos;
  if (info === undefined || others.length > 0) throw new CausewayError('signature-invalid', 'not exactly one signer');
  const unsigned = info.unsignedAttrs?.attributes ?? [];
  const valuesOf = (oid: string): BaseBlock[] => unsigned.filter(({ type }) => type === oid).flatMap(({ values }) => values as BaseBlock[]);
  const [digest] = (info.signedAttrs?.attributes ?? []).filter(({ type }) => type === MESSAGE_DIGEST).flatMap(({ values }) => values as BaseBlock[]);
  return {
    digestAlgorithm: info.digestAlgorithm.algorithmId,
    signatureAlgorithm: info.signatureAlgorithm.algorithmId,
    value: new Uint8Array(info.signature.getValue()),
    messageDigest: digest instanceof OctetString ? new Uint8Array(digest.getValue()) : undefined,
    timestamps: valuesOf(TIMESTAMP_TOKEN).map(derOf),
    ocspResponses: valuesOf(REVOCATION_VALUES).flatMap(basicResponses).map(asResponse),
  };
}

/** RevocationValues holds basic responses under [1]. */
function basicResponses(values: BaseBlock): Uint8Array[] {
  const [tagged] = items(values).filter(({ idBlock }) => idBlock.tagClass === 3 && idBlock.tagNumber === 1);
  if (!(tagged instanceof Constructed)) return [];
  const [list] = tagged.valueBlock.value;
  return list instanceof Sequence ? list.valueBlock.value.map(derOf) : [];
}

/** As a responder would have answered: successful, with this basic response. */
function asResponse(basic: Uint8Array): Uint8Array {
  return tlv(0x30, tlv(0x0a, Buffer.of(0)), tlv(0xa0, tlv(0x30, BASIC, tlv(0x04, basic))));
}

function items(block: BaseBlock): readonly BaseBlock[] {
  return block instanceof Sequence ? block.valueBlock.value : [];
}

function derOf(block: BaseBlock): Uint8Array {
  return new Uint8Array(block.valueBeforeDecodeView);
}
