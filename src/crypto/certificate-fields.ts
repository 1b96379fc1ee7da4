/**
 * Extensions of a certificate that judging a path needs and node:crypto does not hand out. Its X509Certificate (OpenSSL) has read the
 * certificate before and answers everything else.
 */
import { BitString, Boolean as Truth, Constructed, fromBER, Integer, ObjectIdentifier, OctetString, Sequence } from 'asn1js';
import type { AsnType } from 'asn1js';

export interface CertificateFields {
  /** basicConstraints says cA. */
  readonly authority: boolean;
  /** Authorities that may follow below this one; undefined: any number. */
  readonly pathLength: number | undefined;
  /** Undefined when the certificate has no keyUsage. */
  readonly keyUsage: ReadonlySet<KeyUsage> | undefined;
  /** Whether there is an extended key usage that is critical. */
  readonly purposesCritical: boolean;
  /** Critical extensions that this code does not understand, dotted: such a certificate must be refused (RFC 5280, section 4.2). */
  readonly unknownCritical: readonly string[];
}

const KEY_USAGES = ['digitalSignature', 'nonRepudiation', 'keyEncipherment', 'dataEncipherment', 'keyAgreement', 'keyCertSign', 'cRLSign', 'encipherOnly', 'decipherOnly'] as const;
export type KeyUsage = (typeof KEY_USAGES)[number];

const BASIC_CONSTRAINTS = '2.5.29.19';
const KEY_USAGE = '2.5.29.15';
const EXTENDED_KEY_USAGE = '2.5.29.37';
/** Understood when critical: these two, subjectAltName, certificatePolicies (any policy will do) and extKeyUsage (it narrows TLS, not signatures of members). */
const UNDERSTOOD: ReadonlySet<string> = new Set([BASIC_CONSTRAINTS, KEY_USAGE, '2.5.29.17', '2.5.29.32', EXTENDED_KEY_USAGE]);

interface Extension {
  readonly critical: boolean;
  /** DER. */
  readonly value: ArrayBuffer;
}

/** Reads a DER certificate. Throws RangeError when it is not one of version 3. Source: RFC 5280, sections 4.1 and 4.2.1. */
export function readFields(certificate: Uint8Array): CertificateFields {
  const body = items(items(read(certificate))[0]);
  if (tagged(body, 0) === undefined) throw new RangeError('a certificate without a version');
  const extensions = readExtensions(tagged(body, 3));
  return {
    ...readBasicConstraints(extensions.get(BASIC_CONSTRAINTS)),
    keyUsage: readKeyUsage(extensions.get(KEY_USAGE)),
    purposesCritical: extensions.get(EXTENDED_KEY_USAGE)?.critical === true,
    unknownCritical: [...extensions].filter(([oid, { critical }]) => critical && !UNDERSTOOD.has(oid)).map(([oid]) => oid),
  };
}

function readExtensions(field: AsnType | undefined): Map<string, Extension> {
  const extensions = new Map<string, Extension>();
  for (const one of field === undefined ? [] : items(field)) {
    const [id, second, ...rest] = items(one);
    const value = rest.length === 0 ? second : rest[0];
    if (!(id instanceof ObjectIdentifier && value instanceof OctetString)) throw new RangeError('an extension of unknown form');
    if (extensions.has(id.getValue())) throw new RangeError('an extension that occurs twice');
    extensions.set(id.getValue(), { critical: second instanceof Truth && second.getValue(), value: value.getValue() });
  }
  return extensions;
}

function readBasicConstraints(extension: Extension | undefined): { authority: boolean; pathLength: number | undefined } {
  const fields = extension === undefined ? [] : items(read(extension.value));
  const length = fields.find((field) => field instanceof Integer)?.toBigInt();
  if (length !== undefined && length < 0n) throw new RangeError('a path length below zero');
  return { authority: fields[0] instanceof Truth && fields[0].getValue(), pathLength: length === undefined ? undefined : Number(length) };
}

function readKeyUsage(extension: Extension | undefined): ReadonlySet<KeyUsage> | undefined {
  if (extension === undefined) return undefined;
  const usage = read(extension.value);
  if (!(usage instanceof BitString)) throw new RangeError('a keyUsage of unknown form');
  const bits = usage.valueBlock.valueHexView;
  return new Set(KEY_USAGES.filter((_, index) => ((bits[index >> 3] ?? 0) & (0x80 >> (index & 7))) !== 0));
}

/** The one element that `bytes` consist of. */
function read(bytes: ArrayBuffer | Uint8Array): AsnType {
  const { offset, result } = fromBER(bytes);
  if (offset !== bytes.byteLength) throw new RangeError('not exactly one ASN.1 element');
  return result;
}

function items(block: AsnType | undefined): AsnType[] {
  if (!(block instanceof Sequence)) throw new RangeError('a certificate of unknown form');
  return block.valueBlock.value;
}

/** What stands inside an explicit context tag. */
function tagged(fields: readonly AsnType[], tag: number): AsnType | undefined {
  const holder = fields.find(({ idBlock }) => idBlock.tagClass === 3 && idBlock.tagNumber === tag);
  return holder instanceof Constructed ? holder.valueBlock.value[0] : undefined;
}
