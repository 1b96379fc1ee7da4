/** A watch that keeps what each rule did to each field of one message. Personal values never get into it, unless they are to be shown. */
import { Unfit } from '../codecs/codec.ts';
import type { JsonValue, LossReport } from '../../stages.ts';
import { neutralSteps, type Compiled, type CompiledOutcome, type Place, type Watch } from '../compiled.ts';
import type { Draft } from '../draft.ts';
import type { Kind } from '../neutral.ts';
import type { IsPersonal } from '../personal.ts';
import type { SourceFile } from '../problems.ts';
import type { OutcomeCase, Rule } from '../rules.ts';
import { Run } from '../run.ts';
import type { Tree } from '../tree.ts';
import { hideAll, hideCopy, hideScalar } from './hide.ts';
import { probeOf, type Probe, type Seen } from './probe.ts';
import type { Step } from './step.ts';

interface Options {
  readonly source: SourceFile;
  readonly isPersonal: IsPersonal;
  /** Personal values too are kept, and written out. */
  readonly showPersonal: boolean;
}

/** A rule by which a field does not cross, known by the path that a loss report names. */
interface Drop {
  readonly rule: Rule;
  readonly why: string;
}

type Losses = (keyof LossReport)[];

/** One closure of a rule, at one place of one message. */
interface Work {
  /** Paths of the rule in both forms, indexes filled in. */
  readonly site: Pick<Step, 'line' | 'domestic' | 'neutral'>;
  doIt(): void;
  /** What came of it. */
  seen(): Seen;
  /** The value that it worked on. */
  from(): JsonValue | undefined;
}

export class Recorder implements Watch {
  readonly #options: Options;
  readonly #drops = new Map<string, Drop[]>();
  #kind: Kind = 'request';
  #to: 'neutral' | 'domestic' = 'neutral';
  #case: number | undefined;
  #steps: Step[] = [];
  /** What the rule at work loses; undefined when none is: then the whole document is being looked through. */
  #losses: Losses | undefined;

  constructor(options: Options) {
    this.#options = options;
  }

  /** The steps of the message since `begin`, in the order of the rules, then what no rule knew. */
  get steps(): readonly Step[] {
    return this.#steps;
  }

  begin(kind: Kind, to: 'neutral' | 'domestic'): void {
    this.#kind = kind;
    this.#to = to;
    this.#case = undefined;
    this.#steps = [];
    this.#losses = undefined;
  }

