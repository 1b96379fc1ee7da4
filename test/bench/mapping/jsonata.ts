/** The forms of the bench in JSONata. It checks less: no day that the calendar has not, no unknown field, no schema. */
import { CODES, type FieldKind, type Form } from './forms.ts';

const BACK = Object.fromEntries(Object.entries(CODES).map(([domestic, neutral]) => [neutral, domestic]));

const TO_NEUTRAL: Record<FieldKind, (field: string) => string> = {
  text: (field) => field,
  date: (field) => `$join($reverse($split(${field}, ".")), "-")`,
  id: (field) => `"EE:" & ${field}`,
  amount: (field) => `$formatNumber($number(${field}), "0.00")`,
  code: (field) => `$lookup($forth, ${field})`,
};

const TO_DOMESTIC: Record<FieldKind, (field: string) => string> = {
  text: (field) => field,
  date: (field) => `$join($reverse($split(${field}, "-")), ".")`,
  id: (field) => `$substringAfter(${field}, "EE:")`,
  amount: (field) => `$formatNumber($number(${field}), "0.00")`,
  code: (field) => `$lookup($back, ${field})`,
};

/** The expressions to neutral and to domestic. */
export function jsonataOf({ fields, items }: Form): [string, string] {
  const object = (convert: typeof TO_NEUTRAL, from: string, to: string): string => `{ ${fields.map((kind, at) => `"${to}${at}": ${convert[kind](`${from}${at}`)}`).join(', ')} }`;
  const [forth, back] = [object(TO_NEUTRAL, 'a', 'n'), object(TO_DOMESTIC, 'n', 'a')];
  return [
    `( $forth := ${JSON.stringify(CODES)}; ${items === undefined ? forth : `{ "items": [item.(${forth})] }`} )`,
    `( $back := ${JSON.stringify(BACK)}; ${items === undefined ? back : `{ "item": [items.(${back})] }`} )`,
  ];
}
