/** Elements of XML Schema (1.0 part 1) as Described: types by name, extension and restriction, references, groups, choices, wildcards. */
import type { XmlElement } from '../../stages.ts';
import { attribute } from '../../xml/element.ts';
import { isGroup, NO_CONTENT, type Content, type Described, type Group, type Particle } from './description.ts';
import { qname, schemaChildren, XS, type Declared, type QName, type SchemaSet } from './schema-set.ts';
import { ANY, namedSimpleType, restricted, simpleType, TEXT } from './xsd-values.ts';
import type { ValueType } from './value-type.ts';

/** What a type makes of an element: its text, its content, or both. */
interface Shape {
  readonly value: ValueType | undefined;
  readonly content: Content;
}

const ANYTHING: Shape = { value: ANY, content: { attributes: [], model: { kind: 'sequence', min: 1, max: 1, parts: [{ kind: 'any', min: 0, max: Infinity }] } } };
const GROUPS = ['sequence', 'choice', 'all', 'group'];

/** The global element of that name. Throws DescriptionError, also later, from `content()`, for a name that no local document declares. */
export function describeElement(name: QName, schemas: SchemaSet): Described {
  return elementNode(schemas.find('element', name), 1, 1, true, schemas);
}

function elementNode(declared: Declared, min: number, max: number, global: boolean, schemas: SchemaSet): Described {
  const { element, schema } = declared;
  const form = attribute(element, '', 'form');
  const qualified = global || (form === undefined ? schema.qualifiedElements : form === 'qualified');
  let shape: Shape | undefined;
  const shapeOf = (): Shape => (shape ??= typeOf(declared, schemas));
  return {
    name: attribute(element, '', 'name') ?? '',
    ns: qualified ? schema.target : '',
    kind: 'element',
    min,
    max,
    nillable: attribute(element, '', 'nillable') === 'true',
    get value() {
      return shapeOf().value;
    },
    items: undefined,
    minItems: 0,
    maxItems: Infinity,
    content: () => shapeOf().content,
  };
}

function typeOf({ element, schema }: Declared, schemas: SchemaSet): Shape {
  const named = attribute(element, '', 'type');
  if (named !== undefined) return namedType(qname(named, schema), schemas);
  const [inline] = schemaChildren(element, 'complexType', 'simpleType');
  return inline === undefined ? ANYTHING : inlineType({ element: inline, schema }, schemas);
}

function namedType(name: QName, schemas: SchemaSet): Shape {
  if (name.ns === XS) return name.name === 'anyType' ? ANYTHING : { value: namedSimpleType(name, schemas), content: NO_CONTENT };
  return inlineType(schemas.find('type', name), schemas);
}

function inlineType(declared: Declared, schemas: SchemaSet): Shape {
  if (declared.element.name === 'simpleType') return { value: simpleType(declared, schemas), content: NO_CONTENT };
  return complexType(declared, schemas);
}

function complexType({ element, schema }: Declared, schemas: SchemaSet): Shape {
  const [derived] = schemaChildren(element, 'simpleContent', 'complexContent');
  const mixed = attribute(element, '', 'mixed') === 'true' || (derived !== undefined && attribute(derived, '', 'mixed') === 'true');
  const [step] = derived === undefined ? [] : schemaChildren(derived, 'extension', 'restriction');
  if (step === undefined) return { value: mixed ? TEXT : undefined, content: contentOf({ element, schema }, schemas) };
  const base = namedType(qname(attribute(step, '', 'base') ?? '', schema), schemas);
  const own = contentOf({ element: step, schema }, schemas);
  const attributes = [...base.content.attributes.filter((one) => !declares(step, one)), ...own.attributes];
  if (derived?.name === 'simpleContent') return { value: step.name === 'restriction' && base.value !== undefined ? restricted(base.value, step) : base.value, content: { attributes, model: own.model } };
  const model: Group = step.name === 'restriction' ? own.model : { kind: 'sequence', min: 1, max: 1, parts: [base.content.model, own.model].filter(({ parts }) => parts.length > 0) };
  return { value: mixed ? TEXT : base.value, content: { attributes, model } };
}

