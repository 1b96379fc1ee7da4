/**
 * The profile of a member's signature on a SOAP message, as one strict reading of the tree: WS-Security 1.1 with an X.509 token,
 * XML Signature with exclusive canonicalisation. Whatever is not in the profile is refused here, before any cryptography, so
 * that both verifiers judge the same thing; each runs this on the tree of its own parser.
 */
import { CausewayError } from '../../errors.ts';
import type { XmlLimits } from '../../platform/limits.ts';
import type { XmlElement } from '../../stages.ts';
import { attribute, child, children, elements, text } from '../../xml/element.ts';
import { digestNamed, EXCLUSIVE_C14N, methodNamed, weak } from './algorithms.ts';
import { BASE64, DS, invalid, SOAP, WSSE, X509_V3 } from './names.ts';
import { findById, survey } from './survey.ts';
import type { Survey } from './survey.ts';

/** A parser's view of a message. `commented`: elements with a comment among their own children. */
export interface SignedTree {
  readonly root: XmlElement;
  readonly commented: ReadonlySet<XmlElement>;
}

export interface SignatureReference {
  readonly id: string;
  /** The soap:Body, a child of the soap:Header, or a child of the wsse:Security header; nothing else can be referenced. */
  readonly element: XmlElement;
  readonly prefixes: readonly string[];
  readonly digest: 'sha256' | 'sha512';
  readonly value: Buffer;
}

/** What the signature claims, in the closed profile; nothing is verified yet. */
export interface SignatureClaims {
  readonly signature: XmlElement;
  readonly signedInfo: XmlElement;
  /** A header that the platform added to the signed message: its ids do not count, and nothing refers to it. */
  readonly platformHeader: XmlElement | undefined;
  /** PrefixList of the canonicalisation of SignedInfo. */
  readonly prefixes: readonly string[];
  readonly method: string;
  readonly value: Buffer;
  readonly references: readonly SignatureReference[];
  /** DER of the token that KeyInfo points to. */
  readonly certificate: Buffer;
}

/** An element that the signature covers, with the very bytes that were digested. */
export interface CoveredElement {
  readonly id: string;
  /** Where it stands: an element of `root`. Its content is to be read from `bytes` alone. */
  readonly element: XmlElement;
  /** Exclusive canonical form, UTF-8. */
  readonly bytes: Uint8Array;
}

/** What was proven. */
export interface VerifiedSignature {
  /** DER of the signer's certificate. */
  readonly certificate: Buffer;
  /** The message as received, to see what is not covered; nothing of it is proven. */
  readonly root: XmlElement;
  /** In the order of the references. */
  readonly covered: readonly CoveredElement[];
}

/** More would only multiply the work of a receiver: the protocol has about ten headers. */
const MAX_REFERENCES = 32;
const NC_NAME = /^[A-Za-z_][\w.-]*$/;

/**
 * Reads the one signature of a message. Throws `signature-missing` when there is none, `signature-weak` for an algorithm or
 * a form outside the profile, `signature-invalid` for a structure that could mean two things, `too-large` for a message whose
 * canonical form would be many times as long as itself.
 */
export function readSignature(tree: SignedTree, limits: XmlLimits): SignatureClaims {
  const found = survey(tree.root);
  if (found.namespaces > limits.maxBytes) throw new CausewayError('too-large', `namespaces of more than ${limits.maxBytes} characters in canonical form`);
  const { signature, security } = place(tree, found);
  const [signedInfo, value, keyInfo] = exactly(signature, [[DS, 'SignedInfo'], [DS, 'SignatureValue'], [DS, 'KeyInfo']]);
  const [canonicalization, method, ...references] = elements(signedInfo!);
  expect(canonicalization, DS, 'CanonicalizationMethod');
  expect(method, DS, 'SignatureMethod');
  if (references.length === 0 || references.length > MAX_REFERENCES) throw weak('no reference, or too many');
  exactly(method!, []);
  const referable = new Set([child(tree.root, SOAP, 'Body'), ...elements(child(tree.root, SOAP, 'Header')!), ...elements(security)]);
  referable.delete(security);
  referable.delete(signature);
  const read = references.map((reference) => readReference(reference, found, referable));
  if (new Set(read.map((reference) => reference.id)).size !== read.length) throw invalid('two references of one id');
  return {
    signature,
    signedInfo: signedInfo!,
    platformHeader: found.platformHeader,
    prefixes: readCanonicalization(canonicalization!),
    method: methodNamed(attribute(method!, '', 'Algorithm')),
    value: base64(value!),
    references: read,
    certificate: readToken(keyInfo!, security, found),
  };
}

