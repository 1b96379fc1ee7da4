/** REST of UXP (`/restapi`), behind its security server or in its place. */
import type { Dialect } from '../ecosystem.ts';
import { renderResponse } from '../rest/payload.ts';
import { verifyRequest, verifyResponse } from '../rest/proof.ts';
import { renderServiceFault } from '../rest/service-fault.ts';
import { sendOnce } from '../send.ts';
import type { XRoadSettings } from '../xroad-settings.ts';
import { parseProviderResponse, renderForProvider, restEdge } from './edge.ts';
import { renderFault } from './faults.ts';
import { parseRequest, parseResponse } from './parse.ts';
import { renderRequest } from './render.ts';

export function uxpRest(settings: XRoadSettings): Dialect {
  const provider = behindServer(settings);
  if (settings.edge === undefined) return provider;
  return { ...provider, edge: restEdge, parseResponse: parseProviderResponse, renderRequest: async (mapped, call) => renderForProvider(mapped, call) };
}

function behindServer({ faultSpelling, maxAnswerBytes }: XRoadSettings): Dialect {
  return {
    name: 'uxp-rest',
    parseRequest,
    parseResponse: (reply, call, _request, limits) => parseResponse(reply, call, limits),
    verifyRequest,
    verifyResponse: (received, _call, policy, now) => verifyResponse(received, policy, now),
    renderRequest: async (mapped, call) => renderRequest(mapped, call),
    renderResponse: async (mapped) => renderResponse(mapped),
    renderFault: (error, facts) => (facts.said === undefined ? renderFault(error, facts, faultSpelling) : renderServiceFault(facts.said, facts.exchange, facts.accept)),
    call: (request, connection, deadline, scope) => sendOnce(request, connection, deadline, maxAnswerBytes, scope),
  };
}
