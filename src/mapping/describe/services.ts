/** The foreign services of a country as they are to be described at home (docs/connect-x-road.md): each by the description that its mapping names, or by the mapping's rules. */
import { readFiles, rootsOf } from '../folder.ts';
import { readCountry } from '../load.ts';
import type { DialectForms, HomeService } from '../mappings.ts';
import { CausewayError } from '../../errors.ts';
import { DescriptionError, type Description, type ReadFile } from './description.ts';
import { describeByRules } from './from-rules.ts';
import { JsonDocuments, type JsonMap } from './json-documents.ts';
import { readDescription } from './read.ts';
import type { CompiledMapping } from '../compiler.ts';

export interface DescribedService {
  /** Federated identifier. */
  readonly service: string;
  readonly home: HomeService;
  /** Path of its service URL on the domestic listener. */
  readonly path: string;
  /** Where the description comes from, for an operator. */
  readonly source: string;
  readonly form: { readonly kind: 'xml'; readonly description: Description } | { readonly kind: 'json'; readonly openapi: JsonMap };
}

/** Those of `countries`, by ISO code, but for services that cross unmapped: these are what their provider's own description says. Throws `config-invalid` for mappings with errors, and for a REST service whose mapping names no OpenAPI description that can be read. */
export async function describeServices(folder: string, country: string, countries: ReadonlySet<string>, forms: DialectForms, read: ReadFile): Promise<readonly DescribedService[]> {
  const { problems, services, compiler } = await readCountry(await readFiles(folder, rootsOf(country)), country, forms);
  problems.throwIfAny();
  return services.imported.filter((entry) => countries.has(entry.country) && entry.home.passthrough === undefined).map((entry) => {
    const [mapping] = compiler.revisionsOf(entry);
    if (mapping === undefined) throw new CausewayError('internal', `${entry.service} has no mapping`);
    const { service, home, path } = entry;
    return { service, home, path, ...(mapping.file.requestForm.kind === 'xml' ? xmlForm(mapping, read) : jsonForm(mapping, read)) };
  });
}

function xmlForm({ file, parts }: CompiledMapping, read: ReadFile): Pick<DescribedService, 'source' | 'form'> {
  const description = describedBy(file, read) ?? describeByRules(file, parts.neutral.schemas);
  return { source: description.source, form: { kind: 'xml', description } };
}

function describedBy(file: CompiledMapping['file'], read: ReadFile): Description | undefined {
  const { request, response } = file;
  if (file.schema === undefined || request.root === undefined || response.root === undefined) return undefined;
  try {
    return readDescription(file.schema, file.operation, { request: request.root, response: response.root }, read);
  } catch (error) {
    if (error instanceof DescriptionError && error.reason !== 'wrong') return undefined;
    throw error instanceof DescriptionError ? unusable(file, error.message) : error;
  }
}

function jsonForm({ file }: CompiledMapping, read: ReadFile): Pick<DescribedService, 'source' | 'form'> {
  if (typeof file.schema !== 'string') throw unusable(file, 'it must name an OpenAPI description (domestic.schema)');
  try {
    return { source: file.schema, form: { kind: 'json', openapi: new JsonDocuments(read).root(file.schema).value } };
  } catch (error) {
    throw error instanceof DescriptionError ? unusable(file, error.message) : error;
  }
}

function unusable({ id }: CompiledMapping['file'], why: string): CausewayError {
  return new CausewayError('config-invalid', `mapping ${id}: the description cannot be used: ${why}`);
}
