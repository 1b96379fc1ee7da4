/** `causeway mappings explain`: one message through the engine's own rules, compiled a second time with a watch on them. */
import { CausewayError } from '../../errors.ts';
import type { JsonValue, LossReport, MappingRef, NeutralRef, Payload } from '../../stages.ts';
import { loadMapping, loadPersonal, type LoadedMapping } from '../load.ts';
import type { DialectForms } from '../mappings.ts';
import type { Kind } from '../neutral.ts';
import { translateBare, type BareTranslation } from '../translation.ts';
import { hidePersonal } from './hide.ts';
import { Recorder } from './recorder.ts';
import type { Step } from './step.ts';

/** A message to be explained: a payload in the domestic form, or a neutral document, if an answer with the domestic request that it answers. */
export type Message = { readonly kind: Kind; readonly to: 'neutral'; readonly input: Payload } | { readonly kind: Kind; readonly to: 'domestic'; readonly input: JsonValue; readonly request?: Payload };

export interface Explanation {
  readonly mapping: MappingRef;
  /** The mapping's file, under the mappings folder: lines are its. */
  readonly file: string;
  readonly neutral: NeutralRef;
  readonly kind: Kind;
  readonly to: 'neutral' | 'domestic';
  readonly steps: readonly Step[];
  /** What came out, personal values hidden; absent when the message is refused. */
  readonly output?: { readonly neutral: JsonValue } | { readonly domestic: Payload };
  readonly loss?: LossReport;
  readonly refused?: { readonly code: string; readonly field: string; readonly expected: string };
}

export interface Explainer {
  readonly loaded: LoadedMapping;
  /** The engine's translation, unwatched: its documents hold personal values. */
  readonly plain: BareTranslation;
  /** Never throws for what a message holds: a refusal is explained too. */
  explain(message: Message): Explanation;
}

/** The explainer of one mapping (`ee/person`) for services of `country`. Throws `config-invalid` as loadTranslation does, and for wrong marks of personal fields. */
export async function loadExplainer(folder: string, id: string, country: string, { forms, ...options }: { readonly forms: DialectForms; readonly showPersonal: boolean }): Promise<Explainer> {
  const plain = await loadMapping(folder, id, country, forms);
  const { isPersonal } = await loadPersonal(folder, plain.parts.neutral);
  let made: Recorder | undefined;
  const watched = await loadMapping(folder, id, country, forms, (source) => (made = new Recorder({ source, isPersonal, ...options })));
  const recorder = made;
  if (recorder === undefined) throw new CausewayError('internal', `${id} was compiled without its watch`);
  const translation = translateBare(watched.parts, recorder.makeRun);
  const { ref, neutral } = plain.parts;
  return {
    loaded: plain,
    plain: translateBare(plain.parts),
    explain(message) {
      const { kind, to } = message;
      recorder.begin(kind, to);
      const about = { mapping: ref, file: `${id}.yaml`, neutral: neutral.ref, kind, to };
      try {
        const result = run(translation, message);
        const output = 'neutral' in result.output && !options.showPersonal ? { neutral: hidePersonal(result.output.neutral, (path) => isPersonal(kind, path)) } : result.output;
        return { ...about, steps: recorder.steps, output, loss: result.loss };
      } catch (error) {
        const refused = refusalOf(error);
        if (refused === undefined) throw error;
        if (recorder.steps.at(-1)?.became !== 'refused') recorder.add({ became: 'refused', [to === 'neutral' ? 'domestic' : 'neutral']: refused.field, why: refused.expected, ...lineOf(recorder.steps, refused.field) });
        return { ...about, steps: recorder.steps, refused };
      }
    },
  };
}

function run(translation: BareTranslation, message: Message): { output: NonNullable<Explanation['output']>; loss: LossReport } {
  if (message.to === 'neutral') {
    const { document, loss } = translation.toNeutral(message.kind, message.input);
    return { output: { neutral: document }, loss };
  }
  const { document, loss } = translation.toDomestic(message.kind, message.input, message.request);
  return { output: { domestic: document }, loss };
}

/** What the engine said to the sender; undefined for anything but a refusal of the message. */
export function refusalOf(error: unknown): Explanation['refused'] {
  if (!(error instanceof CausewayError) || (error.code !== 'mapping-failed' && error.code !== 'service-answer-unmappable')) return undefined;
  const { field = '', hint = '' } = error.facts;
  return { code: error.code, field, expected: hint.slice(`${field}: `.length).replace(/\.$/, '') };
}

/** The schema refuses what a rule has made: the rule of that field is the one to look at. */
function lineOf(steps: readonly Step[], field: string): { line?: number } {
  const line = steps.find(({ domestic }) => domestic?.replaceAll(/\[\d+\]/g, '').startsWith(field))?.line;
  return line === undefined ? {} : { line };
}
