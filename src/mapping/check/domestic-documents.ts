/** Made-up domestic documents: of the shape that the description gives, with values that the rules can carry, and other ones where no rule carries any. */
import fc from 'fast-check';
import { childrenOf, isGroup, type Described, type Particle } from '../describe/description.ts';
import { misfit } from '../describe/value-type.ts';
import { jsonTree } from '../json-tree.ts';
import { scalarText } from '../run.ts';
import type { JsonValue, Payload, XmlAttribute, XmlElement } from '../../stages.ts';
import { Guide } from './guide.ts';
import { describedValues, type Values } from './values.ts';

/** Below what no rule knows, only what must be there is made; deeper still, nothing: a type may hold itself. */
const DEEPEST = 6;
const MOST = 3;

/** Payloads of the case; not each of them is one that the mapping accepts. */
export function domesticPayloads(described: Described, guide: Guide, form: 'xml' | 'json', kind: 'request' | 'response'): fc.Arbitrary<Payload> {
  if (form === 'xml') return xmlElements(described, guide, 0).map((element) => ({ form: 'xml', element }));
  return jsonValues(described, guide, 0).map((value) => {
    if (kind === 'response') return { form: 'json', body: value, path: {}, query: {} };
    const { body, path = {}, query = {} } = value as { body?: JsonValue; path?: Record<string, string>; query?: Record<string, string> };
    return { form: 'json', body, path, query };
  });
}

function valuesOf(node: Described, guide: Guide): Values {
  const { value } = node;
  if (value === undefined) return fc.constant('');
  const made = guide.values === undefined ? (value.base === 'any' ? fc.constant('') : describedValues(value)) : guide.values;
  // What the description refuses is told of what the mapping writes; here it would only be noise.
  const fitting = fc.sample(made, { seed: 1, numRuns: 30 }).some((one) => misfit(value, one) === undefined) ? made.filter((one) => misfit(value, one) === undefined) : made;
  return guide.mayBeEmpty && misfit(value, '') === undefined ? fc.oneof({ weight: 4, arbitrary: fitting }, { weight: 1, arbitrary: fc.constant('') }) : fitting;
}

function xmlElements(node: Described, guide: Guide, depth: number): fc.Arbitrary<XmlElement> {
  const { attributes, model } = node.content();
  const texts = node.value === undefined || model.parts.length > 0 ? fc.constant('') : valuesOf(node, guide).map((value) => (value === null ? '' : scalarText(value)));
  return fc.record({ attributes: fc.tuple(...attributes.map((one) => xmlAttributes(one, guide))), children: xmlChildren(model, guide, depth, true), text: texts }, { noNullPrototype: true }).map((made): XmlElement => ({
    ns: node.ns,
    name: node.name,
    attributes: made.attributes.flat(),
    children: [...(made.text === '' ? [] : [made.text]), ...made.children],
  }));
}

function xmlAttributes(node: Described, guide: Guide): fc.Arbitrary<XmlAttribute[]> {
  const [own = new Guide(undefined)] = guide.named(node.name, node.ns, true);
  const one = valuesOf(node, own).map((value): XmlAttribute[] => (value === null ? [] : [{ ns: node.ns, name: node.name, value: scalarText(value) }]));
  const { minLength, maxLength } = times(node, own, 0);
  const none = fc.constant<XmlAttribute[]>([]);
  return minLength > 0 ? one : maxLength === 0 ? none : fc.oneof(one, none);
}

/** `once`: every part stands, as in a sequence; else each may. */
function xmlChildren(particle: Particle, guide: Guide, depth: number, once: boolean): fc.Arbitrary<XmlElement[]> {
  if (particle.kind === 'any') return fc.constant([]);
  if (!isGroup(particle)) {
    const [own = new Guide(undefined)] = guide.named(particle.name, particle.ns, false);
    const bounds = times({ min: once ? particle.min : 0, max: particle.max }, own, depth);
    return bounds.maxLength === 0 ? fc.constant([]) : fc.array(xmlElements(particle, own, own.step === undefined ? depth + 1 : depth), bounds);
  }
  if (particle.min === 0 && !particle.parts.some((part) => isGuided(part, guide))) return fc.constant([]);
  const free = particle.max > 1 && particle.kind === 'choice';
  if (particle.kind === 'choice' && !free) {
    const guided = particle.parts.filter((part) => isGuided(part, guide));
    const branches = guided.length > 0 ? guided : particle.parts;
    return branches.length === 0 ? fc.constant([]) : fc.oneof(...branches.map((part) => xmlChildren(part, guide, depth, once)));
  }
  // A choice that repeats is how schemas say "in any order": each part once.
  return fc.tuple(...particle.parts.map((part) => xmlChildren(part, guide, depth, once && !free))).map((lists) => lists.flat());
}

