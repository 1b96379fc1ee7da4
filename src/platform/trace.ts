/** W3C Trace Context (traceparent, version 00): carried across, with a new parent id at each gateway. */
import { randomBytes } from 'node:crypto';

const FORM = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/** The traceparent to send on: the same trace with a parent id of our own, or a new trace when `incoming` is absent or not valid. */
export function nextTraceparent(incoming: string | undefined): string {
  const match = FORM.exec(incoming ?? '');
  const traceId = match?.[1] !== undefined && !/^0+$/.test(match[1]) ? match[1] : randomBytes(16).toString('hex');
  return `00-${traceId}-${randomBytes(8).toString('hex')}-${match?.[3] ?? '01'}`;
}
