/** Checking a member's WS-Security signature, as an information system of the two countries does for itself. */
import { X509Certificate, createHash, verify } from 'node:crypto';
import { DEFAULT_XML_LIMITS } from '../../platform/limits.ts';
import type { XmlElement } from '../../stages.ts';
import type { OpenDocument } from '../../xml/document.ts';
import { withDocument } from '../../xml/document.ts';
import { attribute, child, children, elements, text } from '../../xml/element.ts';
import { REPRESENTATION_NS, SOAP_NS, XROAD_NS } from './message.ts';
import { DS_NS, EXC_C14N, SHA256, SIGNATURE_METHODS, WSSE_NS, WSU_NS } from './wss-names.ts';

/** Why a signature was not accepted; `absent` when the message carries none. */
export class SignatureRefused extends Error {
  readonly absent: boolean;
  constructor(message: string, absent = false) {
    super(message);
    this.absent = absent;
  }
}

export interface SignatureTrust {
  /** PEM of the authority that the country approves. */
  readonly authority: string;
  /** UTC milliseconds. */
  readonly now: number;
  /** `<instance>/<class>/<code>` that must have signed. */
  readonly member: string;
}

/** Milliseconds by which the creation time may differ from now. */
const TOLERANCE = 5 * 60 * 1000;

/** Throws SignatureRefused unless `trust.member` signed body, creation time and every X-Road header, but the platform's own requestHash. */
export function verifyMessage(bytes: Uint8Array, trust: SignatureTrust): void {
  withDocument(bytes, DEFAULT_XML_LIMITS, (document) => check(document, trust));
}

function check(document: OpenDocument, trust: SignatureTrust): void {
  const header = child(document.root, SOAP_NS, 'Header');
  if (header === undefined || child(header, WSSE_NS, 'Security') === undefined) throw new SignatureRefused('no signature', true);
  const security = only(header, WSSE_NS, 'Security');
  const timestamp = only(security, WSU_NS, 'Timestamp');
  const signature = only(security, DS_NS, 'Signature');
  const info = only(signature, DS_NS, 'SignedInfo');
  const certificate = signer(security, trust);
  checkValue(document, signature, info, certificate);
  const covered = coveredElements(document, info);
  const xroad = elements(header).filter(({ ns, name }) => [XROAD_NS, REPRESENTATION_NS].includes(ns) && name !== 'requestHash');
  const open = [only(document.root, SOAP_NS, 'Body'), timestamp, ...xroad].find((part) => !covered.has(part));
  if (open !== undefined) throw new SignatureRefused(`${open.name} is not signed`);
  const created = Date.parse(text(only(timestamp, WSU_NS, 'Created')));
  if (!(Math.abs(created - trust.now) <= TOLERANCE)) throw new SignatureRefused('creation time out of tolerance');
}

function signer(security: XmlElement, trust: SignatureTrust): X509Certificate {
  const certificate = new X509Certificate(Buffer.from(text(only(security, WSSE_NS, 'BinarySecurityToken')), 'base64'));
  if (!certificate.verify(new X509Certificate(trust.authority).publicKey)) throw new SignatureRefused('certificate is not of an approved authority');
  if (certificate.validFromDate.getTime() > trust.now || certificate.validToDate.getTime() < trust.now) throw new SignatureRefused('certificate is out of its time');
  if (memberOf(certificate) !== trust.member) throw new SignatureRefused('certificate is of another member');
  return certificate;
}

/** Profile: CN is the member code, serialNumber `<instance>/<server code>/<class>`. */
function memberOf(certificate: X509Certificate): string {
  const subject = new Map(certificate.subject.split('\n').map((line): [string, string] => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
  const [instance, , memberClass] = (subject.get('serialNumber') ?? '').split('/');
  return `${instance}/${memberClass}/${subject.get('CN')}`;
}

function checkValue(document: OpenDocument, signature: XmlElement, info: XmlElement, certificate: X509Certificate): void {
  const { publicKey } = certificate;
  if (algorithmOf(info, 'CanonicalizationMethod') !== EXC_C14N) throw new SignatureRefused('canonicalisation is not exclusive');
  if (algorithmOf(info, 'SignatureMethod') !== SIGNATURE_METHODS[publicKey.asymmetricKeyType ?? '']) throw new SignatureRefused('signature algorithm does not fit the key');
  const value = Buffer.from(text(only(signature, DS_NS, 'SignatureValue')), 'base64');
  if (!verify('sha256', document.canonicalize(info, inclusive(only(info, DS_NS, 'CanonicalizationMethod'))), { key: publicKey, dsaEncoding: 'ieee-p1363' }, value)) {
    throw new SignatureRefused('signature value does not verify');
  }
}

/** The elements that the references cover, each found by an id that only one element has. */
function coveredElements(document: OpenDocument, info: XmlElement): Set<XmlElement> {
  const byId = elementsById(document.root);
  return new Set(
    children(info, DS_NS, 'Reference').map((reference) => {
      const [target, second] = byId.get((attribute(reference, '', 'URI') ?? '').slice(1)) ?? [];
      if (target === undefined || second !== undefined) throw new SignatureRefused('a reference does not name exactly one element');
      const transform = only(only(reference, DS_NS, 'Transforms'), DS_NS, 'Transform');
      if (attribute(transform, '', 'Algorithm') !== EXC_C14N || algorithmOf(reference, 'DigestMethod') !== SHA256) throw new SignatureRefused('algorithm of a reference');
      const digest = createHash('sha256').update(document.canonicalize(target, inclusive(transform))).digest('base64');
      if (text(only(reference, DS_NS, 'DigestValue')).trim() !== digest) throw new SignatureRefused(`digest of ${target.name} differs`);
      return target;
    }),
  );
}

function elementsById(root: XmlElement, found = new Map<string, XmlElement[]>()): Map<string, XmlElement[]> {
  const id = attribute(root, WSU_NS, 'Id');
  if (id !== undefined) found.set(id, [...(found.get(id) ?? []), root]);
  for (const inner of elements(root)) elementsById(inner, found);
  return found;
}

function inclusive(method: XmlElement): string[] {
  const list = child(method, EXC_C14N, 'InclusiveNamespaces');
  return (list === undefined ? '' : (attribute(list, '', 'PrefixList') ?? '')).split(' ').filter((prefix) => prefix !== '');
}

function algorithmOf(parent: XmlElement, name: string): string | undefined {
  return attribute(only(parent, DS_NS, name), '', 'Algorithm');
}

function only(parent: XmlElement, ns: string, name: string): XmlElement {
  const [found, second] = children(parent, ns, name);
  if (found === undefined || second !== undefined) throw new SignatureRefused(`not exactly one ${name}`);
  return found;
}
