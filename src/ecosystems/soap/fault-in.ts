/** SOAP faults that come to us: X-Road's own, or the service's. */
import { CausewayError } from '../../errors.ts';
import type { XmlElement } from '../../stages.ts';
import { elements, text } from '../../xml/element.ts';
import { malformed } from '../malformed.ts';
import { serviceRefused, xroadFault } from '../xroad-faults.ts';

export interface SoapFault {
  /** As it stands in faultcode. */
  readonly code: string;
  /** `service-refused` for a code of X-Road's own, else `service-fault`. */
  readonly error: CausewayError;
}

/**
 * Reads a Fault by the local names of its parts, as a security server does. A code with a namespace prefix is never X-Road's own, which
 * has none. faultstring and detail are not kept: registers write names and codes of persons there. Throws `malformed` when there is no faultcode.
 */
export function readFault(fault: XmlElement): SoapFault {
  const node = elements(fault).find((part) => part.name === 'faultcode');
  if (node === undefined) throw malformed('Fault', 'faultcode is missing.');
  const code = text(node).trim();
  const own = xroadFault(code);
  return { code, error: own === undefined ? new CausewayError('service-fault', 'SOAP fault of the service', { facts: { delivered: 'yes' } }) : serviceRefused(own) };
}