  /** For translateBare. */
  readonly makeRun = (request: unknown): Run => new RecordedRun(request, (kind, path) => this.#lost(kind, path));

  add(step: Step): void {
    this.#steps.push(step);
  }

  rule<N>(rule: Rule, compiled: Compiled<N>, place: Place<N>, tree: Tree<N>): Compiled<N> {
    this.#noteDrops(rule, place);
    const probe = probeOf(rule, place, tree);
    const line = this.#lineOf(rule);
    const site = (run: Run, domestic = probe.domestic): Work['site'] => ({
      line,
      ...(domestic === undefined ? {} : { domestic: run.place(tree.firstIndex, domestic) }),
      ...(probe.neutral === undefined ? {} : { neutral: run.place(0, probe.neutral) }),
    });
    return {
      reads: compiled.reads.map((read) => (node, out, run) => this.#watch(rule, probe, { site: site(run), doIt: () => read(node, out, run), seen: () => probe.afterRead(node, out, run), from: () => probe.domesticValue(node) })),
      writes: compiled.writes.map((write, at) => (source, draft, run) => {
        // Each field of a drop that is written empty has a closure of its own.
        const domestic = rule.kind === 'drop-domestic' ? probe.domestic?.split(', ')[at] : probe.domestic;
        this.#watch(rule, probe, { site: site(run, domestic), doIt: () => write(source, draft, run), seen: () => probe.afterWrite(source, draft, at), from: () => probe.neutralValue(source) });
        this.#hideWritten(rule, probe, draft);
      }),
    };
  }

  outcome<N>(one: OutcomeCase, { applies, write }: CompiledOutcome<N>): CompiledOutcome<N> {
    const matched = (): void => {
      this.#case = Number(one.fields.path[2]);
      this.#steps.push({ became: 'outcome', line: this.#lineOf(one), domestic: [...one.match.map(({ path }) => path), ...one.present, ...one.absent].map(({ text }) => text).join(', '), neutral: 'outcome', to: one.outcome });
    };
    return {
      applies: (node) => {
        const fits = applies(node);
        if (fits) matched();
        return fits;
      },
      write: (source, draft, run) => {
        matched();
        write(source, draft, run);
      },
    };
  }

  #watch<N>(rule: Rule, probe: Probe<N>, { site, doIt, seen, from }: Work): void {
    const outer = this.#losses;
    const losses: Losses = (this.#losses = []);
    try {
      doIt();
    } catch (error) {
      // Rules around this one see the refusal pass, and have nothing to add.
      if (error instanceof Unfit && this.#steps.at(-1)?.became !== 'refused') this.#push(rule, probe, { ...site, became: 'refused', why: error.message, ...valueOf(rule.kind === 'pair' ? from() : undefined) });
      throw error;
    } finally {
      this.#losses = outer;
    }
    const step = seen();
    const [lost] = losses;
    if (step !== undefined) this.#push(rule, probe, { ...site, ...step, ...(lost === undefined ? {} : { became: lost }) });
  }

  #push<N>(rule: Rule, probe: Probe<N>, step: Step): void {
    const as = rule.kind === 'pair' && rule.as !== undefined ? { as: rule.as } : {};
    const hidden = this.#isHidden(probe);
    const { from, to, ...rest } = step;
    const shown = (value: JsonValue): JsonValue => (hidden ? hideAll(value) : value);
    this.#steps.push({ ...rest, ...as, ...(from === undefined ? {} : { from: shown(from) }), ...(to === undefined ? {} : { to: shown(to) }) });
  }

  #isHidden<N>({ neutral }: Probe<N>): boolean {
    return !this.#options.showPersonal && neutral !== undefined && this.#options.isPersonal(this.#kind, neutral);
  }

  /** In the output too, in place of what the rule has written. */
  #hideWritten<N>(rule: Rule, probe: Probe<N>, draft: Draft): void {
    if (this.#options.showPersonal || (rule.kind !== 'echo' && !(rule.kind === 'pair' && this.#isHidden(probe)))) return;
    for (const written of probe.drafts(draft)) {
      if (written.copy !== undefined) written.copy = hideCopy(written.copy);
      if (written.value !== undefined) written.value = hideScalar(written.value);
    }
  }

  #noteDrops<N>(rule: Rule, place: Place<N>): void {
    const neutral = (why: string): void => void ('neutral' in rule && this.#drop(place.neutralKnown.at(neutralSteps(rule.neutral.names)).text, { rule, why }));
    if (rule.kind === 'drop-domestic') for (const { steps } of rule.domestic) this.#drop(place.domesticKnown.at(steps).text, { rule, why: rule.reason });
    if (rule.kind === 'drop-neutral') neutral(rule.reason);
    if (rule.kind === 'compute' || (rule.kind === 'pair' && rule.oneWay === 'to-neutral')) neutral('it is only read, and cannot be written');
  }

  #drop(path: string, drop: Drop): void {
    this.#drops.set(path, [...(this.#drops.get(path) ?? []), drop]);
  }

  #lost(kind: keyof LossReport, path: string): void {
    if (this.#losses !== undefined) return void this.#losses.push(kind);
    const became = kind === 'dropped' ? 'dropped' : 'unknown';
    const side = this.#to === 'neutral' ? 'domestic' : 'neutral';
    const known = this.#steps.findIndex((step) => step.became === became && step[side] === path);
    const before = this.#steps[known];
    if (before !== undefined) return void (this.#steps[known] = { ...before, times: (before.times ?? 1) + 1 });
    const drop = this.#drops.get(path)?.find(({ rule }) => this.#isInForce(rule));
    this.#steps.push({ became, [side]: path, ...(drop === undefined ? {} : { line: this.#lineOf(drop.rule), why: drop.why }) });
  }

  /** Rules of the other section, or of another outcome, may name the same path. */
  #isInForce({ fields: { path } }: Rule): boolean {
    return path[0] === this.#kind && (path[1] !== 'outcomes' || path[2] === this.#case);
  }

  #lineOf({ fields }: Pick<Rule, 'fields'>): number {
    return this.#options.source.lineOf(fields.path);
  }
}

function valueOf(from: JsonValue | undefined): { from?: JsonValue } {
  return from === undefined ? {} : { from };
}

class RecordedRun extends Run {
  readonly #lost: (kind: keyof LossReport, path: string) => void;

  constructor(request: unknown, lost: (kind: keyof LossReport, path: string) => void) {
    super(request);
    this.#lost = lost;
  }

  override lose(kind: keyof LossReport, path: string): void {
    super.lose(kind, path);
    this.#lost(kind, path);
  }
}
