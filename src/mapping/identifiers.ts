/**
 * How members of this country appear in the federation, and foreign members at home: rules with an explicit table for exceptions
 * (mapping.md; house.md, "Where a gateway stands"). Reversible: two members never share a name, which is checked when it is loaded.
 */
import { hasShape } from '../config/member-code.ts';
import { CausewayError } from '../errors.ts';
import type { DomesticMember, DomesticService } from '../stages.ts';
import { parseFederated, renderFederated } from './federated.ts';
import { readFields, type Fields } from './fields.ts';
import type { IdentifierMap } from './mappings.ts';
import type { SourceFile } from './problems.ts';

/** pr-mess 2.7 and pr-rest 4.8: what an X-Road identifier is made of. `_`, `/`, `:` and spaces are not in it; the hyphen is. */
const XROAD_CODE = /^[A-Za-z0-9'()+,\-.=?]+$/;

export interface Identifiers extends IdentifierMap {
  /** The domestic service behind a federated identifier of our country; undefined for other countries or a form that is none. */
  serviceOf(federated: string): DomesticService | undefined;
  /** Whether a subsystem of the gateway's member is the name of some foreign member. */
  isClient(subsystem: string): boolean;
  readonly tables: Tables;
}

export interface ForeignCountry {
  readonly country: string;
  readonly classes: readonly string[];
  /** Each code has one of these shapes: `9` a digit, `A` a capital letter, anything else itself. */
  readonly shapes: readonly string[];
}

/** What identifiers.yaml says. */
export interface Tables {
  readonly instance: string;
  readonly country: string;
  readonly classes: readonly string[];
  readonly gateway: DomesticMember;
  readonly toFederated: ReadonlyMap<string, string>;
  readonly toDomestic: ReadonlyMap<string, string>;
  readonly foreign: ReadonlyMap<string, ForeignCountry>;
  readonly subsystems: ReadonlyMap<string, string>;
}

/** Reads identifiers.yaml; reports what is wrong, and undefined when nothing can be made of it. */
export function readIdentifiers(source: SourceFile, country: string): Identifiers | undefined {
  const fields = readFields(source, [], source.value, ['country', 'instance', 'classes', 'gateway', 'members', 'foreign', 'clients']);
  const gateway = fields?.map('gateway', ['class', 'code']);
  const [memberClass, memberCode, instance] = [gateway?.string('class'), gateway?.string('code'), fields?.string('instance')];
  if (fields === undefined || memberClass === undefined || memberCode === undefined || instance === undefined) {
    fields?.report('"instance" and "gateway" with class and code are needed');
    return undefined;
  }
  if (fields.string('country') !== country) fields.report(`"country" must be ${country}, the folder's country`, undefined, 'country');
  const members = readPairs(fields, 'members', 'domestic', 'federated');
  const clients = readPairs(fields, 'clients', 'federated', 'subsystem');
  const foreign = readForeignCountries(fields, country);
  checkMembers(fields, members.forward, instance, country);
  checkClients(fields, clients.forward, foreign);
  return makeIdentifiers({
    instance,
    country,
    classes: fields.strings('classes') ?? [],
    gateway: { instance, memberClass, memberCode },
    toFederated: members.forward,
    toDomestic: members.backward,
    foreign,
    subsystems: clients.forward,
  });
}

function readPairs(fields: Fields, key: string, from: string, to: string): { forward: Map<string, string>; backward: Map<string, string> } {
  const forward = new Map<string, string>();
  const backward = new Map<string, string>();
  for (const one of fields.list(key, [from, to])) {
    const [left, right] = [one.string(from) ?? '', one.string(to) ?? ''];
    if (forward.has(left) || backward.has(right)) one.report(`"${forward.has(left) ? left : right}" stands in two exceptions`, 'the table must be reversible');
    for (const name of [from, to]) if (name === 'federated' && parseFederated(one.string(name) ?? '') === undefined) one.report('not a federated identifier in its canonical form', undefined, name);
    forward.set(left, right);
    backward.set(right, left);
  }
  return { forward, backward };
}

function readForeignCountries(fields: Fields, home: string): Map<string, ForeignCountry> {
  const foreign = new Map<string, ForeignCountry>();
  for (const one of fields.list('foreign', ['country', 'classes', 'codes'])) {
    const rule = readForeign(one, home);
    if (foreign.has(rule.country)) one.report(`"${rule.country}" stands twice`, 'put its classes and codes together', 'country');
    foreign.set(rule.country, rule);
  }
  return foreign;
}

function readForeign(fields: Fields, home: string): ForeignCountry {
  const foreign = { country: fields.string('country') ?? '', classes: fields.strings('classes') ?? [], shapes: fields.strings('codes') ?? [] };
  if (!/^[A-Z]{2}$/.test(foreign.country) || foreign.country === home) fields.report('"country" must be another country, as ISO 3166-1 alpha-2', undefined, 'country');
  for (const memberClass of foreign.classes) if (!/^[A-Z]+$/.test(memberClass)) fields.report(`class "${memberClass}" must be capital letters`, 'a hyphen in it would make names ambiguous', 'classes');
  // <class>-<code>-<subsystem> can be taken apart only if no code, with its hyphen, begins a longer code.
  const clash = foreign.shapes.find((shape) => foreign.shapes.some((other) => other !== shape && shapesMeet(`${shape}-`, other.slice(0, shape.length + 1))));
  if (clash !== undefined) fields.report(`a code of shape "${clash}" and a hyphen can begin a longer code: two members could share a subsystem`, 'list such members under clients', 'codes');
  if (foreign.shapes.length === 0) fields.report('"codes" must name at least one shape', 'as 9999999-9', 'codes');
  return foreign;
}

/** Whether one text can have both shapes. */
function shapesMeet(a: string, b: string): boolean {
  const overlap = (one: string, other: string): boolean => one === other || (one === '9' && /\d/.test(other)) || (one === 'A' && /[A-Z]/.test(other));
  return a.length === b.length && [...a].every((one, at) => overlap(one, b[at] ?? '') || overlap(b[at] ?? '', one));
}

/** An exception names a member of ours on both sides: no member may pass for one of another country. */
function checkMembers(fields: Fields, members: ReadonlyMap<string, string>, instance: string, country: string): void {
  for (const [domestic, federated] of members) {
    const parts = parseFederated(federated);
    if (parts !== undefined && (parts.country !== country || parts.service !== undefined)) fields.report(`"${federated}" is not a member of ${country}`, undefined, 'members');
    const [inside, ...segments] = domestic.split('/');
    if (inside !== instance || segments.length < 2 || segments.length > 3 || segments.includes('')) fields.report(`"${domestic}" is not a member of ${instance}`, `as ${instance}/GOV/70000000/subsystem`, 'members');
  }
}

/** An exception's subsystem must not be what the rule gives another member. */
function checkClients(fields: Fields, clients: ReadonlyMap<string, string>, foreign: ReadonlyMap<string, ForeignCountry>): void {
  for (const [federated, subsystem] of clients) {
    const byRule = isNamedByRule(subsystem, foreign);
    if (!foreign.has(parseFederated(federated)?.country ?? '')) fields.report(`"${federated}" is of no country under foreign`, undefined, 'clients');
    if (!XROAD_CODE.test(subsystem)) fields.report(`subsystem "${subsystem}" has characters that X-Road does not allow`, undefined, 'clients');
    if (byRule) fields.report(`the exception for ${federated} is named like a member under the rule`, undefined, 'clients');
  }
}

function isNamedByRule(subsystem: string, foreign: ReadonlyMap<string, ForeignCountry>): boolean {
  const country = foreign.get(subsystem.slice(0, 2));
  const [, memberClass = '', rest = ''] = /^[A-Z]{2}-([A-Z]+)-(.+)$/.exec(subsystem) ?? [];
  return country?.classes.includes(memberClass) === true && country.shapes.some((shape) => hasShape(rest.slice(0, shape.length), shape) && (rest.length === shape.length || rest[shape.length] === '-'));
}

function makeIdentifiers(tables: Tables): Identifiers {
  return {
    country: tables.country,
    gateway: tables.gateway,
    classes: tables.classes,
    toFederated: (member) => memberToFederated(tables, member),
    foreignClient: (federated) => ({ ...tables.gateway, subsystem: subsystemFor(tables, federated) }),
    representedParty(federated) {
      const parts = parseFederated(federated);
      if (parts === undefined || !tables.foreign.has(parts.country)) throw unknownMember(federated);
      return { partyClass: parts.memberClass, partyCode: `${parts.country}-${parts.memberCode}` };
    },
    serviceOf: (federated) => serviceOf(tables, federated),
    isClient: (subsystem) => [...tables.subsystems.values()].includes(subsystem) || isNamedByRule(subsystem, tables.foreign),
    tables,
  };
}

function memberToFederated({ instance, country, classes, toFederated, toDomestic }: Tables, member: DomesticMember): string {
  const { memberClass, memberCode, subsystem } = member;
  const domestic = [member.instance, memberClass, memberCode, ...(subsystem === undefined ? [] : [subsystem])].join('/');
  const exception = toFederated.get(domestic);
  if (exception !== undefined) return exception;
  if (member.instance !== instance || !classes.includes(memberClass)) throw unknownMember(domestic);
  const federated = rendered({ country, memberClass, memberCode, ...(subsystem === undefined ? {} : { subsystem }) });
  if (federated === undefined || toDomestic.has(federated)) throw unknownMember(domestic);
  return federated;
}

function rendered(parts: Parameters<typeof renderFederated>[0]): string | undefined {
  try {
    return renderFederated(parts);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function subsystemFor({ foreign, subsystems }: Tables, federated: string): string {
  const exception = subsystems.get(federated);
  if (exception !== undefined) return exception;
  const parts = parseFederated(federated);
  const rule = parts === undefined ? undefined : foreign.get(parts.country);
  const fits = parts !== undefined && parts.service === undefined && rule !== undefined && rule.classes.includes(parts.memberClass) && rule.shapes.some((shape) => hasShape(parts.memberCode, shape));
  if (!fits) throw unknownMember(federated);
  const name = [parts.country, parts.memberClass, parts.memberCode, ...(parts.subsystem === undefined ? [] : [parts.subsystem])].join('-');
  if (!XROAD_CODE.test(name)) throw unknownMember(federated);
  return name;
}

function serviceOf({ instance, country, toDomestic, toFederated }: Tables, federated: string): DomesticService | undefined {
  const parts = parseFederated(federated);
  if (parts?.service === undefined || parts.subsystem === undefined || parts.country !== country) return undefined;
  const { memberClass, memberCode, subsystem, service, version } = parts;
  const exception = toDomestic.get(renderFederated({ country, memberClass, memberCode, subsystem }))?.split('/');
  // A member with a name of its own has no second one by the rule.
  if (exception === undefined && toFederated.has([instance, memberClass, memberCode, subsystem].join('/'))) return undefined;
  const member = exception === undefined ? { instance, memberClass, memberCode, subsystem } : { instance: exception[0] ?? '', memberClass: exception[1] ?? '', memberCode: exception[2] ?? '', ...(exception[3] === undefined ? {} : { subsystem: exception[3] }) };
  return { ...member, service, ...(version === undefined ? {} : { version }) };
}

function unknownMember(identifier: string): CausewayError {
  return new CausewayError('unknown-member', `no identifier on the link for ${identifier}`);
}
