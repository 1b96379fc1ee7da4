/**
 * The two laws of a mapping, on made-up documents: what is written in the domestic form and read back is the same neutral document, and what is read
 * from it and written back is the same domestic one, on the fields of two-way rules; but for what a loss report names.
 */
import fc from 'fast-check';
import { Unfit } from '../codecs/codec.ts';
import { jsonTree } from '../json-tree.ts';
import { renderXml } from '../../xml/render.ts';
import { Run } from '../run.ts';
import type { Located } from '../rules.ts';
import type { JsonValue, LossReport, Payload, XmlElement } from '../../stages.ts';
import { XSI, xmlTree } from '../xml-tree.ts';
import { conformJson, conformXml, type Violation } from './conform.ts';
import { domesticPayloads } from './domestic-documents.ts';
import { domesticEntries, firstDifference, neutralEntries, type Entries } from './fields.ts';
import { guideOf } from './guide.ts';
import { carriersOf, neutralDocuments, SEED, type Carriers } from './neutral-documents.ts';
import { ruleAt } from './rule-index.ts';
import { casesOf, isExcused, isXml, type Case, type Subject } from './subject.ts';

/** Length at which a shown document is cut. */
const SHOWN = 2000;
/** A mapping that breaks a law in one field often breaks it in others: so many are told. */
const TOLD = 8;

interface Failure {
  readonly at: Located;
  readonly text: string;
  readonly hint?: string;
  /** Fields to leave out when looking for the next failure; none: nothing else can be found. */
  readonly fields: readonly string[];
}

interface Trial {
  readonly subject: Subject;
  readonly one: Case;
  /** A request of the case, for echoes. */
  readonly request: Payload | undefined;
}

/** Runs both laws on all cases of a mapping and reports what breaks them. Answers with the number of documents. */
export function checkLaws(subject: Subject, runs: number): number {
  let documents = 0;
  let request: Payload | undefined;
  const written = new Set<string>();
  for (const one of casesOf(subject)) {
    const carriers = carriersOf(subject, one);
    const trial = { subject, one, request };
    // Of two cases of one outcome the first is written; both are read.
    const first = !written.has(one.outcome?.outcome ?? one.kind);
    written.add(one.outcome?.outcome ?? one.kind);
    if (first) documents += checkNeutralLaw(trial, carriers, runs);
    documents += checkDomesticLaw(trial, carriers, runs);
    if (one.kind === 'request') request = exampleRequest(trial, carriers);
  }
  return documents;
}

function exampleRequest({ subject, one }: Trial, carriers: Carriers): Payload | undefined {
  const documents = neutralDocuments(subject, one, carriers, 'all') ?? neutralDocuments(subject, one, carriers, 'some');
  if (documents === undefined) return undefined;
  const [document = null] = fc.sample(documents, { seed: SEED, numRuns: 1 });
  const outcome = attempt(() => subject.mapping.parts.face.write('request', document, new Run(undefined)));
  return 'refused' in outcome ? undefined : outcome.value;
}

function checkNeutralLaw(trial: Trial, carriers: Carriers, runs: number): number {
  const { subject, one } = trial;
  const some = neutralDocuments(subject, one, carriers, 'some');
  if (some === undefined) {
    (one.outcome ?? one.section).fields.report('no neutral document can be made up for this, so that the laws are not shown', 'the schema has conditions or forms beyond what the check knows', undefined, { severity: 'warning' });
    return 0;
  }
  const whole = neutralDocuments(subject, one, carriers, 'all');
  const bare = neutralDocuments(subject, one, carriers, 'none');
  const documents = fc.oneof({ weight: 6, arbitrary: some }, ...[whole, bare].filter((values) => values !== undefined).map((arbitrary) => ({ weight: 1, arbitrary })));
  checkWritten(trial, fc.sample(documents, { seed: SEED, numRuns: runs }));
  tellFailures(documents, (document, told) => neutralLaw(trial, document, told), (document) => JSON.stringify(document), runs);
  return runs;
}

