/** Operations of an OpenAPI (3.x) description as Description: JSON bodies, query and path parameters. */
import { DescriptionError, type Described, type Description, type ReadFile } from './description.ts';
import { isMap, JsonDocuments, mapAt, type JsonMap, type Part } from './json-documents.ts';
import { describeMembers, describeSchema, renamed } from './json-schema.ts';

/**
 * The operation that `operation` names as `GET /companies`, with its first successful JSON answer. Throws DescriptionError.
 * Source: OpenAPI 3.1, sections 4.8.9 (Path Item) to 4.8.17 (Response).
 */
export function describeOpenApi(path: string, operation: string, read: ReadFile): Description {
  const documents = new JsonDocuments(read);
  const { value } = documents.root(path);
  if (typeof value['openapi'] !== 'string') throw new DescriptionError(`${path} is not OpenAPI`);
  const [method = '', template = ''] = operation.split(' ');
  const item = mapAt(mapAt(value, 'paths') ?? {}, template);
  const shared = item === undefined ? undefined : documents.resolve({ value: item, path });
  const found = shared === undefined ? undefined : mapAt(shared.value, method.toLowerCase());
  if (shared === undefined || found === undefined) throw new DescriptionError(`${path} has no operation "${operation}"`);
  const here = { value: found, path: shared.path };
  const parameters = [...parametersOf(shared, documents), ...parametersOf(here, documents)];
  const placed = (where: string): Described[] => {
    const some = parameters.filter((one) => one.value['in'] === where).map((one) => parameterNode(one, documents));
    return some.length === 0 ? [] : [renamed(describeMembers(some), where, false)];
  };
  const members = [...placed('query'), ...placed('path'), ...bodyOf(here, documents)];
  return { source: path, request: describeMembers(members), response: answerOf(here, operation, documents) };
}

function parametersOf({ value, path }: Part, documents: JsonDocuments): Part[] {
  const list = value['parameters'];
  return Array.isArray(list) ? list.filter(isMap).map((one) => documents.resolve({ value: one, path })) : [];
}

/** A parameter is a text on the wire, whatever its schema says: enumeration, pattern and lengths of it hold. */
function parameterNode({ value, path }: Part, documents: JsonDocuments): Described {
  const schema = documents.resolve({ value: mapAt(value, 'schema') ?? {}, path });
  return describeSchema(String(value['name']), value['required'] === true, { ...schema, value: { ...schema.value, type: 'string' } }, documents);
}

function bodyOf({ value, path }: Part, documents: JsonDocuments): Described[] {
  const body = mapAt(value, 'requestBody');
  if (body === undefined) return [];
  const resolved = documents.resolve({ value: body, path });
  const schema = jsonSchemaOf(resolved);
  return schema === undefined ? [] : [describeSchema('body', resolved.value['required'] === true, schema, documents)];
}

function answerOf({ value, path }: Part, operation: string, documents: JsonDocuments): Described {
  const answers = mapAt(value, 'responses') ?? {};
  const code = Object.keys(answers).filter((one) => /^2(\d\d|XX)$/.test(one)).sort()[0];
  const answer = code === undefined ? undefined : mapAt(answers, code);
  const schema = answer === undefined ? undefined : jsonSchemaOf(documents.resolve({ value: answer, path }));
  if (schema === undefined) throw new DescriptionError(`${path}: operation "${operation}" has no successful answer in JSON`);
  return describeSchema('', true, schema, documents);
}

/** The schema of the JSON form, with which the operation is called: others are not for a mapping. */
function jsonSchemaOf({ value, path }: Part): Part | undefined {
  const media: JsonMap = mapAt(value, 'content') ?? {};
  const name = Object.keys(media).find((one) => /^application\/([\w.+-]+\+)?json\b/.test(one));
  const schema = name === undefined ? undefined : mapAt(mapAt(media, name) ?? {}, 'schema');
  return schema === undefined ? undefined : { value: schema, path };
}
