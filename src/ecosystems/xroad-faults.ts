/** Faults on X-Road: our own, as a provider gives them, and X-Road's, as its security servers give them to us. */
import { CausewayError } from '../errors.ts';
import type { Delivered, ErrorCode } from '../errors.ts';

/** X-Road before 7.8 writes `Server.ServerProxy.AccessDenied`, from 7.8 on `server.serverproxy.access_denied`; a gateway speaks as its country's servers do. */
export type FaultSpelling = 'camel' | 'snake';

interface GatewayFault {
  /** Last part of the fault code, `Server.Gateway.<camel>` or `server.gateway.<snake>`. */
  readonly camel: string;
  readonly snake: string;
  /** HTTP status of the REST dialect; a SOAP 1.1 fault is always 500 (SOAP 1.1, section 6.2). */
  readonly status: number;
}

/**
 * How a refusal reads at home (house.md, law 8). All begin with `Server.Gateway`: on X-Road the first parts of a code say where it arose, and
 * `Client` would name the caller's own security server; whose fault it is stands in the detail.
 */
export const GATEWAY_FAULTS = {
  'malformed': { camel: 'Malformed', snake: 'malformed', status: 400 },
  'too-large': { camel: 'TooLarge', snake: 'too_large', status: 413 },
  'not-allowed': { camel: 'NotAllowed', snake: 'not_allowed', status: 403 },
  'unknown-service': { camel: 'UnknownService', snake: 'unknown_service', status: 404 },
  'unknown-member': { camel: 'UnknownMember', snake: 'unknown_member', status: 403 },
  'end-user-missing': { camel: 'EndUserMissing', snake: 'end_user_missing', status: 400 },
  'duplicate-id': { camel: 'DuplicateId', snake: 'duplicate_id', status: 409 },
  'quota-exceeded': { camel: 'QuotaExceeded', snake: 'quota_exceeded', status: 429 },
  'suspended': { camel: 'Suspended', snake: 'suspended', status: 503 },
  'mapping-failed': { camel: 'MappingFailed', snake: 'mapping_failed', status: 422 },
  'signature-missing': { camel: 'SignatureMissing', snake: 'signature_missing', status: 400 },
  'signature-invalid': { camel: 'SignatureInvalid', snake: 'signature_invalid', status: 400 },
  'signature-weak': { camel: 'SignatureWeak', snake: 'signature_weak', status: 400 },
  'signature-incomplete': { camel: 'SignatureIncomplete', snake: 'signature_incomplete', status: 400 },
  'signature-untrusted': { camel: 'SignatureUntrusted', snake: 'signature_untrusted', status: 403 },
  'signature-expired': { camel: 'SignatureExpired', snake: 'signature_expired', status: 400 },
  'caller-unauthenticated': { camel: 'CallerUnauthenticated', snake: 'caller_unauthenticated', status: 401 },
  'scope-missing': { camel: 'ScopeMissing', snake: 'scope_missing', status: 403 },
  'connection-untrusted': { camel: 'ConnectionUntrusted', snake: 'connection_untrusted', status: 403 },
  'service-unreachable': { camel: 'ServiceUnreachable', snake: 'service_unreachable', status: 502 },
  'service-slow': { camel: 'ServiceSlow', snake: 'service_slow', status: 504 },
  'service-refused': { camel: 'ServiceRefused', snake: 'service_refused', status: 502 },
  'service-fault': { camel: 'ServiceFault', snake: 'service_fault', status: 502 },
  'service-answer-invalid': { camel: 'ServiceAnswerInvalid', snake: 'service_answer_invalid', status: 502 },
  'service-answer-unmappable': { camel: 'ServiceAnswerUnmappable', snake: 'service_answer_unmappable', status: 502 },
  'peer-unreachable': { camel: 'PeerUnreachable', snake: 'peer_unreachable', status: 502 },
  'peer-slow': { camel: 'PeerSlow', snake: 'peer_slow', status: 504 },
  'peer-refused': { camel: 'PeerRefused', snake: 'peer_refused', status: 502 },
  'peer-answer-invalid': { camel: 'PeerAnswerInvalid', snake: 'peer_answer_invalid', status: 502 },
  'peer-unknown': { camel: 'PeerUnknown', snake: 'peer_unknown', status: 502 },
  'statement-malformed': { camel: 'StatementMalformed', snake: 'statement_malformed', status: 502 },
  'statement-untrusted': { camel: 'StatementUntrusted', snake: 'statement_untrusted', status: 502 },
  'statement-invalid': { camel: 'StatementInvalid', snake: 'statement_invalid', status: 502 },
  'wrong-audience': { camel: 'WrongAudience', snake: 'wrong_audience', status: 502 },
  'clock-skew': { camel: 'ClockSkew', snake: 'clock_skew', status: 502 },
  'link-mismatch': { camel: 'LinkMismatch', snake: 'link_mismatch', status: 502 },
  'leg-mismatch': { camel: 'LegMismatch', snake: 'leg_mismatch', status: 502 },
  'identifier-foreign': { camel: 'IdentifierForeign', snake: 'identifier_foreign', status: 502 },
  'replay': { camel: 'Replay', snake: 'replay', status: 502 },
  'budget-too-small': { camel: 'BudgetTooSmall', snake: 'budget_too_small', status: 400 },
  'digest-mismatch': { camel: 'DigestMismatch', snake: 'digest_mismatch', status: 502 },
  'seal-mismatch': { camel: 'SealMismatch', snake: 'seal_mismatch', status: 502 },
  'content-mismatch': { camel: 'ContentMismatch', snake: 'content_mismatch', status: 502 },
  'neutral-invalid': { camel: 'NeutralInvalid', snake: 'neutral_invalid', status: 502 },
  'field-not-allowed': { camel: 'FieldNotAllowed', snake: 'field_not_allowed', status: 502 },
  'loss-refused': { camel: 'LossRefused', snake: 'loss_refused', status: 502 },
  'outcome-unknown': { camel: 'OutcomeUnknown', snake: 'outcome_unknown', status: 504 },
  'overloaded': { camel: 'Overloaded', snake: 'overloaded', status: 503 },
  'disk-full': { camel: 'DiskFull', snake: 'disk_full', status: 507 },
  'draining': { camel: 'Draining', snake: 'draining', status: 503 },
  'store-unavailable': { camel: 'StoreUnavailable', snake: 'store_unavailable', status: 503 },
  'time-unproven': { camel: 'TimeUnproven', snake: 'time_unproven', status: 503 },
  'dependency-lost': { camel: 'DependencyLost', snake: 'dependency_lost', status: 503 },
  'internal': { camel: 'Internal', snake: 'internal', status: 500 },
  'config-invalid': { camel: 'ConfigInvalid', snake: 'config_invalid', status: 500 },
  'trail-unconfirmed': { camel: 'TrailUnconfirmed', snake: 'trail_unconfirmed', status: 503 },
  'chain-malformed': { camel: 'ChainMalformed', snake: 'chain_malformed', status: 502 },
  'chain-untrusted': { camel: 'ChainUntrusted', snake: 'chain_untrusted', status: 502 },
  'chain-expired': { camel: 'ChainExpired', snake: 'chain_expired', status: 502 },
  'trail-broken': { camel: 'TrailBroken', snake: 'trail_broken', status: 503 },
} as const satisfies Record<ErrorCode, GatewayFault>;

