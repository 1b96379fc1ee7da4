/** services.yaml: foreign services as they appear at home, and ours that the peer may call. */
import type { DomesticService, Operation } from '../stages.ts';
import { parseFederated } from './federated.ts';
import { readFields, type Fields } from './fields.ts';
import type { Identifiers } from './identifiers.ts';
import type { DialectForms, HomeService } from './mappings.ts';
import { PASSTHROUGH } from './passthrough.ts';
import type { SourceFile } from './problems.ts';
import { readPurposes, type Purposes } from './purposes.ts';

/** One entry, before its mapping is compiled. */
export interface ServiceEntry {
  readonly fields: Fields;
  readonly service: string;
  /** Country of the service that is asked. */
  readonly country: string;
  readonly operation: Operation;
  readonly home: HomeService;
  readonly purposes: Purposes;
  readonly mapping: string;
}

export interface ImportedEntry extends ServiceEntry {
  readonly path: string;
}

export interface Services {
  readonly imported: readonly ImportedEntry[];
  readonly exported: readonly ServiceEntry[];
}

/** Reads services.yaml and reports what is wrong, name collisions in either direction among it. */
export function readServices(source: SourceFile, identifiers: Identifiers, forms: DialectForms): Services {
  const fields = readFields(source, [], source.value, ['imported', 'exported']);
  if (fields === undefined) return { imported: [], exported: [] };
  const imported = fields.list('imported', ['service', 'operation', 'home', 'path', 'mapping', 'purposes', 'article']).flatMap((one) => readImported(one, identifiers, forms) ?? []);
  const exported = fields.list('exported', ['service', 'operation', 'dialect', 'home-operation', 'attachments', 'mapping', 'purposes', 'article']).flatMap((one) => readExported(one, identifiers, forms) ?? []);
  for (const entries of [imported, exported]) {
    refuseCollisions(entries, ({ service, operation }) => `${service} ${operationText(operation)}`, 'service');
    refuseCollisions(entries, ({ home }) => `${home.dialect} ${serviceText(home.service)} ${operationText(home.operation)}`, 'home');
  }
  refuseCollisions(imported, ({ path }) => path, 'path');
  for (const entry of imported) {
    refuseClientName(entry, identifiers);
    refuseReserved(entry);
  }
  return { imported, exported };
}

/** One subsystem stands for foreign services or for a foreign member that asks: never for both, or rights given to one would be the other's. */
function refuseClientName({ fields, home }: ImportedEntry, identifiers: Identifiers): void {
  const { subsystem } = home.service;
  if (subsystem !== undefined && identifiers.isClient(subsystem)) fields.report(`subsystem "${subsystem}" is how a foreign member appears at home`, 'name services otherwise, as EE-rr', 'home');
}

/** Codes that X-Road answers itself, for every provider (PR-META, PR-MREST, PR-OPMON, PR-ENVMONMES). */
const RESERVED = ['listClients', 'listMethods', 'allowedMethods', 'getWsdl', 'getOpenAPI', 'getState', 'getSecurityServerMetrics', 'getSecurityServerOperationalData', 'getSecurityServerHealthData'];

/** Compared without case: to a person they are one name. */
function refuseReserved({ fields, home }: ImportedEntry): void {
  const taken = RESERVED.find((code) => code.toLowerCase() === home.service.service.toLowerCase());
  if (taken !== undefined) fields.report(`service code "${home.service.service}" is taken by the platform's own "${taken}"`, 'name the service otherwise', 'home');
}

