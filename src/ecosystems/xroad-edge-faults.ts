/**
 * Refusals of an edge: there the gateway stands in the place of the security servers, and speaks with their codes (house.md, law 8). Source:
 * ErrorCodes of X-Road 7.7 and 7.8. Behind a security server our refusals are our own: xroad-faults.ts.
 */
import { CODES } from '../errors.ts';
import type { BrokenRule, CausewayError, ErrorCode } from '../errors.ts';
import type { FaultSpelling } from './xroad-faults.ts';

/**
 * In the spelling of 7.8. `client`: the message is at fault; `server.clientproxy`: this side's server; `server.serverproxy`: the side of the service.
 * The codes of the link never reach a caller by themselves; they have rows because every code must.
 */
export const EDGE_FAULTS = {
  'malformed': 'client.bad_request',
  'too-large': 'client.invalid_request',
  'not-allowed': 'server.serverproxy.access_denied',
  'unknown-service': 'server.serverproxy.unknown_service',
  'unknown-member': 'server.clientproxy.unknown_member',
  'end-user-missing': 'client.missing_header_field',
  'duplicate-id': 'client.invalid_message',
  'quota-exceeded': 'server.serverproxy.service_failed',
  'suspended': 'server.serverproxy.service_disabled',
  'mapping-failed': 'client.invalid_body',
  'field-not-allowed': 'client.invalid_body',
  'signature-missing': 'client.missing_signature',
  'signature-invalid': 'client.invalid_signature_value',
  'signature-weak': 'client.malformed_signature',
  'signature-incomplete': 'client.malformed_signature',
  'signature-untrusted': 'client.incorrect_certificate',
  'signature-expired': 'client.cert_validation',
  'caller-unauthenticated': 'server.clientproxy.ssl_authentication_failed',
  'scope-missing': 'server.serverproxy.access_denied',
  'connection-untrusted': 'server.clientproxy.ssl_authentication_failed',
  'service-unreachable': 'server.serverproxy.service_failed.network_error',
  'service-slow': 'server.serverproxy.service_failed.io_error',
  'service-refused': 'server.serverproxy.service_failed',
  'service-fault': 'server.serverproxy.service_failed.http_error',
  'service-answer-invalid': 'server.serverproxy.service_failed.invalid_message',
  'service-answer-unmappable': 'server.serverproxy.service_failed.invalid_body',
  'peer-unreachable': 'server.clientproxy.network_error',
  'peer-slow': 'server.clientproxy.io_error',
  'peer-refused': 'server.serverproxy.internal_error',
  'peer-answer-invalid': 'server.clientproxy.signature_verification',
  'peer-unknown': 'server.serverproxy.ssl_authentication_failed',
  'statement-malformed': 'server.serverproxy.malformed_signature',
  'statement-untrusted': 'server.serverproxy.incorrect_certificate',
  'statement-invalid': 'server.serverproxy.invalid_signature_value',
  'wrong-audience': 'server.serverproxy.unknown_member',
  'clock-skew': 'server.serverproxy.invalid_message',
  'link-mismatch': 'server.serverproxy.malformed_server_conf',
  'leg-mismatch': 'server.serverproxy.malformed_server_conf',
  'identifier-foreign': 'server.serverproxy.unknown_member',
  'replay': 'server.serverproxy.invalid_message',
  'budget-too-small': 'server.serverproxy.service_failed',
  'digest-mismatch': 'server.serverproxy.signature_verification',
  'seal-mismatch': 'server.serverproxy.signature_verification',
  'content-mismatch': 'server.serverproxy.signature_verification',
  'neutral-invalid': 'server.serverproxy.invalid_body',
  'loss-refused': 'server.serverproxy.service_failed',
  'outcome-unknown': 'server.serverproxy.service_failed.io_error',
  'overloaded': 'server.clientproxy.internal_error',
  'draining': 'server.clientproxy.maintenance_mode',
  'disk-full': 'server.clientproxy.io_error',
  'store-unavailable': 'server.clientproxy.logging_failed',
  'time-unproven': 'server.clientproxy.timestamping_failed',
  'dependency-lost': 'server.clientproxy.internal_error',
  'internal': 'server.clientproxy.internal_error',
  'config-invalid': 'server.clientproxy.malformed_server_conf',
  'chain-malformed': 'server.serverproxy.incorrect_certificate',
  'chain-untrusted': 'server.serverproxy.incorrect_certificate',
  'chain-expired': 'server.serverproxy.incorrect_certificate',
  'trail-unconfirmed': 'server.clientproxy.logging_failed',
  'trail-broken': 'server.clientproxy.logging_failed',
} as const satisfies Record<ErrorCode, string>;

/** Where X-Road tells the rule that a message breaks. */
const RULE_FAULTS = {
  'http-method': 'client.invalid_http_method',
  'content-type': 'client.invalid_content_type',
  'header-missing': 'client.missing_header',
  'field-missing': 'client.missing_header_field',
  'field-twice': 'client.duplicate_header_field',
  'body-missing': 'client.missing_body',
  'body-several': 'client.invalid_body',
  'body-mismatch': 'client.inconsistent_headers',
  'protocol-version': 'client.invalid_protocol_version',
  'client': 'client.invalid_client_identifier',
  'service-type': 'server.serverproxy.service_type',
} as const satisfies Record<BrokenRule, string>;

/** Parts of a code whose older spelling is not the same word in camel case. */
const OLDER: Readonly<Record<string, string>> = { clientproxy: 'ClientProxy', serverproxy: 'ServerProxy', io_error: 'IOError' };

/** The code of a refusal. `malformed`: what the dialect's own parser answers where no rule is told apart. */
export function edgeCode({ code, facts }: CausewayError, spelling: FaultSpelling, malformed: string): string {
  const fault = facts.rule !== undefined ? RULE_FAULTS[facts.rule] : code === 'malformed' ? malformed : EDGE_FAULTS[code];
  return spelling === 'snake' ? fault : fault.split('.').map(older).join('.');
}

function older(part: string): string {
  return OLDER[part] ?? part.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** Public text with the field before what is wrong with it: X-Road's forms have no other place for it. */
export function edgeText(error: CausewayError): string {
  const { field, hint } = error.facts;
  // Hints of mappings name the field themselves.
  if (field === undefined || hint?.startsWith(field) === true) return error.publicText;
  return `${CODES[error.code].text} ${field}${hint === undefined ? '' : `: ${hint}`}`;
}

/** What X-Road's forms have no place for, as HTTP headers: our code, whether the service got the request, and when to come back. */
export function edgeHeaders({ code, facts: { delivered, until } }: CausewayError): Record<string, string> {
  return {
    'causeway-error': code,
    ...(delivered === undefined ? {} : { 'causeway-delivered': delivered }),
    ...(until === undefined ? {} : { 'retry-after': new Date(until).toUTCString() }),
  };
}
