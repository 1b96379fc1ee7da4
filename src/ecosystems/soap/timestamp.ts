/** The signed time of a message. Source: WSS SOAP Message Security 1.1, section 10. */
import { CausewayError } from '../../errors.ts';
import type { XmlElement } from '../../stages.ts';
import { children, text } from '../../xml/element.ts';
import { WSU } from './names.ts';

/** UTC only (WS-I Basic Security Profile 1.1, R3217); a local time would be read differently by sender and receiver. */
const UTC = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?Z$/;

/** Throws `signature-expired` unless Created lies in [now − maxAge, now + maxAhead] and Expires, where given, is ahead; `signature-invalid` for an unreadable time. */
export function checkTimestamp(timestamp: XmlElement, window: { readonly maxAge: number; readonly maxAhead: number }, now: number): void {
  const [created, second] = instants(timestamp, 'Created');
  const [expires, other] = instants(timestamp, 'Expires');
  if (created === undefined || second !== undefined || other !== undefined) throw new CausewayError('signature-invalid', 'Created is missing, or a time stands twice');
  if (created < now - window.maxAge) throw expired('The message was signed too long ago.');
  if (created > now + window.maxAhead) throw expired('The message was signed in the future: check the clock.');
  if (expires !== undefined && expires <= now) throw expired('The signature says that it has expired.');
}

function instants(timestamp: XmlElement, name: string): number[] {
  return children(timestamp, WSU, name).map((one) => {
    const value = text(one).trim();
    const ms = UTC.test(value) ? Date.parse(value) : Number.NaN;
    if (Number.isNaN(ms)) throw new CausewayError('signature-invalid', `${name} is not a time in UTC`);
    return ms;
  });
}

function expired(hint: string): CausewayError {
  return new CausewayError('signature-expired', 'the signature is out of its time', { facts: { hint } });
}
