/** Code lists: two-way tables, total over what they declare or with a fallback that shows (docs/mapping-language.md). */
import type { CodeList } from './codecs/codec.ts';
import { readFields } from './fields.ts';
import type { SourceFile } from './problems.ts';

/** Reads `codes` (domestic: neutral, one to one), `also` (further domestic codes that are only read), `fallback` and `beyond`. */
export function readCodeList(name: string, source: SourceFile): CodeList | undefined {
  const fields = readFields(source, [], source.value, ['codelist', 'title', 'codes', 'also', 'fallback', 'beyond']);
  if (fields === undefined) return undefined;
  if (fields.string('codelist') !== name) fields.report(`the list must name itself "${name}", as its file does`, undefined, 'codelist');
  const toNeutral = new Map<string, string>();
  const toDomestic = new Map<string, string>();
  for (const [domestic, value] of fields.scalars('codes')) {
    const neutral = String(value);
    if (toDomestic.has(neutral)) fields.report(`"${neutral}" stands for two domestic codes`, 'list the one that is only read under also', 'codes');
    toNeutral.set(domestic, neutral);
    toDomestic.set(neutral, domestic);
  }
  for (const [domestic, value] of fields.scalars('also')) {
    if (toNeutral.has(domestic)) fields.report(`"${domestic}" is already in codes`, undefined, 'also');
    if (!toDomestic.has(String(value))) fields.report(`"${String(value)}" is in no pair of codes`, undefined, 'also');
    toNeutral.set(domestic, String(value));
  }
  if (toNeutral.size === 0) fields.report('the list has no codes');
  const fallback = readFallback(fields);
  const refuses = fields.choice('beyond', ['refused'] as const) === 'refused';
  if (refuses && fallback.neutral !== undefined && fallback.domestic !== undefined) fields.report('with both fallbacks nothing is beyond the list', undefined, 'beyond');
  return { name, toNeutral, toDomestic, fallback, refuses };
}

function readFallback(fields: NonNullable<ReturnType<typeof readFields>>): CodeList['fallback'] {
  const fallback = fields.map('fallback', ['neutral', 'domestic']);
  const neutral = fallback?.string('neutral');
  const domestic = fallback?.string('domestic');
  return { ...(neutral === undefined ? {} : { neutral }), ...(domestic === undefined ? {} : { domestic }) };
}