/** What is written is what the description says; each complaint once. */
function checkWritten({ subject, one, request }: Trial, documents: readonly JsonValue[]): void {
  const { described } = one;
  if (described === undefined || isExcused(one.outcome)) return;
  const { face } = subject.mapping.parts;
  const form = subject.mapping.file.requestForm;
  const violations = new Map<string, Violation>();
  for (const document of documents) {
    const outcome = attempt(() => face.write(one.kind, document, new Run(rootOf(subject, request))));
    if ('refused' in outcome) continue;
    const payload = outcome.value;
    const found = payload.form === 'xml' ? conformXml(payload.element, described, form) : conformJson(one.kind === 'request' ? jsonRoot(payload) : (payload.body ?? null), described);
    for (const violation of found) violations.set(`${violation.path} ${violation.text}`, violation);
  }
  for (const { path, text } of violations.values()) {
    const at = ruleAt(one, path, form.kind);
    // Where a rule has an error already, what follows from it is noise.
    if (at.exact && (isExcused(at.rule) || at.rule.fields.isReported())) continue;
    at.rule.fields.report(`what is written to "${path}" is not what the description says: ${text}`, at.exact ? 'if the register knows better than its description: unlike-schema, with the reason' : 'constant, default, or drop with empty: written', undefined);
  }
}

function neutralLaw({ subject, one, request }: Trial, document: JsonValue, told: ReadonlySet<string>): Failure | undefined {
  const { face, neutral } = subject.mapping.parts;
  const { section, rules, kind } = one;
  const writing = new Run(rootOf(subject, request));
  const written = attempt(() => face.write(kind, document, writing));
  if ('refused' in written) return refusal(one, subject, writing.field, `a neutral document that the schema allows cannot be written: ${written.refused} at "${writing.place(0)}"`);
  const reading = new Run(undefined);
  const read = attempt(() => face.read(kind, written.value, reading));
  if ('refused' in read) return refusal(one, subject, reading.field, `what is written cannot be read back: ${read.refused} at "${reading.place(face.firstIndex)}"`);
  const invalid = neutral.check(kind, read.value);
  if (invalid !== undefined) return refusal(one, subject, invalid.join('.'), `what is written reads back as no document that the schema allows: "${invalid.join('.')}"`);
  const [outcome, back] = [document, read.value].map((from) => (from as { outcome?: JsonValue }).outcome);
  if (outcome !== back) return { at: one.outcome ?? section, text: 'neutral → domestic → neutral: the outcome is read back as another', hint: 'the first case that fits is taken', fields: [] };
  const form = isXml(subject) ? 'xml' : 'json';
  const entries = (from: JsonValue): Entries => neutralEntries(from, rules, form);
  const difference = firstDifference(entries(document), entries(read.value), namedBy(told, writing.loss(), reading.loss()));
  return difference === undefined ? undefined : { at: difference.entry.rule, text: `neutral → domestic → neutral: "${difference.path}" is ${difference.lost ? 'lost' : 'not the same'}`, fields: difference.entry.fields, ...lossHint(difference.entry.rule) };
}

function checkDomesticLaw(trial: Trial, carriers: Carriers, runs: number): number {
  const { subject, one } = trial;
  if (one.described === undefined) return 0;
  const payloads = domesticPayloads(one.described, guideOf(one, carriers), isXml(subject) ? 'xml' : 'json', one.kind);
  let accepted = 0;
  let refused = '';
  const law = (payload: Payload, told: ReadonlySet<string>): Failure | undefined => {
    const result = domesticLaw(trial, payload, told);
    if (result === undefined || typeof result !== 'string') accepted += 1;
    else refused = result;
    return typeof result === 'string' ? undefined : result;
  };
  tellFailures(payloads, law, (payload) => shownPayload(payload, subject), runs);
  if (accepted === 0) (one.outcome ?? one.section).fields.report(`of ${runs} made-up domestic documents none is accepted: ${refused}`, 'what the rules demand and what the description says do not meet');
  return runs;
}

