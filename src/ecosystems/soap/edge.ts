/** SOAP in the place of the security servers: what the asker's own does with a message (PR-MESS 4.0.25), and what the service's does. */
import { ServiceFaulted } from '../../errors.ts';
import type { HttpMessage, HttpReply } from '../../platform/http-client.ts';
import type { XmlLimits } from '../../platform/limits.ts';
import type { DomesticResponse, Received } from '../../stages.ts';
import type { Addressed, Edge, EdgeArrival } from '../edge.ts';
import type { DomesticCall } from '../ecosystem.ts';
import { malformed } from '../malformed.ts';
import { XROAD_DOCUMENTS } from './documents.ts';
import { soapMetaservice } from './metadata.ts';
import { PREFIXES, XROAD } from './names.ts';
import { readAnswer, readRequest, receivedAnswer } from './parse.ts';
import { requestHash } from './request-hash.ts';

export const soapEdge: Edge = {
  path: '/',
  address({ http }: EdgeArrival, _services, limits: XmlLimits): Addressed {
    const message = readRequest(http, limits);
    if (message.kind === 'fault') throw malformed('Body', 'A request cannot be a fault.');
    const { client, service } = message.headers;
    const metaservice = soapMetaservice(message);
    return { client, service, forwarded: { ...http, target: '' }, complete: (reply) => withRequestHash(reply, requestHash(http.body)), ...(metaservice === undefined ? {} : { metaservice }) };
  },
  documents: XROAD_DOCUMENTS,
};

/** The answer of a service of ours, straight from it: any fault is its own, and nobody added a request hash. */
export function parseProviderResponse(reply: HttpReply, call: DomesticCall, _request: HttpMessage, limits: XmlLimits): Received<DomesticResponse> {
  const message = readAnswer(reply, limits);
  if (message.kind === 'fault') throw new ServiceFaulted(`SOAP fault of the service, status ${reply.status}`, message.fault.said);
  return receivedAnswer(message, reply, call, limits);
}

const ID_END = `</${PREFIXES[XROAD]}:id>`;

/**
 * requestHash behind the id of an answer that renderResponse wrote, as a security server puts it there: after a signature, which does not cover it.
 * The first end tag of an id is that of the header: text is escaped, and nothing of another namespace precedes it with our prefix.
 */
function withRequestHash(reply: HttpReply, { algorithm, value }: ReturnType<typeof requestHash>): HttpReply {
  if (reply.status !== 200) return reply;
  const body = Buffer.from(reply.body.buffer, reply.body.byteOffset, reply.body.byteLength);
  const at = body.indexOf(ID_END) + ID_END.length;
  const prefix = PREFIXES[XROAD];
  const header = `<${prefix}:requestHash xmlns:${prefix}="${XROAD}" algorithmId="${algorithm}">${value}</${prefix}:requestHash>`;
  return { ...reply, body: Buffer.concat([body.subarray(0, at), Buffer.from(header), body.subarray(at)]) };
}
