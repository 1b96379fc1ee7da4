/** A REST message as X-Road logs it (reference: RestRequest.toByteArray, RestResponse.toByteArray of X-Road 7): its head is message.xml, its body the first attachment. */
import type { HttpHeaders } from '../../platform/http-client.ts';
import { malformed } from '../malformed.ts';
import { loggedAttachments } from '../logged.ts';
import type { Logged, LoggedMessageOf } from '../logged.ts';
import { messageBytes } from '../rest/message-bytes.ts';
import { crossingNames } from '../rest/unmapped.ts';
import { MESSAGE_HEADERS } from './identifiers.ts';

/** `/r1/<instance>/<class>/<code>/<subsystem>/<service>` stands before what follows the service URL. */
const SERVICE_PATH = /^\/r1(?:\/[^/?]*){5}/;

export const loggedRest: LoggedMessageOf = (parts, unmapped): Logged => {
  const [first = '', second = '', ...lines] = Buffer.from(parts.get('/message.xml') ?? new Uint8Array()).toString().split('\r\n');
  const headers = headersOf(lines);
  const bodies = loggedAttachments(parts);
  // First byte '1' to '9': a response, which begins with its status (RestMessage.of).
  const start = /^[1-9]/.test(first) ? [first] : [first, requestTarget(second)];
  const names = unmapped ? [...new Set([...MESSAGE_HEADERS, ...crossingNames(headers)])] : MESSAGE_HEADERS;
  return { root: messageBytes(start, names, headers, unmapped ? new Uint8Array() : (bodies[0] ?? new Uint8Array())), attachments: unmapped ? bodies : [] };
};

function requestTarget(target: string): string {
  if (!SERVICE_PATH.test(target)) throw malformed('message.xml', 'It is no head of a REST message.');
  return target.replace(SERVICE_PATH, '');
}

/** A repeated header is joined as Node joins it where it is received. */
function headersOf(lines: readonly string[]): HttpHeaders {
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const at = line.indexOf(':');
    if (at < 1) continue;
    const [name, value] = [line.slice(0, at).toLowerCase(), line.slice(at + 1)];
    headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`;
  }
  return headers;
}
