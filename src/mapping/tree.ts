/** Reading a domestic form: the same few questions of an XML element and of a JSON value, compiled per step of a path. */
import type { JsonValue } from '../stages.ts';
import type { Fits, Known } from './known.ts';
import type { Step } from './path.ts';
import type { Run } from './run.ts';

export interface Tree<N> {
  readonly kind: 'xml' | 'json';
  /** Index of the first item, as the form counts: XPath from 1, JSON from 0. */
  readonly firstIndex: 0 | 1;
  /** The one node that a step leads to. Throws Unfit when there are several. */
  readonly child: (step: Step) => (node: N) => N | undefined;
  /** All nodes that a step leads to, in their order; undefined when the list itself is absent (JSON). Throws Unfit for what is not a list. */
  readonly items: (step: Step) => (node: N) => readonly N[] | undefined;
  /** Text, number, boolean or null of a node without children. Throws Unfit for others. */
  readonly value: (node: N, spaceKept: boolean) => JsonValue;
  /** Reports what no rule knows, and what a rule drops. */
  readonly survey: (node: N, known: Known<N>, run: Run) => void;
  /** The test whether a node, found under the step's name, is the one that the step means. */
  readonly fits: (step: Step) => Fits<N>;
  /** As JSONata sees it (compute). */
  readonly plain: (node: N) => JsonValue;
}

/** The node at the end of a path. */
export function follow<N>(tree: Tree<N>, steps: readonly Step[]): (node: N) => N | undefined {
  const [first, second, ...others] = steps.map((step) => tree.child(step));
  if (first === undefined) return (node) => node;
  if (second === undefined) return first;
  const hops = [first, second, ...others];
  return (node) => {
    let at: N | undefined = node;
    for (const hop of hops) {
      at = hop(at);
      if (at === undefined) return undefined;
    }
    return at;
  };
}
