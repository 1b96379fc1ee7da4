/** A fault of the foreign service, as a SOAP service at home would have given it. */
import type { ServiceFault } from '../../errors.ts';
import type { HttpReply } from '../../platform/http-client.ts';
import { DEFAULT_XML_LIMITS } from '../../platform/limits.ts';
import type { XmlElement } from '../../stages.ts';
import { parseXml } from '../../xml/parse.ts';
import { faultReply } from './faults.ts';

/** SOAP 1.1, section 4.4.1: the codes that are qualified by the envelope's namespace. */
const SOAP_CODES = new Set(['VersionMismatch', 'MustUnderstand', 'Client', 'Server']);
/** What XML 1.0 cannot hold. */
const FORBIDDEN = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;

/** faultcode, faultstring and detail as the service wrote them; of a REST error, its status and its body. The exchange id stands in a header alone. */
export function renderServiceFault({ code, text, status, detail }: ServiceFault, exchange: string): HttpReply {
  const reason = text === '' && status !== undefined ? `HTTP status ${status}` : text;
  return faultReply(qualified(code ?? (status !== undefined && status < 500 ? 'Client' : 'Server')), clean(reason), detail === undefined ? [] : detailOf(detail), { 'causeway-exchange': exchange });
}

/** Prefixes of the service's own message mean nothing here. */
function qualified(code: string): string {
  const local = clean(code.slice(code.lastIndexOf(':') + 1));
  return SOAP_CODES.has(local.split('.', 1)[0] ?? '') ? `SOAP-ENV:${local}` : local;
}

function detailOf({ type, content }: NonNullable<ServiceFault['detail']>): XmlElement['children'] {
  if (type !== 'text/xml') return [clean(content)];
  try {
    return parseXml(Buffer.from(content), DEFAULT_XML_LIMITS).children;
  } catch {
    return [clean(content)];
  }
}

function clean(text: string): string {
  return text.replace(FORBIDDEN, '\ufffd');
}
