/** X-Road message protocol for REST (r1), behind a security server. */
import type { Dialect } from '../ecosystem.ts';
import { renderFault } from '../rest/faults.ts';
import { renderResponse } from '../rest/payload.ts';
import { verifyRequest, verifyResponse } from '../rest/proof.ts';
import { sendOnce } from '../send.ts';
import type { XRoadSettings } from '../xroad-settings.ts';
import { parseRequest, parseResponse } from './parse.ts';
import { renderRequest } from './render.ts';

export function xroadRest({ faultSpelling, maxAnswerBytes }: XRoadSettings): Dialect {
  return {
    name: 'xroad-rest',
    parseRequest,
    parseResponse,
    verifyRequest,
    verifyResponse: (received, _call, policy, now) => verifyResponse(received, policy, now),
    renderRequest: async (mapped, call) => renderRequest(mapped, call),
    renderResponse: async (mapped) => renderResponse(mapped),
    renderFault: (error, facts) => renderFault(error, facts, faultSpelling),
    call: (request, connection, deadline) => sendOnce(request, connection, deadline, maxAnswerBytes),
  };
}
