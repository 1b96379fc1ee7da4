/** A mapping file as data: what an operator wrote, read strictly, before anything is compiled (docs/mapping-language.md). */
import type { DialectName, JsonValue } from '../stages.ts';
import type { Checks } from './codecs/codec.ts';
import type { SchemaNames } from './describe/read.ts';
import type { Fields } from './fields.ts';
import type { PathForm, Step } from './path.ts';

export type Empty = 'kept' | 'ignored' | 'written';
export type Direction = 'to-domestic' | 'to-neutral';

/** A path with its steps; `fields` and `key` say where it is written. */
export interface DomesticPath {
  readonly text: string;
  readonly steps: readonly Step[];
}

export interface NeutralPath {
  readonly text: string;
  /** Property names; none for `.`, the item itself. */
  readonly names: readonly string[];
}

/** What is written in the file: where, and under `unlike-schema` why the description of the domestic form does not hold there. */
export interface Located {
  readonly fields: Fields;
}

export interface PairRule extends Located {
  readonly kind: 'pair';
  readonly domestic: readonly DomesticPath[];
  readonly neutral: NeutralPath;
  readonly as: string | undefined;
  readonly optional: boolean;
  /** Values in the form that lacks the field: `neutral` when the domestic field is absent, `domestic` the other way. */
  readonly default: { readonly neutral?: JsonValue; readonly domestic?: JsonValue };
  readonly empty: Empty;
  readonly spaceKept: boolean;
  readonly oneWay: Direction | undefined;
}

export interface GroupRule extends Located {
  readonly kind: 'each' | 'at';
  readonly domestic: DomesticPath;
  readonly neutral: NeutralPath;
  readonly optional: boolean;
  /** `at`: the neutral side is a list, and the part is its only item. */
  readonly alone: boolean;
  /** `each`: how many items the domestic form can hold. */
  readonly max: number | undefined;
  /** `each` in XML: an empty list, or none, is written as one empty element. */
  readonly emptyWritten: boolean;
  readonly rules: readonly Rule[];
}

/** Whether the neutral side is a list: all items of it, or the only one. */
export function isList({ kind, alone }: GroupRule): boolean {
  return kind === 'each' || alone;
}

export type Rule =
  | PairRule
  | GroupRule
  | (Located & { readonly kind: 'constant-domestic'; readonly domestic: DomesticPath; readonly value: JsonValue })
  | (Located & { readonly kind: 'constant-neutral'; readonly neutral: NeutralPath; readonly value: JsonValue })
  | (Located & { readonly kind: 'drop-domestic'; readonly domestic: readonly DomesticPath[]; readonly reason: string; readonly written: boolean })
  | (Located & { readonly kind: 'drop-neutral'; readonly neutral: NeutralPath; readonly reason: string })
  | (Located & { readonly kind: 'echo'; readonly domestic: DomesticPath; readonly from: string; readonly without: readonly string[] })
  | (Located & { readonly kind: 'compute'; readonly neutral: NeutralPath; readonly expression: string; readonly from: readonly DomesticPath[] });

/** One business outcome: how the domestic form says it, and what stands beside it. */
export interface OutcomeCase extends Located {
  readonly outcome: string;
  readonly match: readonly { readonly path: DomesticPath; readonly values: readonly JsonValue[] }[];
  readonly present: readonly DomesticPath[];
  readonly absent: readonly DomesticPath[];
  readonly write: readonly { readonly path: DomesticPath; readonly value: JsonValue }[];
  readonly rules: readonly Rule[];
}

export interface Section extends Located {
  /** XML: the element that the path of every rule starts in. */
  readonly root: Step | undefined;
  /** Paths in the order in which they are written, where that is not the order of the rules. */
  readonly order: readonly DomesticPath[];
  readonly rules: readonly Rule[];
  readonly outcomes: readonly OutcomeCase[];
}

export interface MappingFile extends Located {
  readonly id: string;
  readonly revision: number;
  /** UTC milliseconds from which it is in force; 0 where the file does not say: always. */
  readonly effective: number;
  readonly neutral: { readonly subject: string; readonly version: string };
  readonly dialect: DialectName;
  readonly operation: string;
  /** The description of the domestic form that `causeway mappings check` compares with. */
  readonly schema: SchemaNames | undefined;
  readonly checks: Checks;
  readonly requestForm: PathForm;
  readonly request: Section;
  readonly response: Section;
}
