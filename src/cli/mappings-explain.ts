/** `causeway mappings explain` and `try`: one message through a mapping, field by field, or there and back. */
import { DIALECT_FORMS } from '../ecosystems/dialects.ts';
import { loadExplainer, type Explainer, type Explanation } from '../mapping/explain/explain.ts';
import { findMapping } from '../mapping/explain/find-mapping.ts';
import { roundTrip, type RoundTrip } from '../mapping/explain/round-trip.ts';
import { readMessage, type MessageOptions } from './mappings-message.ts';
import { renderLoss, renderOutput, renderRefusal } from './mappings-render.ts';

export interface ExplainOptions extends MessageOptions {
  /** The mappings folder. */
  readonly mappings: string;
  readonly service: string;
  readonly country?: string;
  readonly of?: string;
  readonly operation?: string;
  readonly showPersonalDataOnThisTerminal?: boolean;
}

/** Throws CausewayError for files that cannot be read; what a message holds is explained, a refusal too. */
export async function explainMessage(file: string, options: ExplainOptions): Promise<Explanation> {
  const explainer = await explainerFor(options);
  return explainer.explain(readMessage(file, explainer, options));
}

export interface Tried {
  readonly trip: RoundTrip;
  /** As `tryMessage` was asked to render it. */
  readonly text: string;
  /** Every neutral field came back, but for those of which the rules say that they do not. */
  readonly ok: boolean;
}

/** Both directions of one mapping on one message. */
export async function tryMessage(file: string, options: ExplainOptions): Promise<Tried> {
  const explainer = await explainerFor(options);
  const trip = roundTrip(explainer, readMessage(file, explainer, options));
  const refused = trip.there.refused !== undefined || trip.back?.refused !== undefined;
  return { trip, ok: !refused && trip.changed.length === trip.reported.length, text: renderTrip(trip, explainer) };
}

async function explainerFor({ mappings, showPersonalDataOnThisTerminal, ...wanted }: ExplainOptions): Promise<Explainer> {
  const { id, of } = await findMapping(mappings, wanted);
  return loadExplainer(mappings, id, of, { forms: DIALECT_FORMS, showPersonal: showPersonalDataOnThisTerminal === true });
}

function renderTrip({ there, back, changed, reported }: RoundTrip, { loaded }: Explainer): string {
  const leg = (one: Explanation): string[] => {
    const title = `${one.kind} to ${one.to === 'neutral' ? `${one.neutral.schema}/${one.neutral.version}` : 'the domestic form'}, by ${one.file}`;
    if (one.refused !== undefined || one.output === undefined) return [title, renderRefusal(one), ''];
    return [title, renderOutput(one.output, loaded.file.requestForm.namespaces), renderLoss(one.loss), ''];
  };
  const lasting = changed.filter((path) => !reported.includes(path));
  const verdict = back === undefined || back.refused !== undefined ? [] : [
    lasting.length === 0 ? `there and back: every ${reported.length === 0 ? '' : 'other '}neutral field is what it was` : `there and back: not what it was: ${lasting.join(', ')}`,
    ...(reported.length === 0 ? [] : [`by rules that say so, not what it was: ${reported.join(', ')}`]),
  ];
  return [...leg(there), ...(back === undefined ? [] : leg(back)), ...verdict].join('\n').trimEnd();
}
