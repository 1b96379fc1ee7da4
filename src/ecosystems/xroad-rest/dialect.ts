/** X-Road message protocol for REST (r1), behind a security server or in its place. */
import type { Dialect } from '../ecosystem.ts';
import { renderFault } from '../rest/faults.ts';
import { restPacking } from '../rest/packing.ts';
import { renderResponse } from '../rest/payload.ts';
import { verifyRequest, verifyResponse } from '../rest/proof.ts';
import { renderUnmappedResponse } from '../rest/unmapped.ts';
import { renderServiceFault } from '../rest/service-fault.ts';
import { sendOnce } from '../send.ts';
import type { XRoadSettings } from '../xroad-settings.ts';
import { askMethods } from './ask-methods.ts';
import { loggedRest } from './logged.ts';
import { parseProviderResponse, renderEdgeFault, renderForProvider, restEdge } from './edge.ts';
import { parseRequest, parseResponse } from './parse.ts';
import { renderRequest } from './render.ts';

export function xroadRest(settings: XRoadSettings): Dialect {
  const provider = behindServer(settings);
  if (settings.edge === undefined) return provider;
  return {
    ...provider,
    edge: restEdge(settings.edge.instance),
    parseResponse: parseProviderResponse,
    renderRequest: async (mapped, call) => renderForProvider(mapped, call),
    renderFault: (error, facts) => (facts.said === undefined ? renderEdgeFault(error, facts, settings.faultSpelling) : renderServiceFault(facts.said, facts.exchange, facts.accept)),
  };
}

function behindServer({ faultSpelling, maxAnswerBytes }: XRoadSettings): Dialect {
  return {
    name: 'xroad-rest',
    packing: restPacking,
    logged: loggedRest,
    methods: askMethods,
    parseRequest,
    parseResponse,
    verifyRequest,
    verifyResponse: (received, _call, policy, now) => verifyResponse(received, policy, now),
    renderRequest: async (mapped, call) => renderRequest(mapped, call),
    renderResponse: async (mapped, request) => (request.payload.form === 'unmapped' ? renderUnmappedResponse(mapped) : renderResponse(mapped)),
    renderFault: (error, facts) => (facts.said === undefined ? renderFault(error, facts, faultSpelling) : renderServiceFault(facts.said, facts.exchange, facts.accept)),
    call: (request, connection, deadline, scope) => sendOnce(request, connection, deadline, maxAnswerBytes, scope),
  };
}
