/** Faults of REST services: as they come to us, and as a REST service at home would have given them. */
import { ServiceFaulted } from '../../errors.ts';
import type { ServiceFault } from '../../errors.ts';
import type { HttpReply } from '../../platform/http-client.ts';
import { errorReply } from './faults.ts';
import { isAscii } from './header-text.ts';

/** Bodies of other types are left behind: a page for a browser, a picture. */
const TEXTS = /^(application\/(json|xml|[\w.-]+\+(json|xml))|text\/(plain|xml))$/;

/** An answer with a status other than 2xx is the service's own fault; a redirect is passed on, never followed (PR-REST, section 4.7). */
export function serviceFaulted({ status, headers, body }: HttpReply): ServiceFaulted {
  const type = (headers['content-type'] ?? '').split(';', 1)[0]!.trim().toLowerCase();
  const content = body.length > 0 && TEXTS.test(type) ? utf8(body) : undefined;
  const location = headers['location'];
  return new ServiceFaulted(`status ${status}`, { text: '', status, ...(location === undefined ? {} : { location }), ...(content === undefined ? {} : { detail: { type, content } }) }, { hint: `Its HTTP status is ${status}.` });
}

/** Status and body as the service wrote them; of a SOAP fault, its parts in the fields of X-Road's errors (PR-REST, section 4.6). */
export function renderServiceFault({ code, text, status, location, detail }: ServiceFault, exchange: string, accept: string | undefined): HttpReply {
  const traced = { 'causeway-exchange': exchange };
  if (status === undefined) return errorReply(500, { ...(code === undefined ? {} : { type: code }), message: text, ...(detail === undefined ? {} : { detail: detail.content }) }, accept, traced);
  const headers = { ...traced, ...(location === undefined || !isAscii(location) ? {} : { location }) };
  if (detail === undefined || !TEXTS.test(detail.type)) return { status, headers, body: new Uint8Array() };
  return { status, headers: { ...headers, 'content-type': `${detail.type}; charset=utf-8` }, body: Buffer.from(detail.content) };
}

function utf8(body: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    return undefined;
  }
}
