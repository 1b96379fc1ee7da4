/** What the mappings commands print for people. */
import type { Explanation } from '../mapping/explain/explain.ts';
import type { Step } from '../mapping/explain/step.ts';
import type { Namespace } from '../mapping/path.ts';
import type { JsonValue, LossReport, XmlElement } from '../stages.ts';
import { renderText } from '../xml/render.ts';

/** Steps of this kind are counted, not listed: a population register has a hundred fields that nobody fills. */
const QUIET = ['absent', 'empty'];

/** A table: line of the rule, the field before and after, what became of it. */
export function renderExplanation(explanation: Explanation): string {
  const { mapping, file, neutral, kind, to, steps, refused, loss } = explanation;
  const rows = steps.filter(({ became }) => !QUIET.includes(became)).map((step) => row(step, to));
  const quiet = steps.length - rows.length;
  return [
    `${file}, revision ${mapping.revision}: ${kind} to ${to === 'neutral' ? `${neutral.schema}/${neutral.version}` : 'the domestic form'}`,
    '',
    ...table([['line', 'from', 'to', 'what'], ...rows]),
    ...(quiet === 0 ? [] : ['', `${quiet} more ${quiet === 1 ? 'field was' : 'fields were'} absent, or written empty (--json lists them)`]),
    '',
    refused === undefined ? renderLoss(loss) : renderRefusal(explanation),
  ].join('\n');
}

/** With the file and line of the rule, where it is a rule's. */
export function renderRefusal({ file, steps, refused }: Explanation): string {
  const line = steps.findLast(({ became }) => became === 'refused')?.line;
  return `${file}${line === undefined ? '' : `:${line}`}: refused (${refused?.code}) at ${refused?.field}: ${refused?.expected}`;
}

export function renderLoss(loss: LossReport | undefined): string {
  const parts = Object.entries(loss ?? {}).flatMap(([kind, paths]) => ((paths as readonly string[]).length === 0 ? [] : [`${(paths as readonly string[]).length} ${kind}`]));
  return parts.length === 0 ? 'nothing is lost' : `lost: ${parts.join(', ')}`;
}

function row(step: Step, to: 'neutral' | 'domestic'): string[] {
  const [from, into] = to === 'neutral' ? [step.domestic, step.neutral] : [step.neutral, step.domestic];
  return [step.line === undefined ? '-' : String(step.line), from ?? '-', into ?? '-', what(step)];
}

function what({ became, from, to, as, why, times }: Step): string {
  const change = from === undefined && to === undefined ? '' : to === undefined ? text(from) : from === undefined || text(from) === text(to) ? text(to) : `${text(from)} → ${text(to)}`;
  const parts = [became === 'mapped' ? '' : became, times === undefined ? '' : `${times} times`, change, as === undefined ? '' : `by ${as}`, why === undefined ? '' : `(${text(why)})`];
  return parts.filter((part) => part !== '').join(' ');
}

/** A value in the table: short, on one line, and without what moves a terminal's cursor. */
export function text(value: JsonValue | undefined): string {
  const plain = (typeof value === 'string' ? value : JSON.stringify(value ?? null)).replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '·');
  const characters = [...plain];
  return characters.length > 60 ? `${characters.slice(0, 59).join('')}…` : plain;
}

/** Columns with two spaces between them. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_cell, at) => Math.max(...rows.map((one) => one[at]?.length ?? 0)));
  return rows.map((one) => one.map((cell, at) => (at === 0 ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0))).join('  ').trimEnd());
}

/** A document, indented. */
export function renderOutput(output: NonNullable<Explanation['output']>, namespaces: ReadonlyMap<string, Namespace>): string {
  if ('neutral' in output) return JSON.stringify(output.neutral, undefined, 2);
  const { domestic } = output;
  if (domestic.form === 'json') return JSON.stringify(Object.keys(domestic.query).length + Object.keys(domestic.path).length === 0 ? domestic.body : { ...domestic, form: undefined }, undefined, 2);
  return renderText(indented(domestic.element, '\n'), Object.fromEntries([...namespaces].map(([prefix, { uri }]) => [uri, prefix])));
}

/** White space is added only where there are elements alone. */
function indented(element: XmlElement, indent: string): XmlElement {
  if (element.children.length === 0 || element.children.some((child) => typeof child === 'string')) return element;
  const children = element.children.flatMap((child) => [`${indent}  `, typeof child === 'string' ? child : indented(child, `${indent}  `)]);
  return { ...element, children: [...children, indent] };
}