/** Whether a derivation says something of that attribute itself, its prohibition included. */
function declares(step: XmlElement, { name }: Described): boolean {
  return schemaChildren(step, 'attribute').some((one) => attribute(one, '', 'name') === name || qname(attribute(one, '', 'ref') ?? '').name === name);
}

function contentOf({ element, schema }: Declared, schemas: SchemaSet): Content {
  const [group] = schemaChildren(element, ...GROUPS);
  const particle = group === undefined ? undefined : particleOf({ element: group, schema }, schemas);
  const model = particle !== undefined && isGroup(particle) ? particle : NO_CONTENT.model;
  return { attributes: attributesOf({ element, schema }, schemas), model };
}

function particleOf({ element, schema }: Declared, schemas: SchemaSet): Particle {
  const min = Number(attribute(element, '', 'minOccurs') ?? 1);
  const most = attribute(element, '', 'maxOccurs') ?? '1';
  const max = most === 'unbounded' ? Infinity : Number(most);
  if (element.name === 'any') return { kind: 'any', min, max };
  if (element.name === 'element') return elementParticle({ element, schema }, min, max, schemas);
  if (element.name !== 'group') return { kind: element.name as Group['kind'], min, max, parts: partsOf({ element, schema }, schemas) };
  const referred = schemas.find('group', qname(attribute(element, '', 'ref') ?? '', schema));
  return { kind: 'sequence', min, max, parts: partsOf(referred, schemas) };
}

function partsOf({ element, schema }: Declared, schemas: SchemaSet): Particle[] {
  return schemaChildren(element, 'element', 'any', ...GROUPS).map((part) => particleOf({ element: part, schema }, schemas)).filter(({ max }) => max > 0);
}

/** A reference may stand for every element of the substitution group whose head it names. */
function elementParticle({ element, schema }: Declared, min: number, max: number, schemas: SchemaSet): Particle {
  const ref = attribute(element, '', 'ref');
  if (ref === undefined) return elementNode({ element, schema }, min, max, false, schemas);
  const head = schemas.find('element', qname(ref, schema));
  const others = schemas.substitutes(qname(ref, schema));
  if (others.length === 0) return elementNode(head, min, max, true, schemas);
  const candidates = attribute(head.element, '', 'abstract') === 'true' ? others : [head, ...others];
  return { kind: 'choice', min, max, parts: candidates.map((one) => elementNode(one, 1, 1, true, schemas)) };
}

function attributesOf(declared: Declared, schemas: SchemaSet): Described[] {
  const { element, schema } = declared;
  const groups = schemaChildren(element, 'attributeGroup').flatMap((one) => attributesOf(schemas.find('attributeGroup', qname(attribute(one, '', 'ref') ?? '', schema)), schemas));
  return [...groups, ...schemaChildren(element, 'attribute').filter((one) => attribute(one, '', 'use') !== 'prohibited').map((one) => attributeNode({ element: one, schema }, schemas))];
}

function attributeNode({ element, schema }: Declared, schemas: SchemaSet): Described {
  const ref = attribute(element, '', 'ref');
  const name: QName = ref === undefined ? { ns: schema.qualifiedAttributes || attribute(element, '', 'form') === 'qualified' ? schema.target : '', name: attribute(element, '', 'name') ?? '' } : qname(ref, schema);
  // xml:lang and its like are known to everybody, and their schema is seldom beside a description.
  const declared = ref === undefined ? { element, schema } : schemas.lookUp('attribute', name);
  const value = declared === undefined ? TEXT : (typeOf(declared, schemas).value ?? TEXT);
  return { ...name, kind: 'attribute', min: attribute(element, '', 'use') === 'required' ? 1 : 0, max: 1, nillable: false, value, items: undefined, minItems: 0, maxItems: Infinity, content: () => NO_CONTENT };
}
