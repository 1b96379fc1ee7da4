/**
 * links/<peer>.signed.json: the versions of an agreement from one that both countries know by its hash, each with the people who approved it. It travels between the
 * countries as it is; nothing in it is secret.
 */
import { existsSync } from 'node:fs';
import * as v from 'valibot';
import { CausewayError } from '../errors.ts';
import type { DeepReadonly } from './freeze.ts';
import { deepFreeze } from './freeze.ts';
import { agreementSchema } from './link-file.ts';
import { throwIfAny } from './problems.ts';
import { readConfigFile } from './read.ts';
import { base64Of, base64Of32, country, record, text } from './values.ts';

const approval = record({
  country: country(),
  /** UTC milliseconds. */
  at: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  /** A file number, never a person. */
  reason: v.pipe(text(), v.regex(/^[!-~]{1,200}$/, 'expected a file number without spaces')),
  key: base64Of32(),
  signature: base64Of(64),
});

/** The agreement as it was written, and as it is read. */
const asWritten = v.pipe(v.unknown(), v.rawTransform(({ dataset: { value }, addIssue, NEVER }) => {
  const read = v.safeParse(agreementSchema, value);
  if (read.success) return { written: value, agreement: read.output };
  for (const issue of read.issues) addIssue({ message: `${v.getDotPath(issue) ?? 'agreement'}: ${issue.message}` });
  return NEVER;
}));

const signedVersion = v.pipe(
  record({ agreement: asWritten, approvals: v.pipe(v.array(approval), v.maxLength(40)) }),
  v.transform(({ agreement: { written, agreement }, approvals }) => ({ written, agreement, approvals })),
);

const historySchema = v.pipe(record({ v: v.literal(1), versions: v.pipe(v.array(signedVersion), v.minLength(1), v.maxLength(1000)) }), v.transform(({ versions }) => versions));

export type Approval = v.InferOutput<typeof approval>;
export type SignedVersion = DeepReadonly<v.InferOutput<typeof signedVersion>>;
/** Oldest first. */
export type LinkHistory = readonly SignedVersion[];

/** `links/fi.yaml` → `links/fi.signed.json`. */
export function historyFile(linkFile: string): string {
  return linkFile.replace(/\.yaml$/, '.signed.json');
}

/** Undefined where there is no such file. Throws `config-invalid` with every problem. */
export function readHistory(file: string): LinkHistory | undefined {
  if (!existsSync(file)) return undefined;
  const { value, problems } = readConfigFile(file, historySchema);
  throwIfAny(problems);
  return deepFreeze(value!);
}

/** A history that is a value already. Throws `config-invalid`. */
export function parseHistory(value: unknown): LinkHistory {
  const result = v.safeParse(historySchema, value);
  if (!result.success) throw new CausewayError('config-invalid', `not a signed history of a link: ${v.getDotPath(result.issues[0]) ?? ''} ${result.issues[0].message}`);
  return deepFreeze(result.output);
}

/** An agreement as somebody wrote it, which nobody has approved yet. Throws `config-invalid`. */
export function readVersion(written: unknown): SignedVersion {
  const [version] = parseHistory({ v: 1, versions: [{ agreement: written, approvals: [] }] });
  return version!;
}

/** As the file holds it. */
export function historyValue(history: LinkHistory): object {
  return { v: 1, versions: history.map(({ written, approvals }) => ({ agreement: written, approvals })) };
}
