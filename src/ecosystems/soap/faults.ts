/** Refusals as SOAP 1.1 faults: as a provider gives them, which the security server passes through unchanged, and as a security server itself does. */
import type { CausewayError } from '../../errors.ts';
import type { HttpReply } from '../../platform/http-client.ts';
import type { XmlElement } from '../../stages.ts';
import { element } from '../../xml/element.ts';
import { renderXml } from '../../xml/render.ts';
import type { FaultFacts } from '../ecosystem.ts';
import { faultDetails } from '../fault-details.ts';
import { gatewayCode } from '../xroad-faults.ts';
import type { FaultSpelling } from '../xroad-faults.ts';
import { edgeCode, edgeHeaders, edgeText } from '../xroad-edge-faults.ts';
import { CONTENT_TYPE, FAULT, SOAP } from './names.ts';

/**
 * faultcode and faultstring as on X-Road: an unprefixed dotted chain, and public text. The detail has the exchange id twice: where X-Road's own tools look
 * for it (`faultDetail`, PR-MESS 4.0.25, section 2.4), and in our own element, which tells whose fault it is and what to do.
 */
export function renderFault(error: CausewayError, facts: FaultFacts, spelling: FaultSpelling): HttpReply {
  const details = faultDetails(error, facts).map(([name, value]) => element(FAULT, name, [value]));
  return faultReply(gatewayCode(error.code, spelling), error.publicText, [element('', 'faultDetail', [facts.exchange]), element(FAULT, 'fault', details)], {});
}

/** In the form of SoapFault.createFaultXml of X-Road 7, and nothing but it: stock clients read it. A message that is no SOAP at all is `invalid_soap` there. */
export function renderEdgeFault(error: CausewayError, facts: FaultFacts, spelling: FaultSpelling): HttpReply {
  return faultReply(edgeCode(error, spelling, 'client.invalid_soap'), edgeText(error), [element('', 'faultDetail', [facts.exchange])], edgeHeaders(error));
}

/** A fault is always 500 (SOAP 1.1, section 6.2); without anything in it there is no detail. */
export function faultReply(code: string, text: string, detail: XmlElement['children'], headers: Readonly<Record<string, string>>): HttpReply {
  const fault = element(SOAP, 'Fault', [element('', 'faultcode', [code]), element('', 'faultstring', [text]), ...(detail.length === 0 ? [] : [element('', 'detail', detail)])]);
  const envelope = element(SOAP, 'Envelope', [element(SOAP, 'Body', [fault])]);
  return { status: 500, headers: { 'content-type': CONTENT_TYPE, ...headers }, body: renderXml(envelope, { [SOAP]: 'SOAP-ENV', [FAULT]: 'cw' }, { declaration: true }) };
}
