/** Questions and answers of a reconciliation as bytes: JSON with base64 for the one, u32be length ‖ bytes of each part for the other. */
import * as v from 'valibot';
import { CausewayError } from '../../errors.ts';
import { caseSide } from './case-file.ts';
import type { Question } from './reconcile.ts';

/** Parts that one question may ask for: more differ only where everything does. */
export const MAX_PARTS = 10_000;
/** A month of windows. */
const MAX_WINDOWS = 31 * 24 * 60;

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const byte = v.pipe(count, v.maxValue(255));
const root = v.pipe(v.string(), v.regex(/^[A-Za-z0-9+/]{43}=$/), v.transform((text): Uint8Array => Buffer.from(text, 'base64')));
const list = <S extends v.GenericSchema>(schema: S) => v.pipe(v.array(schema), v.maxLength(MAX_PARTS));

const schema = v.variant('ask', [
  v.strictObject({ ask: v.literal('windows'), range: v.pipe(v.strictObject({ from: count, to: count }), v.check(({ from, to }) => from <= to && to - from <= MAX_WINDOWS, 'a range of at most 31 days')), hours: list(root) }),
  v.strictObject({ ask: v.literal('nodes'), windows: list(count) }),
  v.strictObject({ ask: v.literal('buckets'), nodes: list(v.strictTuple([count, byte])) }),
  v.strictObject({ ask: v.literal('elements'), buckets: list(v.strictTuple([count, byte, byte])) }),
]);

export function encodeQuestion(question: Question): string {
  return JSON.stringify(question.ask === 'windows' ? { ...question, hours: question.hours.map((hour) => Buffer.from(hour).toString('base64')) } : question);
}

/** Throws `malformed` for what is none, and for more than 10000 parts or 31 days. */
export function parseQuestion(json: string): Question {
  return parsedOr(schema, json, 'not a question of a reconciliation');
}

/** An element that is asked about. */
export interface AskedElement {
  readonly window: number;
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/** One log's proof of an entry, and the statement that it records where that is still kept. */
export type ProvenElement = v.InferOutput<typeof proven>;

/** Elements that are asked about at once. */
export const MAX_PROOFS = 100;
/** A compact JWS of 4 KiB, with room for links that allow more. */
const MAX_STATEMENT = 16_384;

const asked = v.strictObject({ elements: v.pipe(v.array(v.strictObject({ window: count, key: root, value: root })), v.maxLength(MAX_PROOFS)) });
const proven = v.strictObject({ ...caseSide.entries, statement: v.exactOptional(v.pipe(v.string(), v.maxLength(MAX_STATEMENT))) });
const provenList = v.strictObject({ proofs: v.pipe(v.array(v.nullable(proven)), v.maxLength(MAX_PROOFS)) });

export function encodeAsked(elements: readonly AskedElement[]): string {
  const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
  return JSON.stringify({ elements: elements.map(({ window, key, value }) => ({ window, key: base64(key), value: base64(value) })) });
}

/** Throws `malformed` for what is none, and for more than 100 elements. */
export function parseAsked(json: string): readonly AskedElement[] {
  return parsedOr(asked, json, 'not a list of elements').elements;
}

export function encodeProven(proofs: readonly (ProvenElement | undefined)[]): string {
  return JSON.stringify({ proofs: proofs.map((one) => one ?? null) });
}

/** In the order of what was asked; undefined where the other side has no such entry, or no cosigned checkpoint over it. Throws `malformed`. */
export function parseProven(json: string): readonly (ProvenElement | undefined)[] {
  return parsedOr(provenList, json, 'not a list of proofs').proofs.map((one) => one ?? undefined);
}

function parsedOr<S extends v.GenericSchema>(form: S, json: string, what: string): v.InferOutput<S> {
  try {
    return v.parse(form, JSON.parse(json));
  } catch (cause) {
    throw new CausewayError('malformed', what, { cause });
  }
}

export function encodeAnswer(parts: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(parts.flatMap((part) => [lengthOf(part), part]));
}

/** Throws `malformed` for bytes that are cut short, or too many. */
export function parseAnswer(bytes: Uint8Array): Uint8Array[] {
  const parts: Uint8Array[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.length; ) {
    const end = at + 4 <= bytes.length ? at + 4 + view.getUint32(at) : Infinity;
    if (end > bytes.length) throw new CausewayError('malformed', 'an answer of a reconciliation that is cut short');
    parts.push(bytes.subarray(at + 4, end));
    at = end;
  }
  return parts;
}

function lengthOf(part: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(part.length);
  return length;
}
