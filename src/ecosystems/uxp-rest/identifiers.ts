/**
 * UXP identifiers and context as HTTP headers: "REST services development for Trembita system", and what official clients and providers of Trembita, Benin and Greenland send
 * and read. Node gives header names in small letters, so that their case, which differs between clients, does not matter.
 */
import { CausewayError } from '../../errors.ts';
import type { HttpHeaders } from '../../platform/http-client.ts';
import type { DomesticContext, DomesticMember, DomesticService } from '../../stages.ts';
import { malformed } from '../malformed.ts';
import { ascii, writable } from '../rest/header-text.ts';
import type { Parameters } from '../rest/target.ts';
import { checkPart, checkText, decodeSegment, encodeSegment, memberPath, parseMemberPath, servicePath } from '../xroad-identifiers.ts';

export const CLIENT = 'uxp-client';
export const SERVICE = 'uxp-service';
export const ID = 'uxp-queryid';
export const USER_ID = 'uxp-userid';
export const ISSUE = 'uxp-issue';
export const PURPOSES = 'uxp-purpose-ids';
/** What the official client for Node sends instead. */
export const PURPOSE = 'purpose-id';
export const SUBJECT = 'uxp-subject-id';
export const FAULT_CODE = 'uxp-faultcode';
export const FAULT_STRING = 'uxp-faultstring';

/** What is read of a message. */
export const MESSAGE_HEADERS = [CLIENT, SERVICE, ID, USER_ID, ISSUE, PURPOSES, PURPOSE, SUBJECT, 'content-type'];

/** Official clients send message and user id as query parameters; whether a server takes them out before the provider sees them is not known. */
export const ID_PARAMETER = 'queryId';
export const USER_PARAMETER = 'userId';

/** More purposes than a service has are nobody's honest request. */
const MAX_PURPOSES = 16;

/** Reads the member that asks. A repeated header is joined by Node and never has three or four parts: it is refused. Throws `malformed`. */
export function readClient(headers: HttpHeaders): DomesticMember {
  const client = given(headers[CLIENT]);
  if (client === undefined) throw malformed('Uxp-Client', 'The header is missing.');
  return parseMemberPath(ascii(client, 'Uxp-Client'), 'Uxp-Client');
}

/** Reads the service that is meant, where the header is there. Throws `malformed`. */
export function readService(headers: HttpHeaders): DomesticService | undefined {
  const text = given(headers[SERVICE]);
  return text === undefined ? undefined : parseService(ascii(text, 'Uxp-Service'));
}

/** Reads `instance/class/code/subsystem/service[/version]`; a client without a version writes `undefined` there. Throws `malformed`. */
export function parseService(text: string): DomesticService {
  const parts = text.split('/').map((part) => checkPart(decodeSegment(part, 'Uxp-Service'), 'Uxp-Service'));
  const [instance, memberClass, memberCode, subsystem, service, version, ...rest] = parts;
  if (instance === undefined || memberClass === undefined || memberCode === undefined || subsystem === undefined || service === undefined || rest.length > 0) {
    throw malformed('Uxp-Service', 'It must be instance/class/code/subsystem/service, with or without a version.');
  }
  return { instance, memberClass, memberCode, subsystem, service, ...(given(version) === undefined ? {} : { version: version! }) };
}

/** Reads what travels with a request, from headers and from the query parameters that are the platform's. Throws `malformed`. */
export function readContext(headers: HttpHeaders, query: Parameters): DomesticContext {
  const userId = one('Uxp-Userid', headers[USER_ID], query[USER_PARAMETER]);
  const issue = given(headers[ISSUE]);
  const subject = given(headers[SUBJECT]);
  const purposes = readPurposes(headers);
  return {
    messageId: readId(headers, query),
    ...(userId === undefined ? {} : { userId: checkText(userId, 'Uxp-Userid') }),
    ...(issue === undefined ? {} : { issue: checkText(ascii(issue, 'Uxp-Issue'), 'Uxp-Issue') }),
    ...(purposes.length === 0 ? {} : { purposes }),
    ...(subject === undefined ? {} : { subject: checkText(ascii(subject, 'Uxp-Subject-Id'), 'Uxp-Subject-Id') }),
  };
}

/** The query without the parameters that are the platform's. */
export function serviceQuery(query: Parameters): Parameters {
  return Object.fromEntries(Object.entries(query).filter(([name]) => name !== ID_PARAMETER && name !== USER_PARAMETER));
}

/** The headers of a request. UXP has none for the represented party: the subsystem of the client tells it. Throws `mapping-failed` for what HTTP cannot carry. */
export function requestHeaders(client: DomesticMember, service: DomesticService, context: DomesticContext): Record<string, string> {
  const { messageId, userId, issue, purposes, subject } = context;
  const optional = (name: string, value: string | undefined, field: string): Record<string, string> => (value?.trim() ? { [name]: writable(value.trim(), field) } : {});
  return {
    [CLIENT]: memberPath(client),
    [SERVICE]: serviceHeader(service),
    [ID]: writable(messageId, 'id'),
    ...optional(USER_ID, userId, 'userId'),
    ...optional(ISSUE, issue, 'issue'),
    ...optional(PURPOSES, purposes?.join(','), 'purpose'),
    ...optional(SUBJECT, subject, 'subject'),
  };
}

/** With its version, where it has one. */
export function serviceHeader(service: DomesticService): string {
  return `${servicePath(service)}${service.version === undefined ? '' : `/${encodeSegment(service.version)}`}`;
}

/** Header values that say nothing: the official clients write a variable that is not set as `undefined`. */
function given(text: string | undefined): string | undefined {
  return text === undefined || text.trim() === '' || text === 'undefined' ? undefined : text;
}

/** A value that may stand in a header or in the query: in both, it must be the same. */
function one(field: string, header: string | undefined, parameter: string | undefined): string | undefined {
  const [first, second] = [given(header), given(parameter)];
  if (first !== undefined && second !== undefined && first !== second) throw malformed(field, 'Header and query parameter differ.');
  return first === undefined ? second : ascii(first, field);
}

function readId(headers: HttpHeaders, query: Parameters): string {
  const text = one('Uxp-QueryID', headers[ID], query[ID_PARAMETER]);
  if (text === undefined) throw malformed('Uxp-QueryID', 'The message id is missing: send the header, or the parameter queryId.');
  const id = checkPart(text, 'Uxp-QueryID');
  // Node joins repeated headers: which of them would be the id?
  if (id.includes(', ')) throw malformed('Uxp-QueryID', 'It stands twice.');
  return id;
}

/** Purposes, in either header. The separator is not documented; identifiers of the catalogue are letters and digits. */
function readPurposes(headers: HttpHeaders): string[] {
  const [several, single] = [PURPOSES, PURPOSE].map((name) => [...new Set((given(headers[name]) ?? '').split(/[,;\s]+/).filter((id) => given(id) !== undefined))]);
  const found = several!.length === 0 ? single! : several!;
  if (several!.length > 0 && single!.length > 0 && several!.toSorted().join() !== single!.toSorted().join()) throw malformed('Uxp-Purpose-Ids', 'It differs from Purpose-Id.');
  if (found.length > MAX_PURPOSES) throw new CausewayError('too-large', `${found.length} purposes`, { facts: { field: 'Uxp-Purpose-Ids', hint: `At most ${MAX_PURPOSES}.` } });
  return found.map((id) => checkPart(ascii(id, 'Uxp-Purpose-Ids'), 'Uxp-Purpose-Ids'));
}
