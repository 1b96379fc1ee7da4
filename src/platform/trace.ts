/** W3C Trace Context (traceparent, version 00): carried across, with a new parent id at each gateway. */
import { randomBytes } from './random.ts';

const FORM = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})$/;

/** The id that all steps of one trace share. */
export function traceId(traceparent: string | undefined): string | undefined {
  return FORM.exec(traceparent ?? '')?.[1];
}

/** The traceparent to send on: the same trace with a parent id of our own, or a new trace when `incoming` is absent or not valid. */
export function nextTraceparent(incoming: string | undefined): string {
  const [, traceId = randomBytes(16).toString('hex'), flags = '01'] = FORM.exec(incoming ?? '') ?? [];
  return `00-${traceId}-${randomBytes(8).toString('hex')}-${flags}`;
}