function pick({ min, max }: Described): Pick<Described, 'min' | 'max'> {
  return { min, max };
}

function isGuided(particle: Particle, guide: Guide): boolean {
  if (particle.kind === 'any') return false;
  if (isGroup(particle)) return particle.parts.some((part) => isGuided(part, guide));
  return guide.named(particle.name, particle.ns, particle.kind === 'attribute').length > 0;
}

interface Bounds {
  readonly minLength: number;
  readonly maxLength: number;
}

/** How often a child stands. */
function times({ min, max }: Pick<Described, 'min' | 'max'>, guide: Guide, depth: number): Bounds {
  const exactly = (count: number): Bounds => ({ minLength: count, maxLength: count });
  if (guide.list !== undefined && guide.presence !== 'never') return { minLength: Math.min(Math.max(min, guide.list.least, guide.presence === 'must' ? 1 : 0), MOST), maxLength: Math.max(min, Math.min(max, guide.list.most, MOST)) };
  if (guide.presence === 'must') return exactly(Math.max(min, 1));
  if (guide.presence === 'never' || depth > DEEPEST) return exactly(depth > DEEPEST ? 0 : min);
  if (guide.step === undefined && depth > 0) return exactly(min);
  return { minLength: min, maxLength: Math.max(min, Math.min(max, 1)) };
}

function jsonValues(node: Described, guide: Guide, depth: number): Values {
  const { items } = node;
  if (items !== undefined) return depth > DEEPEST ? fc.constant([]) : fc.array(jsonValues(items(), guide, depth + 1), { minLength: Math.min(node.minItems, MOST), maxLength: Math.max(node.minItems, Math.min(node.maxItems, MOST)) });
  const children = childrenOf(node);
  if (children.length === 0) return node.value === undefined ? fc.constant({}) : valuesOf(node, guide);
  return fc.tuple(...children.map(({ node: one, required }) => jsonMembers({ ...pick(one), min: required ? 1 : 0 }, one, guide, depth))).map((members) => Object.fromEntries(members.flat()));
}

function jsonMembers(bounds: Pick<Described, 'min' | 'max'>, node: Described, guide: Guide, depth: number): fc.Arbitrary<[string, JsonValue][]> {
  const guides = guide.named(node.name, '', false);
  const [own = new Guide(undefined)] = guides;
  const picked = guides.filter(({ step }) => step !== undefined && (step.predicates.length > 0 || step.index !== undefined));
  if (own.presence === 'never') return fc.constant([]);
  const values = node.items === undefined ? jsonValues(node, own, own.step === undefined ? depth + 1 : depth) : picked.length > 0 ? pickedLists(node.items(), picked, depth) : listValues(node, own, depth);
  const present = guides.some(({ presence }) => presence === 'must') || bounds.min > 0 || own.list !== undefined;
  const made = values.map((value): [string, JsonValue][] => (value === null ? [] : [[node.name, value]]));
  return present ? made : fc.boolean().chain((there) => (there && depth <= DEEPEST ? made : fc.constant([])));
}

function listValues(node: Described, guide: Guide, depth: number): Values {
  if (guide.list === undefined) return jsonValues(node, guide, depth + 1);
  const item = node.items?.() ?? node;
  return fc.array(jsonValues(item, guide, depth), { minLength: Math.max(node.minItems, guide.list.least), maxLength: Math.max(node.minItems, Math.min(node.maxItems, guide.list.most, MOST)) });
}

/** A list of which rules pick items by conditions: one that fits each of them, or none, among others that fit none. */
function pickedLists(item: Described, guides: readonly Guide[], depth: number): Values {
  const fitting = guides.map((guide) => {
    const one = jsonValues(item, guide, depth).map((value) => [satisfying(value, guide, item)]);
    return guide.presence === 'must' ? one : fc.oneof(one, fc.constant([]));
  });
  const tests = guides.map(({ step }) => (step === undefined ? () => false : jsonTree.fits(step)));
  const others = fc.array(jsonValues(item, new Guide(undefined), depth + 1), { maxLength: 2 }).map((list) => list.filter((value, at) => !tests.some((fits) => fits(value, at))));
  return fc.tuple(fc.tuple(...fitting), others).map(([chosen, rest]) => [...chosen.flat(), ...rest]);
}

function satisfying(value: JsonValue, { step }: Guide, item: Described): JsonValue {
  const object: Record<string, JsonValue> = { ...(value as Readonly<Record<string, JsonValue>>) };
  for (const { step: compared, value: wanted } of step?.predicates ?? []) {
    const base = childrenOf(item).find(({ node }) => node.name === compared.name)?.node.value?.base;
    if (wanted === undefined) delete object[compared.name];
    else object[compared.name] = base === 'json-integer' || base === 'json-number' ? Number(wanted) : wanted;
  }
  return object;
}
