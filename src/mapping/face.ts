/** The domestic face of a mapping: its payloads read to plain neutral documents and written from them. */
import type { JsonValue, Payload, XmlElement } from '../stages.ts';
import { Unfit, type CodecContext } from './codecs/codec.ts';
import { checkRules, type RuleCheck } from './check.ts';
import { compileRules } from './compile.ts';
import { neutralSteps, type CompileContext, type Read, type Watch, type Write } from './compiled.ts';
import { Draft, finishJson, finishXml, Slot } from './draft.ts';
import { jsonTree } from './json-tree.ts';
import { Known } from './known.ts';
import { neededFields, type NeededField } from './needed.ts';
import type { Kind, NeutralForm } from './neutral.ts';
import { checkOutcomes, compileOutcome } from './outcomes.ts';
import { parsePath, type PathForm, type Step } from './path.ts';
import type { MappingFile, OutcomeCase, Section } from './rules.ts';
import { valueAt, type JsonObject, type Run } from './run.ts';
import { isNamed, xmlTree, type XmlNode } from './xml-tree.ts';

export interface Face {
  readonly firstIndex: 0 | 1;
  read(kind: Kind, payload: Payload, run: Run): JsonObject;
  write(kind: Kind, document: JsonValue, run: Run): Payload;
  /** The node in which the paths of a request start. Throws Unfit. */
  requestRoot(payload: Payload): unknown;
  /** The domestic field that a neutral one comes from; the neutral path itself where no rule says. */
  domesticOf(kind: Kind, neutral: string): string;
  /** What must be in a neutral document for it to be written. */
  needed(kind: Kind): readonly NeededField[];
  /** Neutral paths and the domestic ones that they come from, both without indexes. */
  pairs(kind: Kind): Iterable<readonly [neutral: string, domestic: string]>;
}

export interface FaceOptions {
  readonly codecs: CodecContext;
  /** Country of the service that is asked: what `$country` in a codec stands for. */
  readonly country: string;
  readonly watch?: Watch;
}

const ROOT: Step = { name: '', ns: '', accepted: [''], attribute: false, predicates: [], index: undefined, text: '' };

/** Compiles both sections; reports what does not fit at its line. */
export function compileFace(file: MappingFile, neutral: NeutralForm, options: FaceOptions): Face {
  const expand = (text: string): string => text.replaceAll('$country', options.country);
  const shared = { codecs: options.codecs, requestForm: file.requestForm, expand, watch: options.watch };
  return file.requestForm.kind === 'xml'
    ? makeFace(file, neutral, { tree: xmlTree, copyWithout: copyXml(file.requestForm), ...shared }, xmlWire)
    : makeFace(file, neutral, { tree: jsonTree, copyWithout: copyJson, ...shared }, jsonWire);
}

/** Between a payload and the node in which paths start. */
interface Wire<N> {
  unwrap(kind: Kind, payload: Payload, root: Step | undefined, run: Run | undefined): N;
  wrap(kind: Kind, draft: Draft): Payload;
}

const xmlWire: Wire<XmlNode> = {
  unwrap(_kind, payload, root, run) {
    if (run !== undefined) run.field = root?.text ?? '';
    if (payload.form !== 'xml' || root === undefined || !isNamed(payload.element, root)) throw new Unfit(`the element ${root?.name ?? ''} is expected`);
    return payload.element;
  },
  wrap: (_kind, draft) => ({ form: 'xml', element: finishXml(draft) }),
};

const jsonWire: Wire<JsonValue> = {
  unwrap(kind, payload, _root, run) {
    if (run !== undefined) run.field = 'body';
    if (payload.form !== 'json') throw new Unfit('JSON is expected');
    if (kind === 'request') return { query: payload.query, path: payload.path, ...(payload.body === undefined ? {} : { body: payload.body }) };
    if (payload.body === undefined) throw new Unfit('a body is expected');
    return payload.body;
  },
  wrap(kind, draft) {
    const document = finishJson(draft);
    if (kind === 'response') return { form: 'json', body: document, path: {}, query: {} };
    return { form: 'json', body: valueAt(document, ['body']), path: texts(valueAt(document, ['path'])), query: texts(valueAt(document, ['query'])) };
  },
};

function texts(value: JsonValue | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(value ?? {}).map(([name, text]) => [name, String(text)]));
}

/** The rules for one outcome, or for the whole section where it knows no outcomes. */
interface Plan<N> {
  readonly outcome: string | undefined;
  readonly applies: (node: N) => boolean;
  readonly reads: readonly Read<N>[];
  readonly writes: readonly Write[];
  readonly slot: Slot;
  readonly domesticKnown: Known<N>;
  readonly neutralKnown: Known<JsonValue>;
}

