/** What a refusal means: whether the service got the request, and how a peer's refusal reads for our own caller. */
import { CODES, CausewayError } from '../errors.ts';
import type { Delivered, ErrorCode, ServiceFault } from '../errors.ts';
import type { Authentic } from '../federation/statement.ts';

/** Codes that arise once bytes went to the service; every other one arises before. */
const AFTER_HANDOVER: Partial<Record<ErrorCode, Delivered>> = {
  'service-unreachable': 'no',
  'service-refused': 'no',
  'service-slow': 'unknown',
  'service-fault': 'yes',
  'service-answer-invalid': 'yes',
  'service-answer-unmappable': 'yes',
};

/** For an error after hand-over; an error that the table does not know leaves it unknown. */
export function deliveredBy(code: ErrorCode): Delivered {
  return AFTER_HANDOVER[code] ?? 'unknown';
}

/**
 * A signed refusal of the peer, for our caller: faults of the caller and of the service keep their code, with the country that
 * refused; what went wrong between the gateways is `peer-refused` with the peer's code. `said`: the service's own fault, which came sealed with it.
 */
export function peerRefusal(statement: Authentic<'causeway-refusal+jwt'>, country: string, said: ServiceFault | undefined): PeerRefused {
  const { code, delivered, until } = statement.claims;
  const ownCode = code === 'outcome-unknown' || CODES[code].fault === 'caller' || CODES[code].fault === 'service';
  return new PeerRefused(ownCode ? code : 'peer-refused', statement, { country, delivered, peerCode: code, ...(until === undefined ? {} : { until }) }, code === 'service-fault' ? said : undefined);
}

/** A signed refusal: keeps the statement, so that the trail records what the peer signed. */
export class PeerRefused extends CausewayError {
  readonly statement: Authentic<'causeway-refusal+jwt'>;
  // Private to the language, so that no log that walks an error's properties finds it.
  readonly #said: ServiceFault | undefined;

  constructor(code: ErrorCode, statement: Authentic<'causeway-refusal+jwt'>, facts: CausewayError['facts'], said: ServiceFault | undefined) {
    super(code, `the peer refused: ${statement.claims.code}`, { facts });
    this.statement = statement;
    this.#said = said;
  }

  /** The service's own fault, for the caller alone. */
  get said(): ServiceFault | undefined {
    return this.#said;
  }
}
