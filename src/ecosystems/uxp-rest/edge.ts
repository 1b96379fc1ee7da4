/** REST of UXP in the place of the security servers: `/restapi`, and services called by themselves. */
import type { HomeService } from '../../mapping/mappings.ts';
import type { HttpMessage, HttpReply } from '../../platform/http-client.ts';
import type { XmlLimits } from '../../platform/limits.ts';
import type { DomesticResponse, Mapped, Received } from '../../stages.ts';
import type { Addressed, Edge, EdgeArrival } from '../edge.ts';
import type { DomesticCall } from '../ecosystem.ts';
import { malformed } from '../malformed.ts';
import { serviceFaulted } from '../rest/service-fault.ts';
import { readClient, readService } from './identifiers.ts';
import { meant, receivedAnswer } from './parse.ts';
import { renderRequest } from './render.ts';

const BASE = '/restapi';

export const restEdge: Edge = {
  path: BASE,
  address({ http }: EdgeArrival, services: readonly HomeService[]): Addressed {
    const named = readService(http.headers);
    if (named === undefined) throw malformed('Uxp-Service', 'The header is missing.');
    const service = services.find((home) => home.dialect === 'uxp-rest' && meant(named, home.service))?.service ?? named;
    // Of an answer, what UXP adds is not public: nothing is.
    return { client: readClient(http.headers), service, forwarded: { ...http, target: http.target.slice(BASE.length) }, complete: (reply) => reply };
  },
};

/** What the service's security server sends to the service URL: the target is what follows it. */
export function renderForProvider(mapped: Mapped<'domestic'>, call: DomesticCall): HttpMessage {
  const request = renderRequest(mapped, call);
  return { ...request, target: request.target.slice(BASE.length) };
}

/** The answer of a service of ours, straight from it: every error is its own, and nobody repeated headers of the request. */
export function parseProviderResponse(reply: HttpReply, call: DomesticCall, _request: HttpMessage, limits: XmlLimits): Received<DomesticResponse> {
  if (reply.status >= 300) throw serviceFaulted(reply);
  return receivedAnswer(reply, call, limits);
}
