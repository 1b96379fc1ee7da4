/** What a member's signature must cover, and the message that remains when only covered bytes are kept. */
import { CausewayError } from '../../errors.ts';
import type { VerifiedSignature } from '../../crypto/xml-signature.ts';
import type { XmlElement } from '../../stages.ts';
import { child, children, elements } from '../../xml/element.ts';
import { REPRESENTATION, SECURITY_TOKEN, SOAP, WSSE, WSU, XROAD } from './names.ts';

export interface CoveredMessage {
  /** An envelope of the canonical bytes of the X-Road headers and the body: the same message gives the same bytes under a renewed signature. */
  readonly envelope: Buffer;
  /** Canonical bytes of wsu:Timestamp. */
  readonly timestamp: Uint8Array;
}

const XROAD_HEADERS: ReadonlySet<string> = new Set([XROAD, REPRESENTATION, SECURITY_TOKEN]);

/**
 * Puts the message together again from covered bytes. Each canonical part declares the namespaces that it uses, so that it
 * reads the same in the new envelope. Headers of other namespaces are left out, covered or not, and so is xroad:requestHash,
 * which the security server adds after the member has signed. Throws `signature-incomplete`.
 */
export function coveredMessage(signature: VerifiedSignature): CoveredMessage {
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
  return {
    envelope: Buffer.concat([Buffer.from(`<SOAP-ENV:Envelope xmlns:SOAP-ENV="${SOAP}"><SOAP-ENV:Header>`), ...headers, Buffer.from('</SOAP-ENV:Header>'), body, Buffer.from('</SOAP-ENV:Envelope>')]),
    timestamp: need('Timestamp', timestamps[0]),
  };
}

function mustBeCovered(header: XmlElement): boolean {
  return XROAD_HEADERS.has(header.ns) && !(header.ns === XROAD && header.name === 'requestHash');
}
