/** X-Road identifiers and context as HTTP headers (PR-REST, sections 4.1 to 4.3 and 4.8). */
import type { HttpHeaders } from '../../platform/http-client.ts';
import type { DomesticContext, DomesticMember } from '../../stages.ts';
import { malformed } from '../malformed.ts';
import { ascii, writable } from '../rest/header-text.ts';
import { checkPart, checkText, decodeSegment, encodeSegment, memberPath, parseMemberPath } from '../xroad-identifiers.ts';

export const CLIENT = 'x-road-client';
export const ID = 'x-road-id';
export const USER_ID = 'x-road-userid';
export const ISSUE = 'x-road-issue';
export const REPRESENTED_PARTY = 'x-road-represented-party';
export const SERVICE = 'x-road-service';
export const REQUEST_ID = 'x-road-request-id';
export const REQUEST_HASH = 'x-road-request-hash';
export const ERROR = 'x-road-error';

/** What is read of a message. X-Road-Request-Id is new at each delivery of the same message. */
export const MESSAGE_HEADERS = [CLIENT, ID, SERVICE, USER_ID, ISSUE, REPRESENTED_PARTY, REQUEST_HASH, 'content-type'];

/** Reads the member that asks. A repeated header is joined by Node and never has three or four parts: it is refused. Throws `malformed`. */
export function readClient(headers: HttpHeaders): DomesticMember {
  return parseMemberPath(required(headers, CLIENT), 'X-Road-Client');
}

/** Reads the headers that travel with a request. X-Road-Id is mandatory: the security server always has one. Throws `malformed`. */
export function readContext(headers: HttpHeaders): DomesticContext {
  const { [USER_ID]: userId, [ISSUE]: issue, [REPRESENTED_PARTY]: party } = headers;
  return {
    messageId: readId(headers),
    ...(userId === undefined ? {} : { userId: checkText(ascii(userId, 'X-Road-UserId'), 'X-Road-UserId') }),
    ...(issue === undefined ? {} : { issue: checkText(ascii(issue, 'X-Road-Issue'), 'X-Road-Issue') }),
    ...(party === undefined ? {} : { representedParty: readParty(party) }),
  };
}

/** The headers that say who asks, in the order of PR-REST. An empty userId or issue says nothing and is left out. Throws `mapping-failed` for what HTTP cannot carry. */
export function contextHeaders(client: DomesticMember, context: DomesticContext): Record<string, string> {
  const { messageId, userId, issue, representedParty: party } = context;
  return {
    [CLIENT]: memberPath(client),
    [ID]: writable(messageId, 'id'),
    ...(userId?.trim() ? { [USER_ID]: writable(userId.trim(), 'userId') } : {}),
    ...(issue?.trim() ? { [ISSUE]: writable(issue.trim(), 'issue') } : {}),
    ...(party === undefined ? {} : { [REPRESENTED_PARTY]: [party.partyClass, party.partyCode].flatMap((part) => (part === undefined ? [] : [encodeSegment(part)])).join('/') }),
  };
}

function readId(headers: HttpHeaders): string {
  const id = checkPart(ascii(required(headers, ID), 'X-Road-Id'), 'X-Road-Id');
  // Node joins repeated headers: which of them would be the id?
  if (id.includes(', ')) throw malformed('X-Road-Id', 'It stands twice.');
  return id;
}

function readParty(text: string): NonNullable<DomesticContext['representedParty']> {
  const parts = text.split('/').map((part) => checkPart(decodeSegment(part, 'X-Road-Represented-Party'), 'X-Road-Represented-Party'));
  const [first, second, ...rest] = parts;
  if (first === undefined || rest.length > 0) throw malformed('X-Road-Represented-Party', 'It must be code or class/code.');
  return second === undefined ? { partyCode: first } : { partyClass: first, partyCode: second };
}

function required(headers: HttpHeaders, name: string): string {
  const value = headers[name];
  if (value === undefined) throw malformed(name, 'The header is missing.');
  return value;
}