export function gatewayCode(code: ErrorCode, spelling: FaultSpelling): string {
  const fault = GATEWAY_FAULTS[code];
  return spelling === 'camel' ? `Server.Gateway.${fault.camel}` : `server.gateway.${fault.snake}`;
}

/**
 * Codes with which a security server refuses before the service is asked, in the normal form of `normal`. Whatever is not listed may have
 * arisen on the way back. Source: X-Road ErrorCodes.java, 7.7 and 7.8.
 */
const BEFORE_THE_SERVICE = new Set([
  'accessdenied', 'servicedisabled', 'unknownservice', 'unknownmember', 'servicetype', 'invalidservicetype', 'servicemissingurl', 'servicemalformedurl', 'invalidclientidentifier',
  'invalidsecurityserver', 'invalidprotocolversion', 'clientproxyversionnotsupported', 'globalconfoutdated', 'outdatedglobalconf', 'maintenancemode', 'unknownhost',
]);

/** Codes that the caller's own security server gives with the origin `client`, which a service too may use for a fault of its own. */
const CLIENT_CODES = new Set([
  ...BEFORE_THE_SERVICE,
  'badrequest', 'internalerror', 'ioerror', 'networkerror', 'httperror', 'notfound', 'invalidrequest', 'invalidcontenttype', 'invalidhttpmethod', 'invalidsoapaction', 'invalidmessage', 'invalidxml',
  'mimeparsingfailed', 'missingheader', 'missingheaderfield', 'duplicateheaderfield', 'missingbody', 'invalidbody', 'inconsistentheaders', 'missingsoap', 'invalidsoap', 'malformedsoap', 'missingrest',
  'sslauthenticationfailed',
]);

const ORIGIN = /^(server\.(serverproxy|clientproxy)|signer)(\.|$)/;

export interface XRoadFault {
  /** As the security server spelled it. */
  readonly code: string;
  readonly delivered: Delivered;
}

/** Reads a fault code of X-Road's own, in either spelling; `undefined` for any other, which is then the service's. */
export function xroadFault(code: string): XRoadFault | undefined {
  if (!/^[A-Za-z][A-Za-z_.]{0,119}$/.test(code)) return undefined;
  const normal = code.toLowerCase().replaceAll('_', '');
  const last = normal.slice(normal.lastIndexOf('.') + 1);
  if (normal === `client.${last}` && CLIENT_CODES.has(last)) return { code, delivered: 'no' };
  if (!ORIGIN.test(normal)) return undefined;
  const reached = normal.includes('.servicefailed') || !BEFORE_THE_SERVICE.has(last);
  return { code, delivered: reached ? 'unknown' : 'no' };
}

/** X-Road refused, not the service. Its code is public vocabulary; its text may name persons and machines and goes nowhere. */
export function serviceRefused(fault: XRoadFault): CausewayError {
  return new CausewayError('service-refused', fault.code, { facts: { hint: `X-Road's code is ${fault.code}.`, delivered: fault.delivered } });
}
