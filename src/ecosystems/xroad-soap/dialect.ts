/** X-Road message protocol 4.0 (SOAP), behind a security server. */
import type { Dialect } from '../ecosystem.ts';
import { sendOnce } from '../send.ts';
import type { XRoadSettings } from '../xroad-settings.ts';
import { renderFault } from './faults.ts';
import { parseRequest, parseResponse } from './parse.ts';
import { verifyRequest, verifyResponse } from './proof.ts';
import { renderRequest, renderResponse } from './render.ts';

export function xroadSoap({ faultSpelling, maxAnswerBytes }: XRoadSettings): Dialect {
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
