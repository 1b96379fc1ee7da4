/** A look-up of the citizen's view, as an authority sends it: the questions of the data tracker's findUsage (v2), in a body. */
import * as v from 'valibot';
import { CausewayError } from '../errors.ts';
import { SUBJECT_TYPES } from '../mapping/subjects.ts';
import type { Subject } from '../mapping/subjects.ts';
import { parseJson } from '../platform/json.ts';
import { DEFAULT_XML_LIMITS } from '../platform/limits.ts';

export interface Page {
  readonly subject: Subject;
  readonly offset: number;
  readonly limit: number;
}

export const MAX_LOOK_UP_BYTES = 4096;
/** As the data tracker's own protocol has it. */
const MAX_PAGE = 1000;

const lookUp = v.strictObject({
  /** The country, and the number as the country writes it: EE36805280109. */
  userCode: v.pipe(v.string(), v.regex(/^[A-Z]{2}[!-~]{1,64}$/)),
  type: v.optional(v.picklist(SUBJECT_TYPES), 'person'),
  offset: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(0)), 0),
  limit: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(MAX_PAGE)), MAX_PAGE),
});

/** Throws `malformed` and `too-large`, with the field and never with what stands in it. */
export function readLookUp(body: Uint8Array): Page {
  const result = v.safeParse(lookUp, parseJson(body, { ...DEFAULT_XML_LIMITS, maxBytes: MAX_LOOK_UP_BYTES }));
  if (!result.success) {
    const field = v.getDotPath(result.issues[0]);
    throw new CausewayError('malformed', 'a look-up that is not of the form', { facts: { ...(field === null ? {} : { field }), hint: 'Expected userCode, and type, offset and limit (at most 1000) where needed.' } });
  }
  const { userCode, type, offset, limit } = result.output;
  return { subject: { country: userCode.slice(0, 2), type, identifier: userCode.slice(2) }, offset, limit };
}
