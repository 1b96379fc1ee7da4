/** Namespaces and URIs of a signed X-Road SOAP message, and the refusal that its readers share. */
import { CausewayError } from '../../errors.ts';

export const SOAP = 'http://schemas.xmlsoap.org/soap/envelope/';
export const XROAD = 'http://x-road.eu/xsd/xroad.xsd';
export const DS = 'http://www.w3.org/2000/09/xmldsig#';
export const WSSE = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd';
export const WSU = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd';
export const X509_V3 = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3';
export const BASE64 = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary';

export function invalid(message: string, cause?: unknown): CausewayError {
  return new CausewayError('signature-invalid', message, { cause });
}