function makeFace<N>(file: MappingFile, neutral: NeutralForm, context: CompileContext<N>, wire: Wire<N>): Face {
  const sections = { request: compileSection(file.request, 'request', neutral, context), response: compileSection(file.response, 'response', neutral, context) };
  const roots = { request: file.request.root, response: file.response.root };
  return {
    firstIndex: context.tree.firstIndex,
    requestRoot: (payload) => wire.unwrap('request', payload, roots.request, undefined),
    domesticOf: (kind, path) => sections[kind].domesticOf.get(path) ?? path,
    needed: (kind) => neededFields(file[kind]),
    pairs: (kind) => sections[kind].domesticOf,
    read(kind, payload, run) {
      const node = wire.unwrap(kind, payload, roots[kind], run);
      const { plans, firstCondition } = sections[kind];
      run.field = firstCondition;
      const plan = plans.find((one) => one.applies(node));
      if (plan === undefined) throw new Unfit('an outcome that the mapping knows is expected');
      const document: JsonObject = plan.outcome === undefined ? {} : { outcome: plan.outcome };
      for (const read of plan.reads) read(node, document, run);
      context.tree.survey(node, plan.domesticKnown, run);
      return document;
    },
    write(kind, document, run) {
      const outcome = valueAt(document, ['outcome']);
      const plan = sections[kind].plans.find((one) => one.outcome === undefined || one.outcome === outcome);
      run.field = 'outcome';
      if (plan === undefined) throw new Unfit('an outcome that the mapping knows is expected');
      const draft = new Draft(plan.slot);
      for (const write of plan.writes) write(document, draft, run);
      jsonTree.survey(document, plan.neutralKnown, run);
      return wire.wrap(kind, draft);
    },
  };
}

function compileSection<N>(section: Section, kind: Kind, neutral: NeutralForm, context: CompileContext<N>): { plans: Plan<N>[]; domesticOf: Map<string, string>; firstCondition: string } {
  const domesticOf = new Map<string, string>();
  const check: RuleCheck = { schema: neutral.schemas[kind], codelist: context.codecs.codelist, form: context.tree.kind, domesticOf };
  const cases = section.outcomes.length === 0 ? [undefined] : section.outcomes;
  const plans = cases.map((one) => compilePlan(section, one, check, context));
  checkOutcomes(section, neutral, kind);
  const [first] = section.outcomes.flatMap((one) => [...one.match.map(({ path }) => path), ...one.present, ...one.absent]);
  return { plans, domesticOf, firstCondition: first?.text ?? '' };
}

function compilePlan<N>(section: Section, one: OutcomeCase | undefined, check: RuleCheck, context: CompileContext<N>): Plan<N> {
  const { kind } = context.tree;
  const slot = new Slot(section.root ?? ROOT, 0);
  const domesticKnown = new Known<N>('', kind === 'xml' ? '/' : '.', context.tree.fits);
  const neutralKnown = new Known<JsonValue>('', '.', jsonTree.fits);
  for (const { steps } of section.order) slot.path(steps);
  const place = { domestic: '', neutral: '', slot, domesticKnown, neutralKnown };
  // In this order, since it is the order in which the form is written: what every answer has, what says the outcome, what belongs to it.
  const common = compileRules(section.rules, place, context);
  const compiled = one === undefined ? undefined : compileOutcome(one, slot, domesticKnown, context.tree);
  const says = one === undefined || compiled === undefined ? undefined : (context.watch?.outcome(one, compiled) ?? compiled);
  const own = compileRules(one?.rules ?? [], place, context);
  if (one !== undefined) neutralKnown.at(neutralSteps(['outcome'])).leaf = true;
  domesticKnown.settle();
  neutralKnown.settle();
  checkRules([...section.rules, ...(one?.rules ?? [])], check, one === undefined ? [] : ['outcome']);
  return {
    outcome: one?.outcome,
    applies: says?.applies ?? (() => true),
    reads: [...common.reads, ...own.reads],
    writes: [...common.writes, ...(says === undefined ? [] : [says.write]), ...own.writes],
    slot,
    domesticKnown,
    neutralKnown,
  };
}

function copyXml(form: PathForm): CompileContext<XmlNode>['copyWithout'] {
  return (node, without) => {
    const element = node as XmlElement;
    const steps = without.map((text) => parsePath(text, form)[0] ?? ROOT);
    return { ...element, children: element.children.filter((child) => typeof child === 'string' || !steps.some((step) => isNamed(child, step))) };
  };
}

function copyJson(node: unknown, without: readonly string[]): JsonValue {
  const value = node as JsonValue;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([name]) => !without.includes(name)));
}

