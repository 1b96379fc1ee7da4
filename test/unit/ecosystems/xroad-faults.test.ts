import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CODES } from '../../../src/errors.ts';
import type { ErrorCode } from '../../../src/errors.ts';
import { GATEWAY_FAULTS, gatewayCode, xroadFault } from '../../../src/ecosystems/xroad-faults.ts';

test('the two spellings of each of our codes are one name', () => {
  for (const code of Object.keys(CODES) as ErrorCode[]) {
    assert.equal(gatewayCode(code, 'snake'), `server.gateway.${code.replaceAll('-', '_')}`);
    assert.equal(gatewayCode(code, 'camel'), `Server.Gateway.${code.replace(/(^|-)([a-z])/g, (_, __, letter: string) => letter.toUpperCase())}`);
  }
});

test('the status says whose fault it is: 4xx for the caller, 5xx for everybody else', () => {
  for (const [code, { status }] of Object.entries(GATEWAY_FAULTS)) assert.equal(status < 500, CODES[code as ErrorCode].fault === 'caller', code);
});

const XROAD: readonly (readonly [code: string, delivered: 'no' | 'unknown'])[] = [
  ['Server.ServerProxy.AccessDenied', 'no'],
  ['server.serverproxy.access_denied', 'no'],
  ['Server.ClientProxy.UnknownMember', 'no'],
  ['server.clientproxy.unknown_member', 'no'],
  ['server.serverproxy.service_disabled', 'no'],
  ['server.clientproxy.global_conf_outdated', 'no'],
  ['Server.ClientProxy.OutdatedGlobalConf', 'no'],
  ['Server.ServerProxy.UnknownService', 'no'],
  ['server.serverproxy.maintenance_mode', 'no'],
  ['Client.BadRequest', 'no'],
  ['client.bad_request', 'no'],
  ['Client.InvalidXml', 'no'],
  ['Server.ServerProxy.ServiceFailed.NetworkError', 'unknown'],
  ['server.serverproxy.service_failed.missing_body', 'unknown'],
  ['server.serverproxy.service_failed.access_denied', 'unknown'],
  ['Server.ClientProxy.NetworkError', 'unknown'],
  ['server.clientproxy.io_error', 'unknown'],
  ['Server.ClientProxy.LoggingFailed.InternalError', 'unknown'],
  ['server.serverproxy.opmonitor.internal_error', 'unknown'],
  ['Signer.CannotCreateSignature', 'unknown'],
  ['server.clientproxy.hsm_non_operational', 'unknown'],
];
for (const [code, delivered] of XROAD) test(`${code} is X-Road's, and the service was reached: ${delivered}`, () => assert.deepEqual(xroadFault(code), { code, delivered }));

for (const code of ['Client', 'Server', 'soap:Server', 'SOAP-ENV:Server.ServerProxy.AccessDenied', 'Server.Gateway.NotAllowed', 'Client.Authentication', 'Server.ServerProxyAccessDenied', 'env:Receiver', '', 'server.serverproxy.<b>', `Server.ServerProxy.${'A'.repeat(200)}`, 'Signers.X']) {
  test(`'${code.slice(0, 50)}' is not X-Road's`, () => assert.equal(xroadFault(code), undefined));
}
