/** X-Road message protocol 4.0 (SOAP), behind a security server or in its place. */
import type { Dialect } from '../ecosystem.ts';
import { sendOnce } from '../send.ts';
import type { XRoadSettings } from '../xroad-settings.ts';
import { parseProviderResponse, soapEdge } from './edge.ts';
import { renderEdgeFault, renderFault } from './faults.ts';
import { parseRequest, parseResponse } from './parse.ts';
import { verifyRequest, verifyResponse } from './proof.ts';
import { renderRequest, renderResponse } from './render.ts';

export function xroadSoap(settings: XRoadSettings): Dialect {
  const provider = behindServer(settings);
  if (settings.edge === undefined) return provider;
  return {
    ...provider,
    edge: soapEdge,
    parseResponse: parseProviderResponse,
    renderRequest: async (...request) => ({ ...(await renderRequest(...request)), target: '' }),
    renderFault: (error, facts) => renderEdgeFault(error, facts, settings.faultSpelling),
  };
}

function behindServer({ faultSpelling, maxAnswerBytes }: XRoadSettings): Dialect {
  return {
    name: 'xroad-soap',
    parseRequest,
    parseResponse,
    verifyRequest,
    verifyResponse,
    renderRequest,
    renderResponse,
    renderFault: (error, facts) => renderFault(error, facts, faultSpelling),
    call: (request, connection, deadline) => sendOnce(request, connection, deadline, maxAnswerBytes),
  };
}
