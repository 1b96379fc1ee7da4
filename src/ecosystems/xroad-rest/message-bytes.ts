/** A REST message as bytes, for proof, evidence and the comparison of repeated requests: a REST message has no envelope of its own. */
import type { HttpHeaders } from '../../platform/http-client.ts';
import { CLIENT, ID, ISSUE, REPRESENTED_PARTY, REQUEST_HASH, SERVICE, USER_ID } from './identifiers.ts';

/** What is read of a message. X-Road-Request-Id is new at each delivery of the same message, and everything else is the transport's. */
const HEADERS = [CLIENT, ID, SERVICE, USER_ID, ISSUE, REPRESENTED_PARTY, REQUEST_HASH, 'content-type'];

/** In the form in which X-Road itself signs a REST message: start lines, `name:value` lines, and here an empty line and the body. */
export function messageBytes(start: readonly string[], headers: HttpHeaders, body: Uint8Array): Uint8Array {
  const lines = HEADERS.flatMap((name) => (headers[name] === undefined ? [] : [`${name}:${headers[name]}`]));
  return Buffer.concat([Buffer.from([...start, ...lines, '', ''].join('\r\n'), 'utf8'), body]);
}
