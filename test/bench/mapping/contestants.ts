/** Who translates in the mapping bench: each gives two functions that do one document of a form, from its parsed input to its unwritten output. */
import { equal } from 'node:assert/strict';
import { join } from 'node:path';
import jsonata from 'jsonata';
import { DIALECT_FORMS } from '../../../src/ecosystems/dialects.ts';
import { loadMapping } from '../../../src/mapping/load.ts';
import { translateBare } from '../../../src/mapping/translation.ts';
import { canonicalJson } from '../../../src/platform/canonical-json.ts';
import { DEFAULT_XML_LIMITS } from '../../../src/platform/limits.ts';
import type { JsonValue, Payload, XmlElement } from '../../../src/stages.ts';
import { parseXml } from '../../../src/xml/parse.ts';
import { renderText } from '../../../src/xml/render.ts';
import { byHand } from './by-hand.ts';
import { FORMS, jsonOf, neutralOf, NS, writeMappings, xmlOf, type Form } from './forms.ts';
import { jsonataOf } from './jsonata.ts';
import { compileStylesheets, type Stylesheets } from './xslt.ts';

export interface Contestant {
  readonly name: string;
  readonly form: 'xml' | 'json';
  toNeutral(): unknown;
  toDomestic(): unknown;
}

/** Contestants of each form, in the order of FORMS. `folder`: an empty one, for the mappings and stylesheets. Each has done one document right, both ways. */
export async function contestants(folder: string): Promise<{ form: Form; contestants: Contestant[] }[]> {
  writeMappings(join(folder, 'mappings'));
  const stylesheets = compileStylesheets(folder, FORMS);
  return Promise.all(FORMS.map(async (form, at) => {
    const all = await contestantsOf(form, at, folder, stylesheets[at] ?? []);
    for (const one of all) await prove(one, form);
    return { form, contestants: all };
  }));
}

async function contestantsOf(form: Form, at: number, folder: string, stylesheets: Stylesheets | readonly never[]): Promise<Contestant[]> {
  const neutral = neutralOf(form) as JsonValue;
  const element = parseXml(Buffer.from(xmlOf(form)), DEFAULT_XML_LIMITS);
  const body = jsonOf(form) as JsonValue;
  const [x, j] = await Promise.all(['x', 'j'].map(async (kind) => (await loadMapping(join(folder, 'mappings'), `xx/${kind}${at}`, 'XX', DIALECT_FORMS)).parts));
  if (x === undefined || j === undefined) throw new Error('no mapping');
  const [ofXml, ofJson] = [translateBare(x), translateBare(j)];
  const hand = byHand(form, (document) => x.neutral.check('response', document) === undefined);
  const [forth, back] = jsonataOf(form).map((expression) => jsonata(expression));
  const ours = (translation: typeof ofXml, input: Payload) => ({ toNeutral: () => translation.toNeutral('response', input).document, toDomestic: () => payload(translation.toDomestic('response', neutral, undefined).document) });
  return [
    { name: 'Causeway', form: 'xml', ...ours(ofXml, { form: 'xml', element }) },
    { name: 'by hand', form: 'xml', toNeutral: () => hand.readXml(element).document, toDomestic: () => hand.writeXml(neutral) },
    ...('toNeutral' in stylesheets ? [{ name: 'XSLT 3.0 (saxon-js)', form: 'xml' as const, toNeutral: await stylesheets.toNeutral(xmlOf(form)), toDomestic: await stylesheets.toDomestic(neutral) }] : []),
    { name: 'Causeway', form: 'json', ...ours(ofJson, { form: 'json', body, path: {}, query: {} }) },
    { name: 'by hand', form: 'json', toNeutral: () => hand.readJson(body).document, toDomestic: () => hand.writeJson(neutral) },
    { name: 'JSONata', form: 'json', toNeutral: () => forth?.evaluate(body), toDomestic: () => back?.evaluate(neutral) },
  ];
}

function payload(made: Payload): XmlElement | JsonValue | undefined {
  return made.form === 'xml' ? made.element : made.body;
}

/** Nobody is fast by doing something else. */
async function prove({ name, form: kind, toNeutral, toDomestic }: Contestant, form: Form): Promise<void> {
  equal(canonicalJson(await toNeutral()), canonicalJson(neutralOf(form)), `${name}, ${form.name}, to neutral`);
  const made = await toDomestic();
  if (kind === 'json') equal(canonicalJson(made), canonicalJson(jsonOf(form)), `${name}, ${form.name}, to domestic`);
  else equal(isElement(made) ? renderText(made, { [NS]: 'b' }) : String(made), xmlOf(form), `${name}, ${form.name}, to domestic`);
}

function isElement(value: unknown): value is XmlElement {
  return typeof value === 'object' && value !== null && 'children' in value;
}
