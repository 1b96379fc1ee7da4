/** Checking a member's WS-Security signature, as an information system of the two countries does for itself. */
import { X509Certificate, hash, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
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

/** Milliseconds by which the creation time may differ from now. */
const TOLERANCE = 5 * 60 * 1000;
/** A system hears from few members; the map is emptied rather than grown. */
const MAX_KNOWN = 64;

/** What is asked of a certificate at every message; times in UTC milliseconds. */
interface MemberCertificate {
  /** `<instance>/<class>/<code>`. */
  readonly member: string;
  readonly key: KeyObject;
  readonly from: number;
  readonly to: number;
}

/** Checks signatures under one authority that the country approves; certificates that it issued are remembered. */
export class SignatureChecker {
  readonly #authority: KeyObject;
  readonly #issued = new Map<string, MemberCertificate>();

  /** `authority`: PEM. */
  constructor(authority: string) {
    this.#authority = new X509Certificate(authority).publicKey;
  }

  /**
   * Throws SignatureRefused unless `member` (`<instance>/<class>/<code>`) signed body, creation time and every X-Road header but the
   * platform's own requestHash, with a certificate in its time at `now` (UTC milliseconds). Throws `malformed` for bytes that are not well-formed XML.
   */
  check(bytes: Uint8Array, member: string, now: number): void {
    withDocument(bytes, DEFAULT_XML_LIMITS, (document) => {
      const header = child(document.root, SOAP_NS, 'Header');
      if (header === undefined || child(header, WSSE_NS, 'Security') === undefined) throw new SignatureRefused('no signature', true);
      const security = only(header, WSSE_NS, 'Security');
      const certificate = this.#certificate(text(only(security, WSSE_NS, 'BinarySecurityToken')));
      if (certificate.from > now || certificate.to < now) throw new SignatureRefused('certificate is out of its time');
      if (certificate.member !== member) throw new SignatureRefused('certificate is of another member');
      checkSigned(document, header, security, certificate.key, now);
    });
  }

  #certificate(token: string): MemberCertificate {
    const known = this.#issued.get(token);
    if (known !== undefined) return known;
    const certificate = new X509Certificate(Buffer.from(token, 'base64'));
    if (!certificate.verify(this.#authority)) throw new SignatureRefused('certificate is not of an approved authority');
    if (this.#issued.size >= MAX_KNOWN) this.#issued.clear();
    const read = { member: memberOf(certificate), key: certificate.publicKey, from: certificate.validFromDate.getTime(), to: certificate.validToDate.getTime() };
    this.#issued.set(token, read);
    return read;
  }
}

function checkSigned(document: OpenDocument, header: XmlElement, security: XmlElement, key: KeyObject, now: number): void {
  const timestamp = only(security, WSU_NS, 'Timestamp');
  const signature = only(security, DS_NS, 'Signature');
  const info = only(signature, DS_NS, 'SignedInfo');
  const references = readReferences(document, info);
  const [signedInfo, ...parts] = document.canonicalize([{ element: info, inclusive: inclusive(only(info, DS_NS, 'CanonicalizationMethod')) }, ...references]);
  checkValue(signature, info, signedInfo ?? Buffer.alloc(0), key);
  references.forEach((reference, at) => checkDigest(reference, parts[at] ?? Buffer.alloc(0)));
  const covered = new Set(references.map((reference) => reference.element));
  const xroad = elements(header).filter(({ ns, name }) => [XROAD_NS, REPRESENTATION_NS].includes(ns) && name !== 'requestHash');
  const open = [only(document.root, SOAP_NS, 'Body'), timestamp, ...xroad].find((part) => !covered.has(part));
  if (open !== undefined) throw new SignatureRefused(`${open.name} is not signed`);
  const created = Date.parse(text(only(timestamp, WSU_NS, 'Created')));
  if (!(Math.abs(created - now) <= TOLERANCE)) throw new SignatureRefused('creation time out of tolerance');
}

/** Profile: CN is the member code, serialNumber `<instance>/<server code>/<class>`. */
function memberOf(certificate: X509Certificate): string {
  const subject = new Map(certificate.subject.split('\n').map((line): [string, string] => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
  const [instance, , memberClass] = (subject.get('serialNumber') ?? '').split('/');
  return `${instance}/${memberClass}/${subject.get('CN')}`;
}

function checkValue(signature: XmlElement, info: XmlElement, canonical: Uint8Array, key: KeyObject): void {
  if (algorithmOf(info, 'CanonicalizationMethod') !== EXC_C14N) throw new SignatureRefused('canonicalisation is not exclusive');
  if (algorithmOf(info, 'SignatureMethod') !== SIGNATURE_METHODS[key.asymmetricKeyType ?? '']) throw new SignatureRefused('signature algorithm does not fit the key');
  const value = Buffer.from(text(only(signature, DS_NS, 'SignatureValue')), 'base64');
  if (!verify('sha256', canonical, { key, dsaEncoding: 'ieee-p1363' }, value)) throw new SignatureRefused('signature value does not verify');
}

interface Reference {
  readonly element: XmlElement;
  readonly inclusive: readonly string[];
  readonly digest: string;
}

/** What the references point to, each by an id that only one element has. */
function readReferences(document: OpenDocument, info: XmlElement): Reference[] {
  const byId = elementsById(document.root);
  return children(info, DS_NS, 'Reference').map((reference) => {
    const [element, second] = byId.get((attribute(reference, '', 'URI') ?? '').slice(1)) ?? [];
    if (element === undefined || second !== undefined) throw new SignatureRefused('a reference does not name exactly one element');
    const transform = only(only(reference, DS_NS, 'Transforms'), DS_NS, 'Transform');
    if (attribute(transform, '', 'Algorithm') !== EXC_C14N || algorithmOf(reference, 'DigestMethod') !== SHA256) throw new SignatureRefused('algorithm of a reference');
    return { element, inclusive: inclusive(transform), digest: text(only(reference, DS_NS, 'DigestValue')).trim() };
  });
}

function checkDigest({ element, digest }: Reference, canonical: Uint8Array): void {
  if (hash('sha256', canonical, 'base64') !== digest) throw new SignatureRefused(`digest of ${element.name} differs`);
}

/** Without the platform's requestHash, which repeats the wsu:Id of the `id` header and is not signed. */
function elementsById(root: XmlElement, found = new Map<string, XmlElement[]>()): Map<string, XmlElement[]> {
  const id = attribute(root, WSU_NS, 'Id');
  if (id !== undefined) found.set(id, [...(found.get(id) ?? []), root]);
  for (const inner of elements(root)) {
    if (root.ns !== SOAP_NS || inner.ns !== XROAD_NS || inner.name !== 'requestHash') elementsById(inner, found);
  }
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
