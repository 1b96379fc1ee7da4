/** Writing a domestic form: nodes are made as rules ask for them, and stand in the order in which the rules first name them. */
import type { JsonValue, XmlAttribute, XmlElement } from '../stages.ts';
import type { Step } from './path.ts';
import { scalarText } from './run.ts';
import { XSI } from './xml-tree.ts';

/** A place in the form, known at load: its step and its rank among its siblings. */
export class Slot {
  readonly step: Step;
  readonly rank: number;
  list: boolean;
  readonly #children = new Map<string, Slot>();
  /** Children that a predicate demands, `names[type=1]`: written when the node is made. */
  readonly presets: { readonly slot: Slot; readonly value: string }[] = [];

  constructor(step: Step, rank: number) {
    this.step = step;
    this.rank = rank;
    this.list = step.index !== undefined || step.predicates.length > 0;
    for (const { step: child, value } of step.predicates) if (value !== undefined) this.presets.push({ slot: this.child(child), value });
  }

  /** The slot of a child step; the first call for it fixes its rank. */
  child(step: Step): Slot {
    let slot = this.#children.get(step.text);
    if (slot === undefined) {
      slot = new Slot(step, this.#children.size);
      this.#children.set(step.text, slot);
    }
    return slot;
  }

  path(steps: readonly Step[]): Slot[] {
    const slots: Slot[] = [];
    for (const step of steps) slots.push((slots.at(-1) ?? this).child(step));
    return slots;
  }
}

/** A node being written. */
export class Draft {
  readonly slot: Slot;
  /** Most nodes of a form are leaves, and most of those are empty: lists are made when something goes into them. */
  children: Draft[] | undefined = undefined;
  value: JsonValue | undefined = undefined;
  /** Content taken over as it stands (echo). */
  copy: XmlElement | JsonValue | undefined = undefined;
  /** Lists that are there, though they may be empty. */
  lists: Slot[] | undefined = undefined;

  constructor(slot: Slot) {
    this.slot = slot;
  }

  /** The child in that slot, made where missing. */
  one(slot: Slot): Draft {
    // Children stand by rank, and rules name siblings together: what is looked for is nearly always the last one, or behind it.
    const { children } = this;
    if (children !== undefined) {
      for (let at = children.length - 1; at >= 0; at -= 1) {
        const child = children[at];
        if (child === undefined || child.slot.rank < slot.rank) break;
        if (child.slot === slot) return child;
      }
    }
    return this.add(slot);
  }

  /** A new child in that slot, after its equals and before what ranks behind it. */
  add(slot: Slot): Draft {
    const made = new Draft(slot);
    const children = (this.children ??= []);
    let at = children.length;
    while (at > 0 && (children[at - 1]?.slot.rank ?? 0) > slot.rank) at -= 1;
    if (at === children.length) children.push(made);
    else children.splice(at, 0, made);
    for (const preset of slot.presets) made.one(preset.slot).value = preset.value;
    return made;
  }

  descend(slots: readonly Slot[]): Draft {
    return slots.reduce<Draft>((draft, slot) => draft.one(slot), this);
  }
}

const NONE: readonly never[] = Object.freeze([]);

/** The element; what has neither attributes nor children shares one empty list. */
export function finishXml(draft: Draft): XmlElement {
  const { step } = draft.slot;
  if (draft.children === undefined && draft.copy === undefined && draft.value !== null) {
    const text = draft.value === undefined ? '' : scalarText(draft.value);
    return { ns: step.ns, name: step.name, attributes: NONE, children: text === '' ? NONE : [text] };
  }
  const copy = draft.copy as XmlElement | undefined;
  const attributes: XmlAttribute[] = [...(copy?.attributes ?? [])];
  const children: (XmlElement | string)[] = [...(copy?.children ?? [])];
  if (draft.value === null) attributes.push({ ns: XSI, name: 'nil', value: 'true' });
  else if (draft.value !== undefined && draft.value !== '') children.push(scalarText(draft.value));
  for (const child of draft.children ?? NONE) {
    if (child.slot.step.attribute) attributes.push({ ns: child.slot.step.ns, name: child.slot.step.name, value: scalarText(child.value ?? '') });
    else children.push(finishXml(child));
  }
  return { ns: step.ns, name: step.name, attributes, children };
}

export function finishJson(draft: Draft): JsonValue {
  if (draft.copy !== undefined) return draft.copy as JsonValue;
  if (draft.value !== undefined) return draft.value;
  const object: Record<string, JsonValue> = {};
  for (const slot of draft.lists ?? NONE) object[slot.step.name] = [];
  for (const child of draft.children ?? NONE) {
    const { list, step } = child.slot;
    if (!list) object[step.name] = finishJson(child);
    else ((object[step.name] ??= []) as JsonValue[]).push(finishJson(child));
  }
  return object;
}
