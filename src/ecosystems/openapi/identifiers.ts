/** Who asks under which id, as HTTP headers whose names the hub chooses (gateway.yaml, `home.hub.headers`). */
import { CausewayError } from '../../errors.ts';
import type { HttpHeaders } from '../../platform/http-client.ts';
import type { DomesticContext, DomesticMember } from '../../stages.ts';
import { malformed } from '../malformed.ts';
import { checkPart, checkText, decodeSegment, encodeSegment, memberPath } from '../xroad-identifiers.ts';
import type { HeaderNames } from './settings.ts';

/** The headers that are read of a request: whatever proves it must cover those of them that it has. */
export function contextNames({ messageId, userId, issue, representedParty }: HeaderNames): readonly string[] {
  return [messageId, userId, issue, representedParty];
}

/** The message id is mandatory: with the member it is what makes two requests one exchange. Throws `malformed`, `too-large`. */
export function readContext(headers: HttpHeaders, names: HeaderNames): DomesticContext {
  const [messageId, userId, issue, party] = contextNames(names).map((name) => (headers[name] === undefined ? undefined : checkText(ascii(headers[name], name), name)));
  if (messageId === undefined) throw malformed(names.messageId, 'The header is missing: it identifies the request, and a repeated one.');
  checkPart(messageId, names.messageId);
  // Node joins repeated headers: which of them would be the id?
  if (messageId.includes(', ')) throw malformed(names.messageId, 'It stands twice.');
  return { messageId, ...(userId === undefined ? {} : { userId }), ...(issue === undefined ? {} : { issue }), ...(party === undefined ? {} : { representedParty: readParty(party, names.representedParty) }) };
}

/** The headers that say who asks. An empty userId or issue says nothing and is left out. Throws `mapping-failed` for what HTTP cannot carry. */
export function contextHeaders(client: DomesticMember, { messageId, userId, issue, representedParty: party }: DomesticContext, names: HeaderNames): HttpHeaders {
  const fields: [string, string | undefined][] = [
    [names.messageId, messageId],
    [names.client, memberPath(client)],
    [names.userId, userId?.trim() || undefined],
    [names.issue, issue?.trim() || undefined],
    [names.representedParty, party && [party.partyClass, party.partyCode].flatMap((part) => (part === undefined ? [] : [encodeSegment(part)])).join('/')],
  ];
  return Object.fromEntries(fields.flatMap(([name, value]) => (value === undefined ? [] : [[name, writable(value, name)]])));
}

function readParty(text: string, field: string): NonNullable<DomesticContext['representedParty']> {
  const [first, second, ...rest] = text.split('/').map((part) => checkPart(decodeSegment(part, field), field));
  if (first === undefined || rest.length > 0) throw malformed(field, 'It must be code or class/code.');
  return second === undefined ? { partyCode: first } : { partyClass: first, partyCode: second };
}

/** Bytes above ASCII in a header have no agreed meaning (RFC 9110, section 5.5). */
function ascii(text: string, field: string): string {
  if (!isAscii(text)) throw malformed(field, 'It must be of printable ASCII characters.');
  return text;
}

function writable(text: string, field: string): string {
  if (!isAscii(text)) throw new CausewayError('mapping-failed', `${field} does not fit an HTTP header`, { facts: { field, hint: 'An HTTP header carries ASCII alone.', delivered: 'no' } });
  return text;
}

function isAscii(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text);
}
