/**
 * The independent verifier: @xmldom/xmldom parses for the profile, xml-crypto parses again, canonicalises and verifies.
 * Ten times slower than the other; what the two have in common is the profile and node:crypto.
 */
import type { KeyObject } from 'node:crypto';
import { ExclusiveCanonicalization, SignedXml } from 'xml-crypto';
import type { SignatureAlgorithm } from 'xml-crypto';
import type { XmlLimits } from '../../platform/limits.ts';
import { parseDom } from '../../xml/dom.ts';
import { checkKey, DIGEST_METHODS, EXCLUSIVE_C14N, verifyValue } from './algorithms.ts';
import { invalid } from './names.ts';
import type { VerifiedSignature } from './xml-signature.ts';
import { readSignature } from './xml-signature.ts';

/** See XmlVerifier. */
export function verifyWithXmlCrypto(bytes: Uint8Array, limits: XmlLimits, keyOf: (certificate: Buffer) => KeyObject): VerifiedSignature {
  const dom = parseDom(bytes, limits);
  const claims = readSignature(dom, limits);
  const key = keyOf(claims.certificate);
  checkKey(claims.method, key);
  // xml-crypto itself refuses a document in which an id stands twice.
  const source = claims.platformHeader === undefined ? dom.source : dom.without(claims.platformHeader);
  const canonical = check(source, dom.markup(claims.signature), claims.method, key);
  if (canonical.length !== claims.references.length) throw invalid('xml-crypto saw other references');
  return { certificate: claims.certificate, root: dom.root, covered: claims.references.map(({ id, element }, at) => ({ id, element, bytes: Buffer.from(canonical[at]!, 'utf8') })) };
}

/** Canonical text of each reference, in the order of SignedInfo. xml-crypto answers false on one path and throws on others: both refuse. */
function check(source: string, signature: string, method: string, key: KeyObject): string[] {
  const signed = restricted(method, key);
  let good: boolean;
  try {
    signed.loadSignature(signature);
    good = signed.checkSignature(source);
  } catch (cause) {
    throw invalid('xml-crypto refused the signature', cause);
  }
  if (!good) throw invalid('xml-crypto: a digest does not match');
  return signed.getSignedReferences();
}

/** xml-crypto cut down to the profile: its own tables would also take SHA-1, other canonicalisations and the enveloped transform. */
function restricted(method: string, key: KeyObject): SignedXml {
  const signed = new SignedXml({ publicCert: key, getCertFromKeyInfo: () => null });
  signed.idAttributes = ['Id'];
  signed.CanonicalizationAlgorithms = { [EXCLUSIVE_C14N]: CodePointOrder };
  signed.HashAlgorithms = pick(signed.HashAlgorithms, DIGEST_METHODS);
  signed.SignatureAlgorithms = { [method]: algorithm(method, key) };
  return signed;
}

type Order = -1 | 0 | 1;

interface DomAttribute {
  readonly namespaceURI: string | null;
  readonly localName: string;
}

/** xml-crypto sorts prefixes by locale, which puts ds before SOAP-ENV; canonical order is that of code points. */
class CodePointOrder extends ExclusiveCanonicalization {
  override nsCompare(a: { readonly prefix: string }, b: { readonly prefix: string }): Order {
    return compare(a.prefix, b.prefix);
  }
  override attrCompare(a: DomAttribute, b: DomAttribute): Order {
    return compare(a.namespaceURI ?? '', b.namespaceURI ?? '') || compare(a.localName, b.localName);
  }
}

function compare(a: string, b: string): Order {
  return Buffer.compare(Buffer.from(a, 'utf8'), Buffer.from(b, 'utf8'));
}

function pick<T>(table: Readonly<Record<string, T>>, names: readonly string[]): Record<string, T> {
  return Object.fromEntries(names.map((name) => [name, table[name]!]));
}

/** xml-crypto has no ECDSA, and hands keys on as they come. */
function algorithm(method: string, key: KeyObject): new () => SignatureAlgorithm {
  return class implements SignatureAlgorithm {
    verifySignature(material: string, _key: unknown, value: string): boolean {
      return verifyValue(method, key, Buffer.from(material, 'utf8'), Buffer.from(value, 'base64'));
    }
    getSignature(): never {
      throw invalid('this object verifies only');
    }
    getAlgorithmName(): string {
      return method;
    }
  };
}
