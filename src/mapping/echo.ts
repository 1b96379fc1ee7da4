/** The neutral form of the gateways' own echo: what it holds is made by a gateway and means nothing. */
import type { JsonValue, NeutralRef } from '../stages.ts';

const ECHO = 'echo';

export function isEcho(neutral: NeutralRef | 'passthrough'): boolean {
  return neutral !== 'passthrough' && neutral.schema === ECHO;
}

/** The one document that is written at home without having come from a peer. */
export function echoDocument(token: string): JsonValue {
  return { token };
}

/** Undefined for a document that is no echo. */
export function tokenOf(document: JsonValue): string | undefined {
  const token = document !== null && typeof document === 'object' && !Array.isArray(document) ? (document as Readonly<Record<string, JsonValue>>)['token'] : undefined;
  return typeof token === 'string' ? token : undefined;
}
