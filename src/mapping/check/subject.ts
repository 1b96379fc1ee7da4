/** What is checked: a mapping, compiled, with the description of its domestic form. */
import type { CodeList } from '../codecs/codec.ts';
import type { CompiledMapping } from '../compiler.ts';
import type { Described, Description } from '../describe/description.ts';
import type { Kind, Schema } from '../neutral.ts';
import type { Located, OutcomeCase, Rule, Section } from '../rules.ts';

export interface Subject {
  readonly mapping: CompiledMapping;
  /** Undefined where none is named, or none can be read. */
  readonly description: Description | undefined;
  readonly codelists: ReadonlyMap<string, { readonly list: CodeList }>;
}

/** Rules that hold together: those of a request, or of one outcome of an answer. */
export interface Case {
  readonly kind: Kind;
  readonly section: Section;
  readonly outcome: OutcomeCase | undefined;
  readonly rules: readonly Rule[];
  readonly schema: Schema;
  readonly described: Described | undefined;
}

export function casesOf({ mapping, description }: Subject): Case[] {
  const { file, parts } = mapping;
  return (['request', 'response'] as const).flatMap((kind): Case[] => {
    const section = file[kind];
    const same = { kind, section, schema: parts.neutral.schemas[kind], described: description?.[kind] };
    if (section.outcomes.length === 0) return [{ ...same, outcome: undefined, rules: section.rules }];
    return section.outcomes.map((outcome) => ({ ...same, outcome, rules: [...section.rules, ...outcome.rules] }));
  });
}

/** The file says there that the description does not hold, and why. */
export function isExcused(one: Located | undefined): boolean {
  return one?.fields.has('unlike-schema') === true;
}

export function isXml({ mapping }: Pick<Subject, 'mapping'>): boolean {
  return mapping.file.requestForm.kind === 'xml';
}
