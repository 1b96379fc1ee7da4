/** What rules are compiled to, and what they are compiled with. */
import type { JsonValue } from '../stages.ts';
import type { CodecContext } from './codecs/codec.ts';
import type { Draft, Slot } from './draft.ts';
import type { Known } from './known.ts';
import type { PathForm, Step } from './path.ts';
import type { OutcomeCase, Rule } from './rules.ts';
import type { JsonObject, Run } from './run.ts';
import type { Tree } from './tree.ts';

export type Read<N> = (node: N, out: JsonObject, run: Run) => void;
export type Write = (source: JsonValue | undefined, draft: Draft, run: Run) => void;

/** Where rules stand: the path so far in both forms, for messages and reports. */
export interface Place<N> {
  readonly domestic: string;
  readonly neutral: string;
  readonly slot: Slot;
  readonly domesticKnown: Known<N>;
  readonly neutralKnown: Known<JsonValue>;
}

export interface Compiled<N> {
  readonly reads: Read<N>[];
  readonly writes: Write[];
}

/** How an outcome is known when it is read, and what says it when it is written. */
export interface CompiledOutcome<N> {
  readonly applies: (node: N) => boolean;
  readonly write: Write;
}

/**
 * What looks at rules while they work (explain). It is asked once for each rule, when rules are compiled, and answers with closures of its own around the
 * compiled ones: without a watch nothing is added to what a message runs through.
 */
export interface Watch {
  rule<N>(rule: Rule, compiled: Compiled<N>, place: Place<N>, tree: Tree<N>): Compiled<N>;
  outcome<N>(one: OutcomeCase, compiled: CompiledOutcome<N>): CompiledOutcome<N>;
}

/** What stays the same for all rules of a mapping. */
export interface CompileContext<N> {
  readonly tree: Tree<N>;
  readonly codecs: CodecContext;
  /** Form of the request that an answer may echo; its tree reads it. */
  readonly requestForm: PathForm;
  copyWithout(node: unknown, without: readonly string[]): Draft['copy'];
  readonly expand: (text: string) => string;
  readonly watch: Watch | undefined;
}

/** Property names as steps, so that the neutral form is surveyed as a domestic JSON form is. */
export function neutralSteps(names: readonly string[]): Step[] {
  return names.map((name) => ({ name, ns: '', accepted: [''], attribute: false, predicates: [], index: undefined, text: name }));
}

export function joinDomestic(base: string, text: string, kind: 'xml' | 'json'): string {
  if (text === '.') return base;
  return base === '' ? text : `${base}${kind === 'xml' ? '/' : '.'}${text}`;
}

export function joinNeutral(base: string, text: string): string {
  if (text === '.') return base;
  return base === '' ? text : `${base}.${text}`;
}
