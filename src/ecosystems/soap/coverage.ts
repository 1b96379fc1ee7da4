/** What a member's signature must cover, and the message that remains when only covered bytes are kept. */
import { CausewayError } from '../../errors.ts';
import type { VerifiedSignature } from '../../crypto/xml-signature/xml-signature.ts';
import type { XmlLimits } from '../../platform/limits.ts';
import type { XmlElement } from '../../stages.ts';
import { child, children, elements } from '../../xml/element.ts';
import { unprovenXml } from '../../xml/document.ts';
import { REPRESENTATION, SECURITY_TOKEN, SOAP, WSSE, WSU, XROAD } from './names.ts';

export interface CoveredMessage {
  /** An envelope read from the canonical bytes of the X-Road headers and the body, without the wsu:Ids by which the signature refers to them. */
  readonly envelope: XmlElement;
  /** What it was read from. */
  readonly bytes: Uint8Array;
  /** wsu:Timestamp, read from its canonical bytes too. */
  readonly timestamp: XmlElement;
}

const XROAD_HEADERS: ReadonlySet<string> = new Set([XROAD, REPRESENTATION, SECURITY_TOKEN]);

/**
 * Puts the message together again from covered bytes. Each canonical part declares the namespaces that it uses, so that it
 * reads the same in the new envelope. Headers of other namespaces are left out, covered or not, and so is xroad:requestHash,
 * which the security server adds after the member has signed. Throws `signature-incomplete`.
 */
export function coveredMessage(signature: VerifiedSignature, limits: XmlLimits): CoveredMessage {
  const bytesOf = new Map(signature.covered.map((covered) => [covered.element, covered.bytes]));
  const need = (what: string, element: XmlElement | undefined): Uint8Array => {
    const bytes = element === undefined ? undefined : bytesOf.get(element);
    if (bytes === undefined) throw new CausewayError('signature-incomplete', `${what} is not covered`, { facts: { field: what } });
    return bytes;
  };
  const header = child(signature.root, SOAP, 'Header')!;
  const security = child(header, WSSE, 'Security')!;
  const timestamps = children(security, WSU, 'Timestamp');
  need('BinarySecurityToken', child(security, WSSE, 'BinarySecurityToken'));
  const headers = elements(header).filter(mustBeCovered).map((one) => need(one.name, one));
  const body = need('Body', child(signature.root, SOAP, 'Body'));
  if (timestamps.length > 1) throw new CausewayError('signature-invalid', 'more than one Timestamp');
  return readTogether(headers, body, need('Timestamp', timestamps[0]), limits);
}

/** In one reading. Canonicalisation wrote the bytes out of a document that is well-formed, so that they are. */
function readTogether(headers: readonly Uint8Array[], body: Uint8Array, timestamp: Uint8Array, limits: XmlLimits): CoveredMessage {
  const bytes = Buffer.concat([Buffer.from(`<e:Envelope xmlns:e="${SOAP}"><e:Header>`), ...headers, Buffer.from('</e:Header>'), body, timestamp, Buffer.from('</e:Envelope>')]);
  const root = unprovenXml(bytes, limits);
  const [readHeader, readBody, readTimestamp] = elements(root) as [XmlElement, XmlElement, XmlElement];
  return { bytes, envelope: { ...root, children: [{ ...readHeader, children: elements(readHeader).map(withoutId) }, withoutId(readBody)] }, timestamp: readTimestamp };
}

function withoutId(part: XmlElement): XmlElement {
  return { ...part, attributes: part.attributes.filter(({ ns, name }) => ns !== WSU || name !== 'Id') };
}

function mustBeCovered(header: XmlElement): boolean {
  return XROAD_HEADERS.has(header.ns) && !(header.ns === XROAD && header.name === 'requestHash');
}
