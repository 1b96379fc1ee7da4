/** Names of members, made up by the rules: each has one name in the other world, and that name is nobody else's. */
import fc from 'fast-check';
import { parseFederated, renderFederated } from '../federated.ts';
import type { ForeignCountry, Identifiers, Tables } from '../identifiers.ts';
import type { SourceFile } from '../problems.ts';
import type { DomesticMember } from '../../stages.ts';
import { SEED } from './neutral-documents.ts';

/** What X-Road identifiers are made of; hyphens and digits abound, since names are joined by hyphens. */
const CODE = fc.array(fc.constantFrom(...'--019AzGOV().'), { minLength: 1, maxLength: 12 }).map((letters) => letters.join('')).filter((text) => text !== '.' && text !== '..');

/** Reports a member without a name, and two members of one name, at the rule. */
export function checkIdentifiers(identifiers: Identifiers, source: SourceFile, runs: number): void {
  const { tables } = identifiers;
  const foreign = foreignMembers(tables);
  if (foreign !== undefined) {
    tell(source, 'foreign', foreign, runs, (federated) => {
      const name = nameOf(() => identifiers.foreignClient(federated).subsystem ?? '');
      if (name === undefined) return 'a foreign member that the rule should name has no name at home';
      const readings = readingsOf(name, tables);
      return readings.length === 1 && readings[0] === federated ? undefined : 'the name of a foreign member at home is that of another one too';
    });
  }
  tell(source, 'classes', domesticMembers(tables), runs, (member) => {
    const federated = nameOf(() => identifiers.toFederated(member));
    // Of a member by the rule, and an exception that takes its name, the exception has it: the other is unknown.
    if (federated === undefined) return tables.toDomestic.size > 0 ? undefined : 'a member of ours has no name in the federation';
    const back = identifiers.serviceOf(`${federated}/service`);
    return back !== undefined && same(back, member) ? undefined : 'the name of a member of ours in the federation leads to another one';
  });
}

function tell<T>(source: SourceFile, key: string, members: fc.Arbitrary<T>, runs: number, law: (member: T) => string | undefined): void {
  const { counterexample } = fc.check(fc.property(members, (member) => law(member) === undefined), { seed: SEED, numRuns: runs });
  if (counterexample !== null) source.report([key], law(counterexample[0]) ?? '', undefined, { counterexample: JSON.stringify(counterexample[0]) });
}

function nameOf(name: () => string): string | undefined {
  try {
    return name();
  } catch {
    return undefined;
  }
}

function same(a: DomesticMember, b: DomesticMember): boolean {
  return a.instance === b.instance && a.memberClass === b.memberClass && a.memberCode === b.memberCode && a.subsystem === b.subsystem;
}

function foreignMembers({ foreign, subsystems }: Tables): fc.Arbitrary<string> | undefined {
  const byRule = [...foreign.values()].filter(({ classes, shapes }) => classes.length > 0 && shapes.length > 0).map(({ country, classes, shapes }) =>
    fc.tuple(fc.constantFrom(...classes), fc.constantFrom(...shapes).chain(codeOf), fc.option(CODE, { nil: undefined })).map(([memberClass, memberCode, subsystem]) => renderFederated({ country, memberClass, memberCode, ...(subsystem === undefined ? {} : { subsystem }) })),
  );
  const all = [...byRule, ...[...subsystems.keys()].map((federated) => fc.constant(federated))];
  return all.length === 0 ? undefined : fc.oneof(...all);
}

function codeOf(shape: string): fc.Arbitrary<string> {
  return fc.tuple(...[...shape].map((kind) => (kind === '9' ? fc.constantFrom(...'0189') : kind === 'A' ? fc.constantFrom(...'AZ') : fc.constant(kind)))).map((letters) => letters.join(''));
}

function domesticMembers({ instance, classes, toFederated }: Tables): fc.Arbitrary<DomesticMember> {
  const byRule = fc.tuple(fc.constantFrom(...(classes.length === 0 ? ['GOV'] : classes)), CODE, CODE).map(([memberClass, memberCode, subsystem]): DomesticMember => ({ instance, memberClass, memberCode, subsystem }));
  const exceptions = [...toFederated.keys()].map((text) => text.split('/')).filter(({ length }) => length === 4);
  return fc.oneof(byRule, ...exceptions.map(([inside = '', memberClass = '', memberCode = '', subsystem = '']) => fc.constant({ instance: inside, memberClass, memberCode, subsystem })));
}

/** Every member that a name can be read as: by the table, and by the rule in each way of taking it apart. */
function readingsOf(name: string, { foreign, subsystems }: Tables): string[] {
  const listed = [...subsystems].filter(([, subsystem]) => subsystem === name).map(([federated]) => federated);
  const ruled = [...foreign.values()].flatMap((rule) => readingsBy(rule, name)).filter((federated) => !subsystems.has(federated));
  return [...new Set([...listed, ...ruled])];
}

function readingsBy({ country, classes, shapes }: ForeignCountry, name: string): string[] {
  return classes.flatMap((memberClass) => shapes.flatMap((shape) => {
    const start = `${country}-${memberClass}-`;
    const code = name.slice(start.length, start.length + shape.length);
    const rest = name.slice(start.length + shape.length);
    const fits = name.startsWith(start) && code.length === shape.length && [...shape].every((kind, at) => (kind === '9' ? /^\d$/ : kind === 'A' ? /^[A-Z]$/ : { test: (one: string) => one === kind }).test(code[at] ?? ''));
    if (!fits || (rest !== '' && !/^-./.test(rest))) return [];
    const federated = nameOf(() => renderFederated({ country, memberClass, memberCode: code, ...(rest === '' ? {} : { subsystem: rest.slice(1) }) }));
    return federated !== undefined && parseFederated(federated) !== undefined ? [federated] : [];
  }));
}