/** The one signature, in the one security header, in the one header of the envelope. */
function place(tree: SignedTree, found: Survey): { signature: XmlElement; security: XmlElement } {
  if (found.signatures.length === 0) throw new CausewayError('signature-missing', 'no ds:Signature in the message');
  exactly(tree.root, [[SOAP, 'Header'], [SOAP, 'Body']]);
  expect(tree.root, SOAP, 'Envelope');
  const [security, ...others] = found.securities;
  if (found.signatures.length > 1 || found.signedInfos > 1 || others.length > 0) throw invalid('more than one Signature, SignedInfo or Security');
  const signature = found.signatures[0]!;
  if (security === undefined || !child(tree.root, SOAP, 'Header')!.children.includes(security) || !security.children.includes(signature)) throw invalid('a signature in an unexpected place');
  // Canonicalisation drops comments, and text around them reads differently in different parsers.
  if (holdsComment(security, tree.commented)) throw invalid('a comment inside the security header');
  return { signature, security };
}

function holdsComment(element: XmlElement, commented: ReadonlySet<XmlElement>): boolean {
  return commented.size > 0 && (commented.has(element) || elements(element).some((one) => holdsComment(one, commented)));
}

function readReference(reference: XmlElement, found: Survey, referable: ReadonlySet<XmlElement | undefined>): SignatureReference {
  expect(reference, DS, 'Reference');
  if (attribute(reference, '', 'Type') !== undefined) throw weak('a typed reference');
  const [transforms, method, value] = exactly(reference, [[DS, 'Transforms'], [DS, 'DigestMethod'], [DS, 'DigestValue']], weak);
  const [transform] = exactly(transforms!, [[DS, 'Transform']], weak);
  exactly(method!, []);
  const id = fragment(attribute(reference, '', 'URI'));
  const element = findById(found, id);
  if (!referable.has(element)) throw invalid('a reference to an element in an unexpected place');
  return { id, element, prefixes: readCanonicalization(transform!), digest: digestNamed(attribute(method!, '', 'Algorithm')), value: base64(value!) };
}

/** PrefixList of an exclusive canonicalisation. `#default` is refused: implementations differ on it. */
function readCanonicalization(method: XmlElement): string[] {
  if (attribute(method, '', 'Algorithm') !== EXCLUSIVE_C14N) throw weak('a transform or canonicalisation other than exclusive c14n');
  const [inclusive, ...others] = elements(method);
  if (inclusive === undefined) return [];
  if (others.length > 0 || inclusive.ns !== EXCLUSIVE_C14N || inclusive.name !== 'InclusiveNamespaces') throw weak('a parameter of canonicalisation other than PrefixList');
  const prefixes = (attribute(inclusive, '', 'PrefixList') ?? '').split(/[ \t\r\n]+/).filter((prefix) => prefix !== '');
  if (!prefixes.every((prefix) => NC_NAME.test(prefix))) throw weak('a PrefixList of other than plain prefixes');
  return prefixes;
}

/** KeyInfo → SecurityTokenReference → Reference → BinarySecurityToken. Source: WSS X.509 Token Profile 1.1, section 3.2. */
function readToken(keyInfo: XmlElement, security: XmlElement, found: Survey): Buffer {
  const [tokenReference] = exactly(keyInfo, [[WSSE, 'SecurityTokenReference']], weak);
  const [reference] = exactly(tokenReference!, [[WSSE, 'Reference']], weak);
  if (attribute(reference!, '', 'ValueType') !== X509_V3) throw weak('a token reference of other than X509v3');
  const token = findById(found, fragment(attribute(reference!, '', 'URI')));
  const tokens = children(security, WSSE, 'BinarySecurityToken');
  if (tokens.length !== 1 || tokens[0] !== token) throw invalid('a key that is not the one token of the security header');
  if (attribute(token, '', 'ValueType') !== X509_V3 || attribute(token, '', 'EncodingType') !== BASE64) throw weak('a token of other than X509v3 in base64');
  return base64(token);
}

/** Same-document references by bare name only: no whole document, no XPointer, nothing outside. */
function fragment(uri: string | undefined): string {
  if (uri === undefined || !uri.startsWith('#') || !NC_NAME.test(uri.slice(1))) throw weak('a reference that is not to an id of this message');
  return uri.slice(1);
}

/** The child elements, when they are exactly these, in this order. */
function exactly(parent: XmlElement, names: readonly (readonly [ns: string, name: string])[], refuse = invalid): XmlElement[] {
  const found = elements(parent);
  if (found.length !== names.length || !names.every(([ns, name], at) => found[at]!.ns === ns && found[at]!.name === name)) throw refuse(`unexpected children of ${parent.name}`);
  return found;
}

function expect(element: XmlElement | undefined, ns: string, name: string): void {
  if (element?.ns !== ns || element.name !== name) throw invalid(`${name} missing`);
}

/** In the one spelling that the bytes have, but for white space. */
function base64(element: XmlElement): Buffer {
  exactly(element, []);
  const compact = text(element).replace(/[ \t\r\n]+/g, '');
  const bytes = Buffer.from(compact, 'base64');
  if (bytes.length === 0 || bytes.toString('base64') !== compact) throw invalid(`${element.name} is not base64`);
  return bytes;
}
