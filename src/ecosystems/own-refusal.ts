/** Reading what fault-details.ts says: a refusal of a gateway as it comes back to a gateway that asked its own platform. */
import { ServiceFaulted, isErrorCode } from '../errors.ts';
import type { ErrorCode } from '../errors.ts';
import { DEFAULT_XML_LIMITS } from '../platform/limits.ts';
import { elements, text } from '../xml/element.ts';
import { parseXml } from '../xml/parse.ts';

export interface OwnRefusal {
  readonly code: ErrorCode;
  /** Whose side refused. */
  readonly country: string;
  /** What the peer's gateway said, where ours passes it on under a code of its own. */
  readonly peerCode?: string;
}

/** Undefined for a fault that no gateway wrote. What it says is the word of whoever answered: to be shown, never to be acted on. */
export function ownRefusal(thrown: unknown): OwnRefusal | undefined {
  if (!(thrown instanceof ServiceFaulted) || thrown.said.detail === undefined) return undefined;
  const { type, content } = thrown.said.detail;
  const { code, country, peerCode } = (type === 'text/xml' ? fromXml : fromJson)(content);
  if (code === undefined || country === undefined || !isErrorCode(code) || !/^[A-Z]{2}$/.test(country)) return undefined;
  return { code, country, ...(peerCode === undefined || !isErrorCode(peerCode) ? {} : { peerCode }) };
}

/** What a service's own fault calls itself: faultcode, or the `type` of a REST error; undefined where it has no name that can be shown. */
export function faultName({ said: { code, detail } }: ServiceFaulted): string | undefined {
  const name = code ?? (detail === undefined ? undefined : fromJson(detail.content)['type']);
  return name !== undefined && /^[A-Za-z][A-Za-z_.:-]{0,119}$/.test(name) ? name : undefined;
}

type Said = Readonly<Partial<Record<string, string>>>;

/** The detail of a SOAP fault: our own element is one of its children. */
function fromXml(content: string): Said {
  try {
    const details = elements(parseXml(Buffer.from(content), DEFAULT_XML_LIMITS)).flatMap((child) => elements(child));
    return Object.fromEntries(details.map((one) => [one.name, text(one)]));
  } catch {
    return {};
  }
}

function fromJson(content: string): Said {
  try {
    const read: unknown = JSON.parse(content);
    return read !== null && typeof read === 'object' ? Object.fromEntries(Object.entries(read).filter(([, value]) => typeof value === 'string')) : {};
  } catch {
    return {};
  }
}
