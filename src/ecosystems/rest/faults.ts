/** Refusals as REST errors, as a provider gives them: the security server passes them on as they are. X-Road-Error is its own and is never set here. */
import type { CausewayError } from '../../errors.ts';
import type { HttpReply } from '../../platform/http-client.ts';
import { element } from '../../xml/element.ts';
import { renderXml } from '../../xml/render.ts';
import type { FaultFacts } from '../ecosystem.ts';
import { faultDetails } from '../fault-details.ts';
import { GATEWAY_FAULTS, gatewayCode } from '../xroad-faults.ts';
import type { FaultSpelling } from '../xroad-faults.ts';
import { JSON_TYPE } from './body.ts';

/** As a security server chooses: XML only when the caller accepts an XML type (ClientRestMessageHandler of X-Road 7). */
const XML_TYPES: Readonly<Record<string, string>> = { 'text/xml': 'text/xml', 'application/xml': 'application/xml', 'text/*': 'text/xml' };

/** X-Road's three fields (PR-REST, section 4.6) and then ours, flat. `Causeway-Error` repeats our code; `Retry-After` stands where the time to come back is known. */
export function renderFault(error: CausewayError, facts: FaultFacts, spelling: FaultSpelling): HttpReply {
  const fields = Object.fromEntries([
    ['type', gatewayCode(error.code, spelling)],
    ['message', error.publicText],
    ['detail', facts.exchange],
    ...faultDetails(error, facts),
  ]);
  const { until } = error.facts;
  return errorReply(GATEWAY_FAULTS[error.code].status, fields, facts.accept, { 'causeway-error': error.code, ...(until === undefined ? {} : { 'retry-after': new Date(until).toUTCString() }) });
}

/** JSON, or XML where the caller accepts an XML type. */
export function errorReply(status: number, fields: Readonly<Record<string, string>>, accept: string | undefined, headers: Readonly<Record<string, string>>): HttpReply {
  const xml = xmlType(accept);
  return { status, headers: { 'content-type': `${xml ?? JSON_TYPE}; charset=utf-8`, ...headers }, body: xml === undefined ? Buffer.from(JSON.stringify(fields), 'utf8') : xmlBody(fields) };
}

function xmlType(accept: string | undefined): string | undefined {
  const types = (accept ?? '').split(',').map((range) => range.split(';', 1)[0]!.trim().toLowerCase());
  const found = types.find((type) => Object.hasOwn(XML_TYPES, type));
  return found === undefined ? undefined : XML_TYPES[found];
}

function xmlBody(fields: Readonly<Record<string, string>>): Uint8Array {
  const children = Object.entries(fields).map(([name, value]) => element('', name, [value]));
  return renderXml(element('', 'error', children), {}, { declaration: true });
}
