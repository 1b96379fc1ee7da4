/** The codes of an edge are X-Road's own, in both spellings. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { xroadFault } from '../../../src/ecosystems/xroad-faults.ts';
import { EDGE_FAULTS, edgeCode, edgeHeaders } from '../../../src/ecosystems/xroad-edge-faults.ts';
import { CausewayError } from '../../../src/errors.ts';
import type { ErrorCode, ErrorFacts } from '../../../src/errors.ts';

/** ErrorCodes of X-Road 7.8, those that a message can meet. */
const KNOWN = new Set(
  ('io_error network_error internal_error bad_request not_found http_error unknown_host invalid_request cannot_create_signature cert_validation incorrect_certificate invalid_signature_value malformed_signature ' +
    'signature_verification ssl_authentication_failed logging_failed timestamping_failed invalid_content_type invalid_http_method invalid_message invalid_security_server mime_parsing_failed missing_header missing_header_field ' +
    'duplicate_header_field missing_body invalid_body inconsistent_headers inconsistent_response missing_soap invalid_soap access_denied service_disabled service_failed missing_signature unknown_service ' +
    'invalid_protocol_version invalid_client_identifier service_type unknown_member malformed_server_conf maintenance_mode').split(' '),
);
const code = (of: ErrorCode, spelling: 'snake' | 'camel', facts: ErrorFacts = {}) => edgeCode(new CausewayError(of, 'x', { facts }), spelling, 'client.invalid_soap');

suite('codes of an edge', () => {
  test('each is an origin of X-Road and causes that X-Road knows', () => {
    for (const fault of Object.values(EDGE_FAULTS)) {
      const [, causes = ''] = /^(?:client|server\.clientproxy|server\.serverproxy)\.(.+)$/.exec(fault) ?? [];
      assert.deepEqual(causes.split('.').filter((cause) => !KNOWN.has(cause)), [], fault);
    }
  });

  test('each is read back as X-Road\'s own by a gateway behind it, in both spellings', () => {
    for (const of of Object.keys(EDGE_FAULTS) as ErrorCode[]) {
      for (const spelling of ['snake', 'camel'] as const) {
        const spelled = code(of, spelling);
        if (!spelled.toLowerCase().startsWith('client.')) assert.equal(xroadFault(spelled)?.code, spelled);
      }
    }
  });

  const SPELLED: readonly [ErrorCode, ErrorFacts, string, string][] = [
    ['not-allowed', {}, 'server.serverproxy.access_denied', 'Server.ServerProxy.AccessDenied'],
    ['unknown-service', {}, 'server.serverproxy.unknown_service', 'Server.ServerProxy.UnknownService'],
    ['unknown-service', { rule: 'service-type' }, 'server.serverproxy.service_type', 'Server.ServerProxy.ServiceType'],
    ['connection-untrusted', {}, 'server.clientproxy.ssl_authentication_failed', 'Server.ClientProxy.SslAuthenticationFailed'],
    ['peer-slow', {}, 'server.clientproxy.io_error', 'Server.ClientProxy.IOError'],
    ['service-unreachable', {}, 'server.serverproxy.service_failed.network_error', 'Server.ServerProxy.ServiceFailed.NetworkError'],
    ['malformed', {}, 'client.invalid_soap', 'Client.InvalidSoap'],
    ['malformed', { rule: 'field-twice' }, 'client.duplicate_header_field', 'Client.DuplicateHeaderField'],
    ['malformed', { rule: 'http-method' }, 'client.invalid_http_method', 'Client.InvalidHttpMethod'],
  ];
  for (const [of, facts, snake, camel] of SPELLED) {
    test(`${of}${facts.rule === undefined ? '' : ` (${facts.rule})`}: ${snake}, and ${camel} before 7.8`, () => assert.deepEqual([code(of, 'snake', facts), code(of, 'camel', facts)], [snake, camel]));
  }

  test('what X-Road has no place for stands in headers of ours', () => {
    const error = new CausewayError('quota-exceeded', 'x', { facts: { until: '2026-01-01T00:00:00Z', delivered: 'no' } });
    assert.deepEqual(edgeHeaders(error), { 'causeway-error': 'quota-exceeded', 'causeway-delivered': 'no', 'retry-after': 'Thu, 01 Jan 2026 00:00:00 GMT' });
  });
});
