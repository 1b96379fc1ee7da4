/** Refusals as problem details (RFC 9457). */
import { CODES } from '../../errors.ts';
import type { CausewayError, ErrorCode, ServiceFault } from '../../errors.ts';
import type { HttpHeaders, HttpReply } from '../../platform/http-client.ts';
import type { FaultFacts } from '../ecosystem.ts';
import { faultDetails } from '../fault-details.ts';
import { renderServiceFault } from '../rest/service-fault.ts';

interface Problem {
  readonly status: number;
  /** Seconds after which a retry makes sense, where the refusal itself does not say. */
  readonly retryAfter?: number;
}

export const PROBLEMS = {
  'malformed': { status: 400 },
  'too-large': { status: 413 },
  'not-allowed': { status: 403 },
  'unknown-service': { status: 404 },
  'unknown-member': { status: 403 },
  'end-user-missing': { status: 400 },
  'duplicate-id': { status: 409 },
  'quota-exceeded': { status: 429, retryAfter: 60 },
  'suspended': { status: 503, retryAfter: 600 },
  'mapping-failed': { status: 422 },
  'signature-missing': { status: 400 },
  'signature-invalid': { status: 400 },
  'signature-weak': { status: 400 },
  'signature-incomplete': { status: 400 },
  'signature-untrusted': { status: 403 },
  'signature-expired': { status: 400 },
  'caller-unauthenticated': { status: 401 },
  'scope-missing': { status: 403 },
  'connection-untrusted': { status: 403 },
  'service-unreachable': { status: 502, retryAfter: 30 },
  'service-slow': { status: 504 },
  'service-refused': { status: 502 },
  'service-fault': { status: 502 },
  'service-answer-invalid': { status: 502 },
  'service-answer-unmappable': { status: 502 },
  'peer-unreachable': { status: 502, retryAfter: 30 },
  'peer-slow': { status: 504, retryAfter: 30 },
  'peer-refused': { status: 502 },
  'peer-answer-invalid': { status: 502 },
  'peer-unknown': { status: 502 },
  'statement-malformed': { status: 502 },
  'statement-untrusted': { status: 502 },
  'statement-invalid': { status: 502 },
  'wrong-audience': { status: 502 },
  'clock-skew': { status: 502 },
  'link-mismatch': { status: 502 },
  'leg-mismatch': { status: 502 },
  'identifier-foreign': { status: 502 },
  'replay': { status: 502 },
  'budget-too-small': { status: 400 },
  'digest-mismatch': { status: 502 },
  'seal-mismatch': { status: 502 },
  'content-mismatch': { status: 502 },
  'neutral-invalid': { status: 502 },
  'loss-refused': { status: 502 },
  'field-not-allowed': { status: 502 },
  'outcome-unknown': { status: 504 },
  'overloaded': { status: 503, retryAfter: 5 },
  'disk-full': { status: 507, retryAfter: 600 },
  'draining': { status: 503, retryAfter: 5 },
  'store-unavailable': { status: 503, retryAfter: 30 },
  'time-unproven': { status: 503, retryAfter: 30 },
  'dependency-lost': { status: 503, retryAfter: 30 },
  'internal': { status: 500 },
  'config-invalid': { status: 500 },
  'trail-unconfirmed': { status: 503, retryAfter: 5 },
  'chain-malformed': { status: 502 },
  'chain-untrusted': { status: 502 },
  'chain-expired': { status: 502 },
  'trail-broken': { status: 503 },
} as const satisfies Record<ErrorCode, Problem>;

export const PROBLEM_TYPE = 'application/problem+json';

/**
 * `type` names our code, `instance` the exchange; then what every dialect tells, `country` first of all: whose side refused. 401 asks for a token, as
 * RFC 9110 wants of it. What a service abroad said of its own fault is shown as one here would have said it.
 */
export function renderFault(error: CausewayError, facts: FaultFacts): HttpReply {
  if (facts.said !== undefined) return renderSaid(facts.said, facts.exchange);
  const { status, ...row }: Problem = PROBLEMS[error.code];
  const { until, hint } = error.facts;
  const retryAfter = until === undefined ? row.retryAfter?.toString() : new Date(until).toUTCString();
  const headers = { 'causeway-error': error.code, ...(retryAfter === undefined ? {} : { 'retry-after': retryAfter }), ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}) };
  const told = { type: `urn:causeway:error:${error.code}`, title: CODES[error.code].text, status, ...(hint === undefined ? {} : { detail: hint }), instance: `urn:uuid:${facts.exchange}` };
  return problem(status, headers, { ...told, ...Object.fromEntries(faultDetails(error, facts)) });
}

/** Status and body of a REST service; a SOAP fault, which has no status, as a problem with its parts. */
function renderSaid(said: ServiceFault, exchange: string): HttpReply {
  if (said.status !== undefined) return renderServiceFault(said, exchange, undefined);
  const { code, text, detail } = said;
  return problem(500, { 'causeway-exchange': exchange }, { title: text, status: 500, ...(code === undefined ? {} : { faultcode: code }), ...(detail === undefined ? {} : { detail: detail.content }) });
}

function problem(status: number, headers: HttpHeaders, body: Readonly<Record<string, unknown>>): HttpReply {
  return { status, headers: { 'content-type': PROBLEM_TYPE, ...headers }, body: Buffer.from(JSON.stringify(body), 'utf8') };
}
