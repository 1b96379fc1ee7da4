/** A mapping in all four directions. The only place that mints Mapped. */
import { CausewayError } from '../errors.ts';
import { mintMapped, type Attachment, type DomesticMessage, type DomesticRequest, type DomesticResponse, type JsonValue, type LossReport, type Mapped, type MappingRef, type Opened, type Payload, type UnmappedPayload, type Verified } from '../stages.ts';
import { Unfit, type Checks } from './codecs/codec.ts';
import { echoDocument, isEcho } from './echo.ts';
import type { Face } from './face.ts';
import type { LinkTerms, Translation } from './mappings.ts';
import { minimiser } from './minimise.ts';
import { requireNeutral, type Kind, type NeutralForm } from './neutral.ts';
import { Run, type JsonObject } from './run.ts';
import type { Subjects } from './subjects.ts';

/** What reads and writes the payloads of one mapping; the face is made by compileFace. */
export interface TranslationParts {
  readonly ref: MappingRef;
  readonly neutral: NeutralForm;
  readonly face: Face;
  readonly subjects: Subjects;
}

interface Translated<T> {
  readonly document: T;
  readonly loss: LossReport;
}

/** Translation of bare data, which proves nothing about where it came from: what stands under the engine, and under explain, try and diff. */
export interface BareTranslation {
  toNeutral(kind: Kind, payload: Payload, checks?: Checks): Translated<JsonObject>;
  /** `request`: the domestic request that is answered; without it there is nothing to echo. */
  toDomestic(kind: Kind, document: JsonValue, request: Payload | undefined, checks?: Checks): Translated<Payload>;
}

/**
 * Throws `mapping-failed` for requests and `service-answer-unmappable` for answers, with `facts.field` in the sender's own form. `makeRun` makes the run of a
 * message from the node that echoes read.
 */
export function translateBare(parts: TranslationParts, makeRun = (request: unknown, checks?: Checks): Run => new Run(request, checks)): BareTranslation {
  const { face } = parts;
  return {
    toNeutral(kind, payload, checks) {
      const run = makeRun(undefined, checks);
      const document = guarded(parts, kind, run, face.firstIndex, () => face.read(kind, payload, run));
      checkResult(parts, kind, document);
      return { document, loss: run.loss() };
    },
    toDomestic(kind, document, request, checks) {
      const run = makeRun(request === undefined ? undefined : face.requestRoot(request), checks);
      return { document: guarded(parts, kind, run, 0, () => face.write(kind, document, run)), loss: run.loss() };
    },
  };
}

/** The engine's translation: of verified and opened messages alone. Throws as translateBare. */
export function makeTranslation(parts: TranslationParts): Translation {
  const { ref, neutral } = parts;
  const bare = translateBare(parts);
  const minimise = minimiser(neutral, parts.face);
  const toNeutral = (kind: Kind, { payload, attachments }: DomesticMessage, { fields, checks }: LinkTerms = {}): Mapped<'neutral'> => {
    const translated = bare.toNeutral(kind, mappable(payload), checks);
    if (fields === undefined) return mintMapped<'neutral'>({ to: 'neutral', neutral: neutral.ref, mapping: ref, ...translated, ...beside(attachments) });
    const minimised = minimise(kind, translated, fields);
    checkResult(parts, kind, minimised.document);
    return mintMapped<'neutral'>({ to: 'neutral', neutral: neutral.ref, mapping: ref, ...minimised, ...beside(attachments) });
  };
  const toDomestic = (kind: Kind, { document, attachments }: Opened['fields'], request: Payload | undefined, { checks }: LinkTerms = {}): Mapped<'domestic'> => mintMapped<'domestic'>({ to: 'domestic', neutral: neutral.ref, mapping: ref, ...bare.toDomestic(kind, document, request, checks), ...beside(attachments) });
  return {
    neutral: neutral.ref,
    ref,
    schemas: neutral.schemas,
    subjects: parts.subjects,
    needed: (kind) => parts.face.needed(kind),
    requestToNeutral: (request: Verified<DomesticRequest>, terms) => toNeutral('request', request.message, terms),
    requestToDomestic: (request: Opened, terms) => toDomestic('request', request.fields, undefined, terms),
    responseToNeutral: (response: Verified<DomesticResponse>, terms) => toNeutral('response', response.message, terms),
    responseToDomestic: (response: Opened, request: Verified<DomesticRequest>, terms) => toDomestic('response', response.fields, mappable(request.message.payload), terms),
    echoToDomestic: (token, answered) => {
      if (!isEcho(neutral.ref)) throw new CausewayError('internal', `${ref.id} is no mapping of an echo`);
      const kind = answered === undefined ? 'request' : 'response';
      const document = echoDocument(token);
      requireNeutral(neutral, kind, document);
      return mintMapped<'domestic'>({ to: 'domestic', neutral: neutral.ref, mapping: ref, ...bare.toDomestic(kind, document, answered && mappable(answered.message.payload)) });
    },
    checkNeutral: (kind, document) => requireNeutral(neutral, kind, document),
  };
}

function mappable(payload: Payload | UnmappedPayload): Payload {
  if (payload.form === 'unmapped') throw new CausewayError('internal', 'a message that was read as it is, and a mapping is there');
  return payload;
}

/** Cross as they are, whatever the rules say. */
function beside(attachments: readonly Attachment[] | undefined): { readonly attachments?: readonly Attachment[] } {
  return attachments === undefined || attachments.length === 0 ? {} : { attachments };
}

function guarded<T>({ ref }: TranslationParts, kind: Kind, run: Run, firstIndex: number, translate: () => T): T {
  try {
    return translate();
  } catch (error) {
    if (!(error instanceof Unfit)) throw error;
    throw refused(ref, kind, run.place(firstIndex), error.message);
  }
}

function refused(ref: MappingRef, kind: Kind, field: string, expected: string): CausewayError {
  const code = kind === 'request' ? 'mapping-failed' : 'service-answer-unmappable';
  return new CausewayError(code, `${ref.id} ${kind} at ${field}: ${expected}`, { facts: { field, hint: `${field}: ${expected}.` } });
}

/** The schema has the last word: what a rule let through and the agreed form does not allow never crosses. */
function checkResult({ ref, neutral, face }: TranslationParts, kind: Kind, document: JsonValue): void {
  const path = neutral.check(kind, document);
  if (path === undefined) return;
  const field = face.domesticOf(kind, path.filter((name) => !/^\d+$/.test(name)).join('.'));
  throw refused(ref, kind, field, 'the value does not fit the agreed form, or is missing');
}
