/** A REST message as bytes, for proof, evidence and the comparison of repeated requests: a REST message has no envelope of its own. */
import type { HttpHeaders } from '../../platform/http-client.ts';

/**
 * In the form in which X-Road itself signs a REST message: start lines, `name:value` lines, and here an empty line and the body. `names`: the headers that the
 * dialect reads, which are the message; the others are the transport's, and may differ when the same message comes again.
 */
export function messageBytes(start: readonly string[], names: readonly string[], headers: HttpHeaders, body: Uint8Array): Uint8Array {
  const lines = names.flatMap((name) => (headers[name] === undefined ? [] : [`${name}:${headers[name]}`]));
  return Buffer.concat([Buffer.from([...start, ...lines, '', ''].join('\r\n'), 'utf8'), body]);
}
