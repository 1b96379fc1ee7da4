/** What the rules know of a form: whatever a message holds beyond it is reported, never lost in silence. */
import type { Step } from './path.ts';

/** Whether a node, found under the step's name, is one that the step means; `at` is its place in its list. */
export type Fits<N> = (node: N, at: number) => boolean;

interface Entry<N> {
  readonly step: Step;
  readonly fits: Fits<N>;
  readonly node: Known<N>;
  /** Holds only for what no other entry of the name fits: `names` dropped beside `names[type=1].name`. */
  otherwise: boolean;
}

export class Known<N> {
  /** Path of this node, as loss reports name it. */
  readonly text: string;
  /** Path that a report names for what is dropped here: that of the rule that drops it. */
  dropText: string;
  /** A rule reads or writes the node's own value. */
  leaf = false;
  /** What holds for everything below that no further rule knows. */
  rest: 'unknown' | 'dropped' | 'ignored' = 'unknown';
  readonly children = new Map<string, Entry<N>[]>();
  readonly #separator: string;
  readonly #fits: (step: Step) => Fits<N>;

  constructor(text: string, separator: string, fits: (step: Step) => Fits<N>) {
    this.text = text;
    this.dropText = text;
    this.#separator = separator;
    this.#fits = fits;
  }

  /** The node at the end of `steps`, made where missing. `list`: the last step is a list. */
  at(steps: readonly Step[], list = false): Known<N> {
    const [step, ...others] = steps;
    if (step === undefined) return this;
    const key = step.attribute ? `@${step.name}` : step.name;
    const entries = this.children.get(key) ?? [];
    this.children.set(key, entries);
    let entry = entries.find((one) => one.step.text === step.text);
    if (entry === undefined) {
      entry = { step, fits: this.#fits(step), node: new Known(this.#join(step.text) + (list && others.length === 0 ? '[]' : ''), this.#separator, this.#fits), otherwise: false };
      entries.push(entry);
      // What a predicate compares is known by it.
      for (const { step: compared, value } of step.predicates) if (value !== undefined) entry.node.at([compared]).leaf = true;
    }
    return entry.node.at(others, list);
  }

  /** Once, after the last rule: what is dropped or ignored is so all the way down, but for what further rules know. */
  settle(from?: Known<N>): void {
    if (this.rest === 'unknown' && from !== undefined) {
      this.rest = from.rest;
      this.dropText = from.dropText;
    }
    for (const entries of this.children.values()) {
      const general = entries.find(({ step, node }) => step.predicates.length === 0 && step.index === undefined && node.rest !== 'unknown');
      if (general !== undefined) general.otherwise = general.node.children.size === 0 && !general.node.leaf;
      entries.sort((a, b) => Number(a.otherwise) - Number(b.otherwise));
      for (const { node } of entries) node.settle(general !== undefined && general.node !== node ? general.node : this.rest === 'unknown' ? undefined : this);
    }
  }

  /** The path of an unknown child, for a report: a name that could itself be personal data is not repeated. */
  unknownChild(name: string): string {
    return this.#join(/^[@\p{L}_][\p{L}\p{N}._-]{0,80}$/u.test(name) && !/\d{6}/.test(name) ? name : '*');
  }

  #join(text: string): string {
    return this.text === '' ? text : `${this.text}${this.#separator}${text}`;
  }
}
