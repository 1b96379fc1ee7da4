/** REST of UXP (`/restapi`), behind its security server. */
import type { Dialect } from '../ecosystem.ts';
import { renderResponse } from '../rest/payload.ts';
import { verifyRequest, verifyResponse } from '../rest/proof.ts';
import { sendOnce } from '../send.ts';
import type { XRoadSettings } from '../xroad-settings.ts';
import { renderFault } from './faults.ts';
import { parseRequest, parseResponse } from './parse.ts';
import { renderRequest } from './render.ts';

export function uxpRest({ faultSpelling, maxAnswerBytes }: XRoadSettings): Dialect {
  return {
    name: 'uxp-rest',
    parseRequest,
    parseResponse: (reply, call, _request, limits) => parseResponse(reply, call, limits),
    verifyRequest,
    verifyResponse: (received, _call, policy, now) => verifyResponse(received, policy, now),
    renderRequest: async (mapped, call) => renderRequest(mapped, call),
    renderResponse: async (mapped) => renderResponse(mapped),
    renderFault: (error, facts) => renderFault(error, facts, faultSpelling),
    call: (request, connection, deadline) => sendOnce(request, connection, deadline, maxAnswerBytes),
  };
}
