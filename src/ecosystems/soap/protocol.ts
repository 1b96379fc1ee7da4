/** X-Road message protocol 4.0 (SOAP) behind a security server or in its place, as X-Road and UXP both speak it. */
import type { DialectName } from '../../stages.ts';
import type { Dialect } from '../ecosystem.ts';
import { loggedEnvelope } from '../logged.ts';
import { sendOnce } from '../send.ts';
import type { XRoadSettings } from '../xroad-settings.ts';
import { DEFAULT_XML_LIMITS } from '../../platform/limits.ts';
import { DEFAULT_MULTIPART_LIMITS } from '../../platform/multipart.ts';
import { askMethods } from './ask-methods.ts';
import { soapPacking } from './attachments.ts';
import { parseProviderResponse, soapEdge } from './edge.ts';
import { renderEdgeFault, renderFault } from './faults.ts';
import { parseRequest, parseResponse } from './parse.ts';
import type { CheckRequestHash } from './parse.ts';
import { verifyRequest, verifyResponse } from './proof.ts';
import { renderServiceFault } from './service-fault.ts';
import { renderRequest, renderResponse } from './render.ts';

/** Where the platforms differ. */
export interface SoapPlatform {
  readonly name: DialectName;
  readonly checkRequestHash: CheckRequestHash;
}

export function soapDialect(platform: SoapPlatform, settings: XRoadSettings): Dialect {
  const provider = behindServer(platform, settings);
  if (settings.edge === undefined) return provider;
  return {
    ...provider,
    edge: soapEdge,
    parseResponse: parseProviderResponse,
    renderRequest: async (...request) => ({ ...(await provider.renderRequest(...request)), target: '' }),
    renderFault: (error, facts) => (facts.said === undefined ? renderEdgeFault(error, facts, settings.faultSpelling) : renderServiceFault(facts.said, facts.exchange)),
  };
}

function behindServer({ name, checkRequestHash }: SoapPlatform, { faultSpelling, maxAnswerBytes, mime = DEFAULT_MULTIPART_LIMITS, xml = DEFAULT_XML_LIMITS }: XRoadSettings): Dialect {
  return {
    name,
    methods: askMethods,
    packing: soapPacking(mime),
    logged: loggedEnvelope,
    parseRequest: (http, candidates, limits) => parseRequest(http, candidates, limits, name),
    parseResponse: (reply, call, request, limits) => parseResponse(reply, call, request, limits, checkRequestHash),
    verifyRequest,
    verifyResponse,
    renderRequest: (mapped, call, policy, now) => renderRequest(mapped, call, policy, now, xml),
    renderResponse: (mapped, request, policy, now) => renderResponse(mapped, request, policy, now, xml),
    renderFault: (error, facts) => (facts.said === undefined ? renderFault(error, facts, faultSpelling) : renderServiceFault(facts.said, facts.exchange)),
    call: (request, connection, deadline, scope) => sendOnce(request, connection, deadline, maxAnswerBytes, scope),
  };
}
