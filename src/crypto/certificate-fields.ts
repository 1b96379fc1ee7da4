/** Fields of a certificate that node:crypto does not expose: subject attributes as data, key usage and path length. */
import type { Der } from './der.ts';
import { readChildren, readDer, readOid, TAG } from './der.ts';

export interface SubjectAttribute {
  readonly oid: string;
  readonly value: string;
}

export interface CertificateFields {
  readonly subject: readonly SubjectAttribute[];
  /** basicConstraints says cA. */
  readonly authority: boolean;
  /** Authorities that may follow below this one; undefined: any number. */
  readonly pathLength: number | undefined;
  /** Undefined when the certificate has no keyUsage. */
  readonly keyUsage: ReadonlySet<KeyUsage> | undefined;
  /** Critical extensions that this code does not understand, dotted: such a certificate must be refused (RFC 5280, section 4.2). */
  readonly unknownCritical: readonly string[];
}

const KEY_USAGES = ['digitalSignature', 'nonRepudiation', 'keyEncipherment', 'dataEncipherment', 'keyAgreement', 'keyCertSign', 'cRLSign', 'encipherOnly', 'decipherOnly'] as const;
export type KeyUsage = (typeof KEY_USAGES)[number];

const BASIC_CONSTRAINTS = '2.5.29.19';
const KEY_USAGE = '2.5.29.15';
/** Understood when critical: these two, subjectAltName, certificatePolicies (any policy will do) and extKeyUsage (it narrows TLS, not signatures of members). */
const UNDERSTOOD: ReadonlySet<string> = new Set([BASIC_CONSTRAINTS, KEY_USAGE, '2.5.29.17', '2.5.29.32', '2.5.29.37']);

const STRINGS: Readonly<Record<number, BufferEncoding>> = { [TAG.utf8]: 'utf8', [TAG.printable]: 'latin1', [TAG.ia5]: 'latin1' };

interface Extension {
  readonly oid: string;
  readonly critical: boolean;
  readonly value: Der;
}

/** Reads a DER certificate. Throws RangeError when it is not one of version 3. Source: RFC 5280, section 4.1. */
export function readFields(certificate: Uint8Array): CertificateFields {
  const body = readChildren(part(readChildren(readDer(certificate)), 0, TAG.sequence));
  part(body, 0, 0xa0);
  const extensions = readExtensions(body.find((field) => field.tag === 0xa3));
  return {
    subject: readName(part(body, 5, TAG.sequence)),
    ...readBasicConstraints(extensions.get(BASIC_CONSTRAINTS)),
    keyUsage: readKeyUsage(extensions.get(KEY_USAGE)),
    unknownCritical: [...extensions.values()].filter((one) => one.critical && !UNDERSTOOD.has(one.oid)).map((one) => one.oid),
  };
}

function readName(name: Der): SubjectAttribute[] {
  return readChildren(name).flatMap((set) => readChildren(set).map(readAttribute));
}

function readAttribute(attribute: Der): SubjectAttribute {
  const [type, value] = readChildren(attribute);
  const encoding = value === undefined ? undefined : STRINGS[value.tag];
  if (type === undefined || value === undefined || encoding === undefined) throw new RangeError('a name attribute of unknown form');
  return { oid: readOid(type), value: value.content.toString(encoding) };
}

function readExtensions(field: Der | undefined): Map<string, Extension> {
  const extensions = new Map<string, Extension>();
  for (const one of field === undefined ? [] : readChildren(readDer(field.content))) {
    const extension = readExtension(readChildren(one));
    if (extensions.has(extension.oid)) throw new RangeError('an extension that occurs twice');
    extensions.set(extension.oid, extension);
  }
  return extensions;
}

function readExtension(fields: Der[]): Extension {
  const [oid, second] = fields;
  const last = fields.at(-1);
  if (oid === undefined || second === undefined || last?.tag !== TAG.octetString) throw new RangeError('an extension of unknown form');
  return { oid: readOid(oid), critical: second.tag === TAG.boolean && second.content[0] !== 0, value: readDer(last.content) };
}

function readBasicConstraints(extension: Extension | undefined): { authority: boolean; pathLength: number | undefined } {
  const fields = extension === undefined ? [] : readChildren(extension.value);
  const length = fields.find((field) => field.tag === TAG.integer);
  return { authority: fields[0]?.tag === TAG.boolean && fields[0].content[0] !== 0, pathLength: length?.content.readUIntBE(0, Math.min(length.content.length, 6)) };
}

function readKeyUsage(extension: Extension | undefined): ReadonlySet<KeyUsage> | undefined {
  if (extension === undefined) return undefined;
  const bits = extension.value.content.subarray(1);
  return new Set(KEY_USAGES.filter((_, index) => ((bits[index >> 3] ?? 0) & (0x80 >> (index & 7))) !== 0));
}

function part(fields: readonly Der[], index: number, tag: number): Der {
  const field = fields[index];
  if (field?.tag !== tag) throw new RangeError('a certificate of unknown form');
  return field;
}
