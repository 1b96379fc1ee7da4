/** What the rules know of a form: whatever a message holds beyond it is reported, never lost in silence. */
import type { Step } from './path.ts';

/** Whether a node, found under the step's name, is one that the step means; `at` is its place in its list. */
export type Fits<N> = (node: N, at: number) => boolean;

export class Known<N> {
  /** Path of this node, as loss reports name it. */
  readonly text: string;
  /** A rule reads or writes the node's own value. */
  leaf = false;
  /** What holds for everything below that no further rule knows. */
  rest: 'unknown' | 'dropped' | 'ignored' = 'unknown';
  readonly children = new Map<string, { readonly step: Step; readonly fits: Fits<N>; readonly node: Known<N> }[]>();
  readonly #separator: string;
  readonly #fits: (step: Step) => Fits<N>;

  constructor(text: string, separator: string, fits: (step: Step) => Fits<N>) {
    this.text = text;
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
      entry = { step, fits: this.#fits(step), node: new Known(this.#join(step.text) + (list && others.length === 0 ? '[]' : ''), this.#separator, this.#fits) };
      entries.push(entry);
    }
    return entry.node.at(others, list);
  }

  /** The path of an unknown child, for a report: a name that could itself be personal data is not repeated. */
  unknownChild(name: string): string {
    return this.#join(/^[@\p{L}_][\p{L}\p{N}._-]{0,80}$/u.test(name) && !/\d{6}/.test(name) ? name : '*');
  }

  #join(text: string): string {
    return this.text === '' ? text : `${this.text}${this.#separator}${text}`;
  }
}
