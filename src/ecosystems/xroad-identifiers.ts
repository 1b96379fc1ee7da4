/** X-Road identifiers, as its SOAP and its REST dialect both have them: checks, string forms and equality (PR-MESS 2.7, PR-REST 4.8). */
import { CausewayError } from '../errors.ts';
import type { DomesticContext, DomesticMember, DomesticService } from '../stages.ts';
import { malformed } from './malformed.ts';

/** Characters of one identifier part, id or header text: what a column of the security server's message log holds. */
export const MAX_HEADER_TEXT = 255;

/** What hides in a name: line and paragraph separators, zero width and bidirectional controls, the byte order mark; and C0, DEL, C1 without the white space of XML. */
const UNSAFE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/;

/** Throws `malformed` for control characters and what hides like them. */
export function checkCharacters(text: string, field: string): string {
  if (UNSAFE.test(text) || !text.isWellFormed()) throw malformed(field, 'It holds control characters.');
  return text;
}

/** The text of a header, which may be empty and keeps its white space: an answer repeats it. Throws `malformed`, `too-large`. */
export function checkText(text: string, field: string): string {
  if (text.length > MAX_HEADER_TEXT) throw new CausewayError('too-large', `${field} of ${text.length} characters`, { facts: { field, hint: `At most ${MAX_HEADER_TEXT} characters.` } });
  return checkCharacters(text, field);
}

/**
 * One part of an identifier, or a message id: not empty, NFC, and neither `.` nor `..`, which would climb in a path. The characters that
 * PR-MESS 2.7 recommends are not enforced: a security server only warns, and older identifiers with spaces and umlauts are in use.
 */
export function checkPart(text: string, field: string): string {
  checkText(text, field);
  if (text === '') throw malformed(field, 'It is empty.');
  if (text.trim() !== text || /[\t\r\n]/.test(text)) throw malformed(field, 'It holds line breaks, or begins or ends with white space.');
  if (text === '.' || text === '..') throw malformed(field, 'It is a path segment.');
  if (text.normalize('NFC') !== text) throw malformed(field, 'It is not in Unicode normal form C.');
  return text;
}

/** A path or identifier segment, percent-encoded so that it stays one segment (PR-REST 4.1). */
export function encodeSegment(text: string): string {
  return encodeURIComponent(text);
}

/** Decodes one segment, once. Throws `malformed` for broken percent or UTF-8 sequences. */
export function decodeSegment(segment: string, field: string): string {
  try {
    return decodeURIComponent(segment);
  } catch (cause) {
    throw malformed(field, 'Its percent-encoding is broken.', cause);
  }
}

/** `instance/class/code[/subsystem]`, or with the service code behind it: the forms of X-Road-Client and X-Road-Service. */
export function memberPath(member: DomesticMember): string {
  const parts = [member.instance, member.memberClass, member.memberCode];
  return [...parts, ...(member.subsystem === undefined ? [] : [member.subsystem])].map(encodeSegment).join('/');
}

export function servicePath(service: DomesticService): string {
  return `${memberPath(service)}/${encodeSegment(service.service)}`;
}

/** Reads `instance/class/code[/subsystem]`. Throws `malformed`. */
export function parseMemberPath(text: string, field: string): DomesticMember {
  const [instance, memberClass, memberCode, subsystem, ...rest] = text.split('/').map((part) => checkPart(decodeSegment(part, field), field));
  if (instance === undefined || memberClass === undefined || memberCode === undefined || rest.length > 0) throw malformed(field, 'It must be instance/class/code or instance/class/code/subsystem.');
  return { instance, memberClass, memberCode, ...(subsystem === undefined ? {} : { subsystem }) };
}

/** Identifiers are compared exactly: X-Road instances differ by case alone. */
export function sameMember(a: DomesticMember, b: DomesticMember): boolean {
  return a.instance === b.instance && a.memberClass === b.memberClass && a.memberCode === b.memberCode && a.subsystem === b.subsystem;
}

export function sameService(a: DomesticService, b: DomesticService): boolean {
  return sameMember(a, b) && a.service === b.service && a.version === b.version;
}

/** The first header that differs between what was sent and what came back, as X-Road's own consistency check compares them; `undefined` if none does. */
export function inconsistentContext(sent: DomesticContext, received: DomesticContext): keyof DomesticContext | undefined {
  if (sent.messageId !== received.messageId) return 'messageId';
  if (sent.userId !== received.userId) return 'userId';
  if (sent.issue !== received.issue) return 'issue';
  const [a, b] = [sent.representedParty, received.representedParty];
  return a?.partyClass === b?.partyClass && a?.partyCode === b?.partyCode ? undefined : 'representedParty';
}
