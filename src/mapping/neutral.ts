/** Neutral forms: a pair of JSON Schemas (2020-12) per subject and version, compiled once at load. */
import { createHash } from 'node:crypto';
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { CausewayError } from '../errors.ts';
import { canonicalJson } from '../platform/canonical-json.ts';
import type { NeutralRef } from '../stages.ts';

export type Schema = Readonly<Record<string, unknown>>;
export type Kind = 'request' | 'response';

export interface NeutralForm {
  /** `sha256`: base64url SHA-256 of the RFC 8785 form of `{request, response}`. */
  readonly ref: NeutralRef;
  readonly schemas: Readonly<Record<Kind, Schema>>;
  /** Path of the first thing that does not fit (property names and indexes), or undefined when all does. */
  check(kind: Kind, document: unknown): readonly string[] | undefined;
}

export type CompileNeutral = (subject: string, version: string, request: Schema, response: Schema) => NeutralForm;

/** Forms that were compiled, by what they are: they are pinned by the links, and seldom change while a process lives. */
const compiled = new Map<string, NeutralForm>();

/** A compiler for the pairs of schemas of one load: ajv reads its meta-schemas once (some 50 ms), a pair then takes a few. */
export function neutralCompiler(): CompileNeutral {
  let ajv: Ajv2020 | undefined;
  return (subject, version, request, response) => {
    const sha256 = createHash('sha256').update(canonicalJson({ request, response })).digest('base64url');
    const key = `${subject}/${version}/${sha256}`;
    const form = compiled.get(key) ?? compileNeutral((ajv ??= makeAjv()), { schema: subject, version, sha256 }, request, response);
    compiled.set(key, form);
    return form;
  };
}

function makeAjv(): Ajv2020 {
  const ajv = new Ajv2020({ strict: true, allErrors: false, allowUnionTypes: false });
  formats.default(ajv, ['date']);
  // Name of the SEMIC Core Vocabulary term of a field: for readers, without effect on validation.
  ajv.addKeyword({ keyword: 'x-term', schemaType: 'string' });
  return ajv;
}

/** Throws Error when ajv refuses a schema, in strict mode. */
function compileNeutral(ajv: Ajv2020, ref: NeutralRef, request: Schema, response: Schema): NeutralForm {
  const validators: Record<Kind, ValidateFunction> = { request: ajv.compile(request), response: ajv.compile(response) };
  return {
    ref,
    schemas: { request, response },
    check(kind, document) {
      const validate = validators[kind];
      return validate(document) ? undefined : pathOf(validate.errors?.[0]);
    },
  };
}

/** Throws `neutral-invalid` with `facts.field`, for a document from the peer. */
export function requireNeutral(form: NeutralForm, kind: Kind, document: unknown): void {
  const path = form.check(kind, document);
  if (path !== undefined) throw new CausewayError('neutral-invalid', `${form.ref.schema}/${form.ref.version} ${kind} at ${path.join('.')}`, { facts: { field: path.join('.') } });
}

function pathOf(error: ErrorObject | undefined): string[] {
  const path = (error?.instancePath ?? '').split('/').slice(1).map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  const { missingProperty } = (error?.params ?? {}) as { missingProperty?: string };
  return missingProperty === undefined ? path : [...path, missingProperty];
}

/** The schema of a property path from the root, through lists and local references; undefined when there is no such property. */
export function schemaAt(root: Schema, names: readonly string[], from: Schema = root): Schema | undefined {
  let schema: Schema | undefined = resolve(root, from);
  for (const name of names) {
    const properties = schema?.['properties'] as Readonly<Record<string, Schema>> | undefined;
    const next: Schema | undefined = properties !== undefined && Object.hasOwn(properties, name) ? properties[name] : undefined;
    schema = next === undefined ? undefined : resolve(root, next);
  }
  return schema;
}

export function itemsOf(root: Schema, schema: Schema): Schema | undefined {
  const items = schema['items'] as Schema | undefined;
  return items === undefined ? undefined : resolve(root, items);
}

function resolve(root: Schema, schema: Schema): Schema {
  const reference = schema['$ref'];
  if (typeof reference !== 'string' || !reference.startsWith('#/$defs/')) return schema;
  const definitions = root['$defs'] as Readonly<Record<string, Schema>> | undefined;
  return definitions?.[reference.slice('#/$defs/'.length)] ?? schema;
}
