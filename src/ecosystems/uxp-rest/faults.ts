/** Refusals for UXP clients: a REST error as any provider gives it, and the two headers in which they look for a fault. */
import { CODES } from '../../errors.ts';
import type { CausewayError } from '../../errors.ts';
import type { HttpReply } from '../../platform/http-client.ts';
import type { FaultFacts } from '../ecosystem.ts';
import { renderFault as renderRestFault } from '../rest/faults.ts';
import { isAscii } from '../rest/header-text.ts';
import { gatewayCode } from '../xroad-faults.ts';
import type { FaultSpelling } from '../xroad-faults.ts';
import { FAULT_CODE, FAULT_STRING } from './identifiers.ts';

/** The code is our own, and says so: the vocabulary of UXP is not public. */
export function renderFault(error: CausewayError, facts: FaultFacts, spelling: FaultSpelling): HttpReply {
  const { status, headers, body } = renderRestFault(error, facts, spelling);
  const text = isAscii(error.publicText) ? error.publicText : CODES[error.code].text;
  return { status, headers: { ...headers, [FAULT_CODE]: gatewayCode(error.code, spelling), [FAULT_STRING]: text }, body };
}