function readImported(fields: Fields, identifiers: Identifiers, forms: DialectForms): ImportedEntry | undefined {
  const entry = readEntry(fields, (country) => country !== identifiers.country, 'of another country');
  const home = fields.map('home', ['dialect', 'subsystem', 'service', 'version', 'operation', 'attachments']);
  const [dialect, subsystem, service, version] = [home?.choice('dialect', Object.keys(forms)), home?.string('subsystem'), home?.string('service'), home?.string('version')];
  const path = fields.string('path');
  if (entry === undefined || home === undefined || dialect === undefined || subsystem === undefined || service === undefined || path === undefined) {
    fields.report('an imported service needs service, operation, home (dialect, subsystem, service), path and mapping');
    return undefined;
  }
  if (!/^\/services\/[a-z0-9-]+$/.test(path)) fields.report('"path" must be /services/ and a name of small letters, digits and hyphens', undefined, 'path');
  const domestic: DomesticService = { ...identifiers.gateway, subsystem, service, ...(version === undefined ? {} : { version }) };
  const operation = readOperation(home, 'operation') ?? (forms[dialect] === 'xml' ? { name: service } : undefined);
  if (operation === undefined) return home.report('a REST service needs its operation', '{ method: POST, template: /x }'), undefined;
  return { ...entry, home: { dialect, service: domestic, operation, ...attachmentsOf(home), ...passthroughOf(entry, operation) }, path };
}

function readExported(fields: Fields, identifiers: Identifiers, forms: DialectForms): ServiceEntry | undefined {
  const entry = readEntry(fields, (country) => country === identifiers.country, `of ${identifiers.country}`);
  const dialect = fields.choice('dialect', Object.keys(forms));
  const service = entry === undefined ? undefined : identifiers.serviceOf(entry.service);
  if (entry === undefined || dialect === undefined || service === undefined) {
    fields.report('an exported service needs service (with its service code), operation, dialect and mapping');
    return undefined;
  }
  const operation = readOperation(fields, 'home-operation') ?? entry.operation;
  return { ...entry, home: { dialect, service, operation, ...attachmentsOf(fields), ...passthroughOf(entry, operation) } };
}

/** A path, or the name of an element, that crosses as it is must be the same at both ends. */
function passthroughOf({ fields, mapping, operation }: Omit<ServiceEntry, 'home'>, home: Operation): Pick<HomeService, 'passthrough'> {
  if (mapping !== PASSTHROUGH) return {};
  if (operationText(operation) !== operationText(home)) fields.report('the operation of a service that crosses unmapped is the same at home', `"${operationText(operation)}"`, 'operation');
  return { passthrough: true };
}

const ATTACHMENTS = ['swa', 'mtom'] as const;

function attachmentsOf(fields: Fields): Pick<HomeService, 'attachments'> {
  const attachments = fields.choice('attachments', ATTACHMENTS);
  return attachments === undefined ? {} : { attachments };
}

function readEntry(fields: Fields, inCountry: (country: string) => boolean, where: string): Omit<ServiceEntry, 'home'> | undefined {
  const service = fields.string('service');
  const country = parseFederated(service ?? '')?.country;
  const operation = readOperation(fields, 'operation');
  const mapping = fields.string('mapping');
  if (service !== undefined && (country === undefined || !inCountry(country))) fields.report(`"service" must be a federated identifier ${where}, in its canonical form`, undefined, 'service');
  return service === undefined || country === undefined || operation === undefined || mapping === undefined ? undefined : { fields, service, country, operation, purposes: readPurposes(fields), mapping };
}

function readOperation(fields: Fields, key: string): Operation | undefined {
  const operation = fields.map(key, ['name', 'method', 'template']);
  if (operation === undefined) return undefined;
  const [name, method, template] = [operation.string('name'), operation.string('method'), operation.string('template')];
  if (name !== undefined && method === undefined && template === undefined) return { name };
  if (name === undefined && method !== undefined && template !== undefined && /^[A-Z]+$/.test(method) && template.startsWith('/')) return { method, template };
  operation.report('an operation has a name, or a method and a path template');
  return undefined;
}

/** `name`, or `METHOD /template`, as mapping files name the operation. */
export function operationText(operation: Operation): string {
  return 'name' in operation ? operation.name : `${operation.method} ${operation.template}`;
}

function serviceText(service: DomesticService): string {
  return [service.instance, service.memberClass, service.memberCode, service.subsystem ?? '', service.service, service.version ?? ''].join('/');
}

function refuseCollisions<E extends ServiceEntry>(entries: readonly E[], nameOf: (entry: E) => string, key: string): void {
  const seen = new Set<string>();
  for (const entry of entries) {
    const name = nameOf(entry);
    if (seen.has(name)) entry.fields.report(`"${name}" stands twice`, 'every service has one name at home and one abroad', key);
    seen.add(name);
  }
}
