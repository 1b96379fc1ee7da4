/** SOAP faults that come to us: X-Road's own, or the service's. */
import { ServiceFaulted } from '../../errors.ts';
import type { CausewayError, ServiceFault } from '../../errors.ts';
import type { XmlElement } from '../../stages.ts';
import { elements, text } from '../../xml/element.ts';
import { renderText } from '../../xml/render.ts';
import { malformed } from '../malformed.ts';
import { serviceRefused, xroadFault } from '../xroad-faults.ts';

export interface SoapFault {
  /** As it stands in faultcode. */
  readonly code: string;
  readonly said: ServiceFault;
  /** `service-refused` for a code of X-Road's own, else `service-fault`. */
  readonly error: CausewayError;
}

/**
 * Reads a Fault by the local names of its parts, as a security server does. A code with a namespace prefix is never X-Road's own, which
 * has none. Of X-Road's own nothing but the code is kept. Throws `malformed` when there is no faultcode.
 */
export function readFault(fault: XmlElement): SoapFault {
  const part = (name: string): XmlElement | undefined => elements(fault).find((one) => one.name === name);
  const node = part('faultcode');
  if (node === undefined) throw malformed('Fault', 'faultcode is missing.');
  const code = text(node).trim();
  const own = xroadFault(code);
  const [reason, detail] = [part('faultstring'), part('detail')];
  const said: ServiceFault = { code, text: reason === undefined ? '' : text(reason), ...(detail === undefined ? {} : { detail: { type: 'text/xml', content: renderText(detail, {}) } }) };
  return { code, said, error: own === undefined ? new ServiceFaulted('SOAP fault of the service', said) : serviceRefused(own) };
}
