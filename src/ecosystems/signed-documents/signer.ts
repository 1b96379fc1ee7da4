/** Who must have signed a message: the client a request, the owner of the service an answer. */
import { asCausewayError } from '../../errors.ts';
import type { XmlLimits } from '../../platform/limits.ts';
import type { DomesticMember } from '../../stages.ts';
import { parseXml } from '../../xml/parse.ts';
import { readEnvelope } from '../soap/envelope.ts';
import { decodeSegment } from '../xroad-identifiers.ts';
import { platformError } from './platform-error.ts';

export interface LoggedMessage {
  readonly kind: 'request' | 'response';
  readonly messageId: string;
  /** Instance, class and code of the member that must have signed. */
  readonly signer: DomesticMember;
}

/** Reads message.xml: a SOAP envelope, or the head of a REST message as a security server logs it. Throws `malformed` with X-Road's code. */
export function readLoggedMessage(bytes: Uint8Array, limits: XmlLimits): LoggedMessage {
  try {
    return /^\s*</.test(Buffer.from(bytes.subarray(0, 64)).toString('latin1')) ? readSoap(bytes, limits) : readRest(bytes);
  } catch (cause) {
    throw platformError('malformed', 'invalid_message', `message.xml: ${asCausewayError(cause).message}`, cause);
  }
}

function readSoap(bytes: Uint8Array, limits: XmlLimits): LoggedMessage {
  const message = readEnvelope(parseXml(bytes, limits));
  if (message.kind === 'fault') throw new RangeError('a fault is not signed');
  const { client, service, context } = message.headers;
  const kind = message.body.name.endsWith('Response') ? 'response' : 'request';
  return { kind, messageId: context.messageId, signer: kind === 'request' ? client : service };
}

/** A request line or a status line, then `name:value` headers (PR-REST 4.3, as the message log has them). */
function readRest(bytes: Uint8Array): LoggedMessage {
  const [first = '', ...lines] = Buffer.from(bytes).toString().split(/\r?\n/);
  const kind = /^\d{3}/.test(first) ? 'response' : 'request';
  const headers = new Map(lines.filter((line) => line.includes(':')).map((line) => [line.slice(0, line.indexOf(':')).trim().toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]));
  const [instance, memberClass, memberCode] = (headers.get(kind === 'request' ? 'x-road-client' : 'x-road-service') ?? '').split('/').map((part) => decodeSegment(part, 'member'));
  if (!instance || !memberClass || !memberCode) throw new RangeError('no member in the headers');
  return { kind, messageId: headers.get('x-road-id') ?? '', signer: { instance, memberClass, memberCode } };
}
