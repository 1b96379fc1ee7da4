/** Refusals as SOAP 1.1 faults, as a provider gives them: the security server passes a provider's fault through unchanged. */
import type { CausewayError } from '../../errors.ts';
import type { HttpReply } from '../../platform/http-client.ts';
import { element } from '../../xml/element.ts';
import { renderXml } from '../../xml/render.ts';
import type { FaultFacts } from '../ecosystem.ts';
import { faultDetails, gatewayCode } from '../xroad-faults.ts';
import type { FaultSpelling } from '../xroad-faults.ts';
import { CONTENT_TYPE, FAULT, SOAP } from './names.ts';

/**
 * faultcode and faultstring as on X-Road: an unprefixed dotted chain, and public text. The detail has the exchange id twice: where X-Road's own tools look
 * for it (`faultDetail`, PR-MESS 4.0.25, section 2.4), and in our own element, which tells whose fault it is and what to do.
 */
export function renderFault(error: CausewayError, facts: FaultFacts, spelling: FaultSpelling): HttpReply {
  const details = faultDetails(error, facts).map(([name, value]) => element(FAULT, name, [value]));
  const fault = element(SOAP, 'Fault', [
    element('', 'faultcode', [gatewayCode(error.code, spelling)]),
    element('', 'faultstring', [error.publicText]),
    element('', 'detail', [element('', 'faultDetail', [facts.exchange]), element(FAULT, 'fault', details)]),
  ]);
  const envelope = element(SOAP, 'Envelope', [element(SOAP, 'Body', [fault])]);
  return { status: 500, headers: { 'content-type': CONTENT_TYPE }, body: renderXml(envelope, { [SOAP]: 'SOAP-ENV', [FAULT]: 'cw' }, { declaration: true }) };
}