/** A text: the message is refused before it crosses, which breaks no law. */
function domesticLaw({ subject, one, request }: Trial, payload: Payload, told: ReadonlySet<string>): Failure | string | undefined {
  const { face, neutral } = subject.mapping.parts;
  const reading = new Run(undefined);
  const read = attempt(() => face.read(one.kind, payload, reading));
  if ('refused' in read) return `${read.refused} at "${reading.place(face.firstIndex)}"`;
  const invalid = neutral.check(one.kind, read.value);
  if (invalid !== undefined) return `"${invalid.join('.')}" does not fit the neutral schema`;
  if (one.outcome !== undefined && read.value['outcome'] !== one.outcome.outcome) return 'another outcome is read';
  const writing = new Run(rootOf(subject, request));
  const written = attempt(() => face.write(one.kind, read.value, writing));
  if ('refused' in written) return refusal(one, subject, writing.field, `what is read cannot be written back: ${written.refused} at "${writing.place(0)}"`);
  const names = namedBy(told, reading.loss(), writing.loss());
  const entries = (from: Payload): Entries => (from.form === 'xml' ? domesticEntries<XmlElement | string>(from.element, one.rules, xmlTree) : domesticEntries(one.kind === 'request' ? jsonRoot(from) : (from.body ?? null), one.rules, jsonTree));
  const difference = firstDifference(entries(payload), entries(written.value), names);
  if (difference === undefined) return undefined;
  return { at: difference.entry.rule, text: `domestic → neutral → domestic: "${difference.path}" is ${difference.lost ? 'lost' : 'not the same'}`, fields: difference.entry.fields, ...lossHint(difference.entry.rule) };
}

function lossHint({ fields }: Located): { readonly hint?: string } {
  const as = fields.string('as');
  return as === undefined ? {} : { hint: `"${as}" does not give back what it took` };
}

/** A refusal names a neutral path when a document was written, a domestic one when it was read. */
function refusal(one: Case, subject: Subject, field: string, text: string): Failure {
  return { at: ruleAt(one, field, isXml(subject) ? 'xml' : 'json').rule, text, fields: [] };
}

/** Looks for a counterexample, tells it as small as it gets, leaves its field out and looks again. */
function tellFailures<T>(documents: fc.Arbitrary<T>, law: (document: T, told: ReadonlySet<string>) => Failure | undefined, shown: (document: T) => string, runs: number): void {
  const told = new Set<string>();
  for (let time = 0; time < TOLD; time += 1) {
    const { counterexample } = fc.check(fc.property(documents, (document) => law(document, told) === undefined), { seed: SEED, numRuns: runs });
    if (counterexample === null) return;
    const [document] = counterexample;
    const failure = law(document, told);
    if (failure === undefined) return;
    const text = shown(document);
    if (!failure.at.fields.isReported()) failure.at.fields.report(failure.text, failure.hint, undefined, { counterexample: text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text });
    if (failure.fields.length === 0) return;
    for (const field of failure.fields) told.add(field);
  }
}

function namedBy(told: ReadonlySet<string>, ...losses: readonly LossReport[]): ReadonlySet<string> {
  return new Set([...told, ...losses.flatMap(({ approximated, defaulted }) => [...approximated, ...defaulted])]);
}

function attempt<T>(run: () => T): { readonly value: T } | { readonly refused: string } {
  try {
    return { value: run() };
  } catch (error) {
    if (error instanceof Unfit) return { refused: error.message };
    throw error;
  }
}

function rootOf({ mapping }: Subject, request: Payload | undefined): unknown {
  return request === undefined ? undefined : mapping.parts.face.requestRoot(request);
}

function jsonRoot(payload: Payload): JsonValue {
  if (payload.form === 'xml') return null;
  const { query, path, body } = payload;
  return { ...(Object.keys(query).length === 0 ? {} : { query }), ...(Object.keys(path).length === 0 ? {} : { path }), ...(body === undefined ? {} : { body }) };
}

function shownPayload(payload: Payload, { mapping }: Subject): string {
  const prefixes = Object.fromEntries([...mapping.file.requestForm.namespaces].map(([prefix, { uri }]) => [uri, prefix]));
  if (payload.form === 'xml') return new TextDecoder().decode(renderXml(payload.element, { ...prefixes, [XSI]: 'xsi' }));
  return JSON.stringify({ ...payload, form: undefined });
}
