/** XML Schema (1.0) of described elements: one schema a namespace, local elements where they stand, a global one where another namespace begins. */
import type { Described, Particle } from '../../mapping/describe/description.ts';
import { isGroup } from '../../mapping/describe/description.ts';
import type { ValueType } from '../../mapping/describe/value-type.ts';
import type { XmlElement } from '../../stages.ts';
import { element } from '../../xml/element.ts';

export const XS = 'http://www.w3.org/2001/XMLSchema';

/** Deeper than any form at hand: a type may hold itself, and what lies below may be anything. */
const DEEPEST = 24;

/** Built-in types by base; `json-…` never stand in XML. */
const TYPES: Readonly<Record<ValueType['base'], string>> = {
  'text': 'xs:string', 'boolean': 'xs:boolean', 'integer': 'xs:integer', 'decimal': 'xs:decimal', 'double': 'xs:double', 'date': 'xs:date', 'dateTime': 'xs:dateTime', 'time': 'xs:time', 'yearMonth': 'xs:gYearMonth',
  'year': 'xs:gYear', 'binary': 'xs:string', 'any': 'xs:anyType', 'json-number': 'xs:decimal', 'json-integer': 'xs:integer', 'json-boolean': 'xs:boolean',
};

/** The namespaces of `roots`, each with the prefix that references use. */
export class Schemas {
  readonly #globals = new Map<string, Map<string, XmlElement>>();

  /** Declares a global element. An element of that name that was declared before stays as it is. */
  add(node: Described, depth = 0): string {
    const globals = this.#globals.get(node.ns) ?? new Map<string, XmlElement>();
    this.#globals.set(node.ns, globals);
    if (!globals.has(node.name)) {
      // Before its content, which may refer to it.
      globals.set(node.name, xs('element', []));
      globals.set(node.name, this.#declaration(node, node.ns, {}, depth));
    }
    return `${this.prefixOf(node.ns)}:${node.name}`;
  }

  prefixOf(ns: string): string {
    const at = [...this.#globals.keys()].indexOf(ns);
    return at === 0 ? 'tns' : `ns${at}`;
  }

  /** Namespace URI to prefix. */
  get prefixes(): Readonly<Record<string, string>> {
    return Object.fromEntries([...this.#globals.keys()].map((ns) => [ns, this.prefixOf(ns)]));
  }

  render(): XmlElement[] {
    const all = [...this.#globals.keys()];
    return [...this.#globals].map(([ns, globals]) => {
      const imports = all.filter((other) => other !== ns).map((other) => xs('import', [], { namespace: other }));
      return xs('schema', [...imports, ...globals.values()], { targetNamespace: ns, elementFormDefault: 'qualified' });
    });
  }

  #declaration(node: Described, target: string, occurs: Readonly<Record<string, string>>, depth: number): XmlElement {
    const nillable: Record<string, string> = node.nillable ? { nillable: 'true' } : {};
    const form: Record<string, string> = node.ns === target || depth === 0 ? {} : { form: 'unqualified' };
    const { attributes, model } = node.content();
    if (depth > DEEPEST || (node.value?.base === 'any' && attributes.length === 0)) return xs('element', [], { name: node.name, ...form, ...occurs, ...nillable, type: 'xs:anyType' });
    if (node.value !== undefined && attributes.length === 0) {
      const simple = simpleType(node.value);
      return typeof simple === 'string' ? xs('element', [], { name: node.name, ...form, ...occurs, ...nillable, type: simple }) : xs('element', [simple], { name: node.name, ...form, ...occurs, ...nillable });
    }
    const declared = attributes.map(attributeDeclaration);
    const content = node.value === undefined ? [this.#model(model, target, depth), ...declared] : [xs('simpleContent', [xs('extension', declared, { base: TYPES[node.value.base] })])];
    return xs('element', [xs('complexType', content)], { name: node.name, ...form, ...occurs, ...nillable });
  }

  #model(particle: Particle, target: string, depth: number): XmlElement {
    const occurs = occursOf(particle.min, particle.max);
    if (particle.kind === 'any') return xs('any', [], { ...occurs, namespace: '##any', processContents: 'lax' });
    if (isGroup(particle)) return xs(particle.kind, particle.parts.map((part) => this.#model(part, target, depth)), occurs);
    if (particle.ns !== '' && particle.ns !== target) return xs('element', [], { ref: this.add(particle, 0), ...occurs });
    return this.#declaration(particle, target, occurs, depth + 1);
  }
}

export function xs(name: string, children: readonly XmlElement[], attributes: Readonly<Record<string, string>> = {}): XmlElement {
  return element(XS, name, children, attributes);
}

function occursOf(min: number, max: number): Record<string, string> {
  return { ...(min === 1 ? {} : { minOccurs: String(min) }), ...(max === 1 ? {} : { maxOccurs: max === Infinity ? 'unbounded' : String(max) }) };
}

function attributeDeclaration({ name, min, value }: Described): XmlElement {
  const simple = value === undefined || value.base === 'any' ? 'xs:string' : simpleType(value);
  const use: Record<string, string> = min > 0 ? { use: 'required' } : {};
  return typeof simple === 'string' ? xs('attribute', [], { name, type: simple, ...use }) : xs('attribute', [simple], { name, ...use });
}

/** A built-in type, or a restriction of one. Patterns are left out: they are of ECMAScript here, and a server's business. */
function simpleType({ base, enumeration, minLength, maxLength }: ValueType): XmlElement | string {
  const facets = [
    ...(enumeration ?? []).map((value) => xs('enumeration', [], { value })),
    ...(base === 'text' && minLength !== undefined ? [xs('minLength', [], { value: String(minLength) })] : []),
    ...(base === 'text' && maxLength !== undefined ? [xs('maxLength', [], { value: String(maxLength) })] : []),
  ];
  return facets.length === 0 ? TYPES[base] : xs('simpleType', [xs('restriction', facets, { base: TYPES[base] })]);
}
