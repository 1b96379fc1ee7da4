/** An HTTPS and JSON party without a security server: API hubs whose services OpenAPI describes (docs/connect-api-hub.md). */
import type { Dialect } from '../ecosystem.ts';
import { call } from './call.ts';
import { renderFault } from './faults.ts';
import { parseRequest, parseResponse } from './parse.ts';
import { verifyRequest, verifyResponse } from './proof.ts';
import { renderRequest, renderResponse } from './render.ts';
import type { HubSettings } from './settings.ts';

export function openapi(settings: HubSettings): Dialect {
  return {
    name: 'openapi',
    parseRequest: (http, candidates, limits) => parseRequest(http, candidates, limits, settings),
    parseResponse: (reply, made, request, limits) => parseResponse(reply, made, request, limits, settings),
    verifyRequest: (received, policy, now, limits) => verifyRequest(received, policy, now, limits, settings),
    verifyResponse: (received, made, policy, now, limits) => verifyResponse(received, made, policy, now, limits, settings),
    renderRequest: (mapped, made, policy, now) => renderRequest(mapped, made, policy, now, settings),
    renderResponse: (mapped, request, policy, now) => renderResponse(mapped, request, policy, now, settings),
    renderFault,
    call: (request, connection, deadline, scope) => call(request, connection, deadline, scope, settings),
  };
}
