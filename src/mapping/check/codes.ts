/** Code lists against the description: every code that may come is known, every code that is written is allowed. */
import type { CodeList } from '../codecs/codec.ts';
import { parseCalls, type CodecCall } from '../codecs/table.ts';
import { misfit, type ValueType } from '../describe/value-type.ts';
import type { PairRule } from '../rules.ts';

/** The codecs of a rule; none where they cannot be read, which is reported elsewhere. */
export function callsOf({ as = '' }: PairRule): CodecCall[] {
  try {
    return parseCalls(as);
  } catch {
    return [];
  }
}

/** Reports at `as:`. A list is judged where it is first, so that its codes are those of the form. */
export function checkDomesticCodes(rule: PairRule, value: ValueType | undefined, codelists: ReadonlyMap<string, { readonly list: CodeList }>): void {
  const [first] = callsOf(rule);
  const list = first?.name === 'codelist' ? codelists.get(first.args[0] ?? '')?.list : undefined;
  if (list === undefined || value === undefined) return;
  for (const code of [...list.toDomestic.values(), ...(list.fallback.domestic === undefined ? [] : [list.fallback.domestic])]) {
    const reason = misfit(value, code);
    if (reason !== undefined) rule.fields.report(`code list ${list.name} writes "${code}": ${reason}`, undefined, 'as');
  }
  if (rule.oneWay === 'to-domestic' || list.fallback.neutral !== undefined || list.refuses) return;
  if (value.enumeration === undefined) return rule.fields.report(`the description lists no codes for "${rule.domestic[0]?.text ?? ''}", so code list ${list.name} cannot be total`, 'declare fallback.neutral, or beyond: refused', 'as');
  const unknown = value.enumeration.filter((code) => !list.toNeutral.has(code) && !(code === '' && rule.empty !== 'kept'));
  if (unknown.length > 0) rule.fields.report(`code list ${list.name} does not know ${unknown.map((code) => `"${code}"`).join(', ')}`, 'add them, or declare fallback.neutral', 'as');
}
