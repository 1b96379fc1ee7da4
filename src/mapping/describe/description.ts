/**
 * What a domestic form is said to look like, by its own description (WSDL and XML Schema, OpenAPI, JSON Schema), as one kind of tree. The checker
 * proves mappings against it, and a first mapping is drafted from it.
 */
import type { ValueType } from './value-type.ts';

export interface Described {
  /** Element, attribute or property name; '' for the whole of a JSON form and for the items of a JSON list. */
  readonly name: string;
  /** Namespace of an element or attribute; '' in JSON. */
  readonly ns: string;
  readonly kind: 'element' | 'attribute' | 'value';
  /** How often it stands where its parent stands once: `max` is Infinity where nothing bounds it. A JSON value stands at most once: a list is one value. */
  readonly min: number;
  readonly max: number;
  /** `xsi:nil`, or null in JSON. */
  readonly nillable: boolean;
  /** What its text, or the JSON value, may be; undefined for what holds only children. */
  readonly value: ValueType | undefined;
  /** A JSON list: what its items are, and how many. */
  readonly items: (() => Described) | undefined;
  readonly minItems: number;
  readonly maxItems: number;
  /** Attributes, then the content. Made when they are asked for, since a type may hold itself. */
  readonly content: () => Content;
}

export interface Content {
  readonly attributes: readonly Described[];
  /** How the children stand: a group, possibly of no parts. */
  readonly model: Group;
}

/** Children in an order: XML Schema 1.0 part 1, section 3.8. JSON properties are `all`. */
export interface Group {
  readonly kind: 'sequence' | 'choice' | 'all';
  readonly min: number;
  readonly max: number;
  readonly parts: readonly Particle[];
}

/** Elements that the description does not name: xs:any, additionalProperties. */
export interface Wildcard {
  readonly kind: 'any';
  readonly min: number;
  readonly max: number;
}

export type Particle = Described | Group | Wildcard;

/** What an operation takes and gives: the payload's element (XML), `{ body, query, path }` for a request and the body for an answer (JSON). */
export interface Description {
  /** The file that was read, as it was named. */
  readonly source: string;
  readonly request: Described;
  readonly response: Described;
}

/** Bytes of a file beside the descriptions, by a path with slashes under their folder; undefined when it is not there. Never the network. */
export type ReadFile = (path: string) => Uint8Array | undefined;

/**
 * The description cannot be used. The message is for an operator. `absent`: the file is not there; `incomplete`: it is, but documents that it refers to
 * are not beside it; `wrong`: it cannot be read, or lacks the operation.
 */
export class DescriptionError extends Error {
  readonly reason: 'absent' | 'incomplete' | 'wrong';

  constructor(message: string, reason: 'absent' | 'incomplete' | 'wrong' = 'wrong') {
    super(message);
    this.name = 'DescriptionError';
    this.reason = reason;
  }
}

export function isGroup(particle: Particle): particle is Group {
  return particle.kind === 'sequence' || particle.kind === 'choice' || particle.kind === 'all';
}

/** A child with what the groups around it say of it. */
export interface Child {
  readonly node: Described;
  /** It must stand there: every group around it must, and none of them is a choice of several. */
  readonly required: boolean;
  /** How often it may stand in all, when the groups around it repeat; `node.max` is what its own declaration says. */
  readonly most: number;
  /** Place in the order; children of a group whose parts stand in any order share one. */
  readonly rank: number;
}

/** All children, in the order of the schema. */
export function childrenOf(node: Described): readonly Child[] {
  return flatten(node.content().model);
}

/** Whether children that the description does not name may stand in `node`. */
export function isOpen(node: Described): boolean {
  const holdsAny = (particle: Particle): boolean => particle.kind === 'any' || (isGroup(particle) && particle.parts.some(holdsAny));
  return holdsAny(node.content().model);
}

function flatten(model: Group): Child[] {
  const found: Child[] = [];
  let rank = 0;
  const walk = (group: Group, required: boolean, free: boolean, outer: number): void => {
    const here = required && group.min > 0 && (group.kind !== 'choice' || group.parts.length === 1);
    const times = outer * group.max;
    const unordered = free || group.kind === 'all' || group.max > 1;
    for (const part of group.parts) {
      if (isGroup(part)) walk(part, here, unordered, times);
      else if (part.kind !== 'any') found.push({ node: part, required: here && part.min > 0, most: times * part.max, rank });
      if (!unordered) rank += 1;
    }
    if (unordered && !free) rank += 1;
  };
  walk(model, true, false, 1);
  return found;
}

export const NO_CONTENT: Content = { attributes: [], model: { kind: 'sequence', min: 1, max: 1, parts: [] } };
