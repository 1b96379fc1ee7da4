/** Namespaces of the X-Road SOAP protocol 4.0 (PR-MESS 4.0.25, Annex A to C) and the prefixes that we write. */
export const SOAP = 'http://schemas.xmlsoap.org/soap/envelope/';
export const SOAP12 = 'http://www.w3.org/2003/05/soap-envelope';
export const XROAD = 'http://x-road.eu/xsd/xroad.xsd';
export const IDENTIFIERS = 'http://x-road.eu/xsd/identifiers';
export const REPRESENTATION = 'http://x-road.eu/xsd/representation.xsd';
export const SECURITY_TOKEN = 'http://x-road.eu/xsd/security-token.xsd';
export const WSSE = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd';
export const WSU = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd';
export const XOP = 'http://www.w3.org/2004/08/xop/include';
/** Detail of our own faults. */
export const FAULT = 'urn:causeway:fault:1';

export const PREFIXES = { [SOAP]: 'SOAP-ENV', [XROAD]: 'xrd', [IDENTIFIERS]: 'id', [REPRESENTATION]: 'repr' } as const;

/** Of a root part with xop:Include in it (XOP 1.0, section 5). */
export const XOP_TYPE = 'application/xop+xml';

export const CONTENT_TYPE = 'text/xml; charset=utf-8';
export const XOP_CONTENT_TYPE = `${XOP_TYPE}; charset=utf-8; type="text/xml"`;
