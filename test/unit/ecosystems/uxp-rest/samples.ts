/** REST messages of UXP to vary: the form of the public Trembita documentation, with members of its test instance. */
import type { DomesticCall } from '../../../../src/ecosystems/ecosystem.ts';
import type { HomeService } from '../../../../src/mapping/mappings.ts';
import type { HttpMessage, HttpReply } from '../../../../src/platform/http-client.ts';
import type { DomesticContext, DomesticMember, DomesticService } from '../../../../src/stages.ts';

export const client: DomesticMember = { instance: 'SEVDEIR-TEST', memberClass: 'GOV', memberCode: '00000001', subsystem: 'SUB_1' };
export const service: DomesticService = { instance: 'SEVDEIR-TEST', memberClass: 'GOV', memberCode: '00000002', subsystem: 'SUB_2', service: 'space', version: '1' };
export const context: DomesticContext = { messageId: '7ef7045f-d886-4b32-8142-a40958a3ae8e', userId: 'officer-7', purposes: ['9K9J65I75ILCLMPDUIRXS'], subject: '1234567036' };

const rest = (method: string, template: string, on = service): HomeService => ({ dialect: 'uxp-rest', service: on, operation: { method, template } });
export const root = rest('GET', '/');
export const person = rest('GET', '/person/{code}');
export const register = rest('POST', '/person');
/** The same path of the same service in another version. */
export const newer = rest('GET', '/', { ...service, version: '2' });

export const HEADERS: Readonly<Record<string, string>> = {
  'uxp-client': 'SEVDEIR-TEST/GOV/00000001/SUB_1',
  'uxp-service': 'SEVDEIR-TEST/GOV/00000002/SUB_2/space/1',
  'uxp-queryid': '7ef7045f-d886-4b32-8142-a40958a3ae8e',
  'uxp-userid': 'officer-7',
  'uxp-purpose-ids': '9K9J65I75ILCLMPDUIRXS',
  'uxp-subject-id': '1234567036',
};

/** A header that is `undefined` is left out. */
export function asked(method: string, target: string, headers: Readonly<Record<string, string | undefined>> = {}, body = ''): HttpMessage {
  const all: Record<string, string | undefined> = { ...HEADERS, ...headers };
  return { method, target, headers: Object.fromEntries(Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))), body: Buffer.from(body) };
}

export const call: DomesticCall = { home: root, client, context };

export function answered(body: string, headers: Readonly<Record<string, string>> = {}, status = 200): HttpReply {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: Buffer.from(body) };
}
