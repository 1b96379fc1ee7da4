/** The description of an operation, whatever its language. */
import { DescriptionError, type Description, type ReadFile } from './description.ts';
import { JsonDocuments } from './json-documents.ts';
import { describeMembers, describeSchema } from './json-schema.ts';
import { describeOpenApi } from './openapi.ts';
import { describeXml, type Roots } from './wsdl.ts';

/** A WSDL, XML Schema or OpenAPI file; or a JSON Schema for each of the two messages. */
export type SchemaNames = string | { readonly request: string; readonly response: string };

/** `operation` as mapping files name it: a SOAP operation, or `METHOD /template`. `roots` serve a plain XML Schema. Throws DescriptionError. */
export function readDescription(names: SchemaNames, operation: string, roots: Roots | undefined, read: ReadFile): Description {
  if (typeof names !== 'string') return describeJson(names, read);
  const bytes = read(names);
  if (bytes === undefined) throw new DescriptionError(`${names} is not there`, 'absent');
  const xml = /^\s*</.test(Buffer.from(bytes.subarray(0, 256)).toString('utf8').replace(/^\uFEFF/, ''));
  return xml ? describeXml(names, operation, roots, read) : describeOpenApi(names, operation, read);
}

function describeJson({ request, response }: { readonly request: string; readonly response: string }, read: ReadFile): Description {
  const documents = new JsonDocuments(read);
  return { source: response, request: describeMembers([describeSchema('body', true, documents.root(request), documents)]), response: describeSchema('', true, documents.root(response), documents) };
}
