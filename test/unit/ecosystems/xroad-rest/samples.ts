/** REST messages to vary. */
import { createHash } from 'node:crypto';
import type { DomesticCall } from '../../../../src/ecosystems/ecosystem.ts';
import type { HomeService } from '../../../../src/mapping/mappings.ts';
import type { HttpMessage, HttpReply } from '../../../../src/platform/http-client.ts';
import type { DomesticContext, DomesticMember, DomesticService } from '../../../../src/stages.ts';

export const client: DomesticMember = { instance: 'FI', memberClass: 'GOV', memberCode: '0245458-6', subsystem: 'vero' };
export const context: DomesticContext = { messageId: 'FI-0001', userId: 'FI131052-308T', issue: 'case 7', representedParty: { partyClass: 'COM', partyCode: 'EE-1' } };

const incomes: DomesticService = { instance: 'FI', memberClass: 'GOV', memberCode: '0245437-2', subsystem: 'EE-emta', service: 'employmentIncome' };
const register: DomesticService = { instance: 'FI', memberClass: 'GOV', memberCode: '0244683-1', subsystem: 'prh', service: 'companies' };
const rest = (service: DomesticService, method: string, template: string): HomeService => ({ dialect: 'xroad-rest', service, operation: { method, template } });

export const queries = rest(incomes, 'POST', '/income-queries');
export const companies = rest(register, 'GET', '/companies');
export const company = rest(register, 'GET', '/companies/{businessId}');
export const search = rest(register, 'GET', '/companies/search');
export const root = rest(register, 'GET', '/');

export const HEADERS: Readonly<Record<string, string>> = {
  'host': 'gateway.example',
  'x-road-client': 'FI/GOV/0245458-6/vero',
  'x-road-id': 'FI-0001',
  'x-road-request-id': '5f2f7b1a-7a52-4a3e-9c07-1f7c1f0e0a11',
  'x-road-userid': 'FI131052-308T',
  'x-road-issue': 'case 7',
  'x-road-represented-party': 'COM/EE-1',
  'accept': 'application/json',
};

export function asked(method: string, target: string, headers: Readonly<Record<string, string>> = {}, body = ''): HttpMessage {
  return { method, target, headers: { ...HEADERS, ...headers }, body: Buffer.from(body) };
}

export function posted(body: string, headers: Readonly<Record<string, string>> = {}): HttpMessage {
  return asked('POST', '/income-queries', { 'content-type': 'application/json', ...headers }, body);
}

export const call: DomesticCall = { home: companies, client, context };

const REQUEST_ID = '5f2f7b1a-7a52-4a3e-9c07-1f7c1f0e0a11';

/** The hash as PR-REST 4.3 tells it, over header lines as the security server saw them. */
export function requestHash(method: string, target: string, lines: readonly string[], body: Uint8Array): string {
  const sha512 = (data: string | Uint8Array): Buffer => createHash('sha512').update(data).digest();
  const head = sha512([method, target, ...lines, `x-road-request-id:${REQUEST_ID}`, ''].join('\r\n'));
  return (body.length === 0 ? head : sha512(Buffer.concat([head, sha512(body)]))).toString('base64');
}

/** What a security server returns for `request` when the service answered with `body`. */
export function answered(request: HttpMessage, body: string, headers: Readonly<Record<string, string | undefined>> = {}, status = 200): HttpReply {
  const lines = Object.entries(request.headers).map(([name, value]) => `${name}:${value}`);
  const all: Record<string, string | undefined> = {
    'content-type': 'application/json',
    'x-road-id': context.messageId,
    'x-road-client': 'FI/GOV/0245458-6/vero',
    'x-road-service': 'FI/GOV/0244683-1/prh/companies',
    'x-road-request-id': REQUEST_ID,
    'x-road-request-hash': requestHash(request.method, request.target, lines, request.body),
    ...headers,
  };
  return { status, headers: Object.fromEntries(Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))), body: Buffer.from(body) };
}
