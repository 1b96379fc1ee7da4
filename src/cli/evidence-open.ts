/** `causeway evidence open`: on the auditor's machine, what an export holds, and with the auditor's key the bodies. No gateway is needed. */
import { createWriteStream, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { sameText } from '../crypto/digest.ts';
import { encryptionKey } from '../crypto/keys.ts';
import { CausewayError } from '../errors.ts';
import { filesBeside, openBodies, parseExported } from '../evidence/export.ts';
import type { ExportedRecord } from '../evidence/export.ts';
import { attachmentIn } from '../evidence/keep.ts';
import type { AttachmentDigest, Bodies, KeptAttachment } from '../evidence/keep.ts';
import { chunksOf, sha256Of } from '../platform/content.ts';

export interface OpenArguments {
  readonly file: string;
  /** The auditor's private key (PEM). */
  readonly key?: string;
  /** Folder for the bodies. */
  readonly out?: string;
  /** Put the bodies into the report. */
  readonly personalData: boolean;
}

export interface OpenedRecord {
  readonly step: string;
  readonly kind: string;
  /** Of the statement: who asked whom, for what, when. Its signature is not judged here. */
  readonly claims: Readonly<Record<string, unknown>>;
  /** `opened`: agree with the digests of the record. `sealed`: in escrow, and no key was given. `none`: the leg keeps digests alone. */
  readonly bodies: 'opened' | 'sealed' | 'none';
  readonly files: readonly string[];
  /** As the record names them, opened or not. */
  readonly attachments: readonly AttachmentDigest[];
  readonly contents?: { readonly domestic?: string; readonly neutral: unknown };
}

export interface OpenReport {
  readonly xid: string;
  readonly link: string;
  readonly reason: string;
  readonly records: readonly OpenedRecord[];
}

/** Throws `malformed`, `seal-mismatch` for a key that is not the auditor's, and for bodies that are not what the record says. */
export async function evidenceOpen({ file, key, out, personalData }: OpenArguments): Promise<OpenReport> {
  const { xid, link, access, records } = parseExported(readFileSync(file, 'utf8'));
  const opener = key === undefined ? undefined : encryptionKey(readFileSync(key));
  const opened: OpenedRecord[] = [];
  for (const record of records) opened.push(await reportOf(record, await openBodies(xid, record, opener), { file, ...(out === undefined ? {} : { out }), personalData }));
  return { xid, link, reason: access.reason, records: opened };
}

async function reportOf(record: ExportedRecord, bodies: Bodies | undefined, { file, out, personalData }: OpenArguments): Promise<OpenedRecord> {
  const { step, kind, statement, digests } = record;
  const state = bodies !== undefined ? 'opened' : record.escrow === undefined ? 'none' : 'sealed';
  const files = bodies === undefined || out === undefined ? [] : write(step, statement, bodies, out);
  for (const [at, packed] of (bodies?.attachments ?? []).entries()) files.push(...(await openAttachment(`${step}-attachment-${at + 1}`, attachmentIn(packed, filesBeside(file)), out)));
  return { step, kind, claims: claimsOf(statement), bodies: state, files, attachments: digests.attachments ?? [], ...(bodies === undefined || !personalData ? {} : { contents: contentsOf(bodies) }) };
}

function contentsOf({ domestic, neutral }: Bodies): NonNullable<OpenedRecord['contents']> {
  return { ...(domestic === undefined ? {} : { domestic: Buffer.from(domestic).toString() }), neutral };
}

/** Readable by this user alone; never over a file that is there. */
function write(step: string, statement: string, { domestic, neutral, context }: Bodies, folder: string): string[] {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const contents: Readonly<Record<string, string | Uint8Array | undefined>> = { 'domestic.bin': domestic, 'neutral.json': JSON.stringify(neutral, undefined, 2), 'context.json': JSON.stringify(context, undefined, 2), 'statement.jws': statement };
  return Object.entries(contents).flatMap(([name, content]) => {
    if (content === undefined) return [];
    const path = join(folder, `${step}-${name}`);
    writeFileSync(path, content, { mode: 0o600, flag: 'wx' });
    return [path];
  });
}

/** Nothing stays of an attachment that is not the one of the record. Throws `seal-mismatch`, and `internal` where its file is missing or was changed. */
async function openAttachment(name: string, { headers, sha256, content }: KeptAttachment, out: string | undefined): Promise<string[]> {
  if (content === undefined) return [];
  if (!sameText(await sha256Of(content), sha256)) throw new CausewayError('seal-mismatch', `${name} is not the one that the digests of the record name`);
  if (out === undefined) return [];
  const paths = [join(out, `${name}.bin`), join(out, `${name}.headers`)] as const;
  writeFileSync(paths[1], headers, { mode: 0o600, flag: 'wx' });
  await pipeline(Readable.from(chunksOf(content), { objectMode: false }), createWriteStream(paths[0], { mode: 0o600, flags: 'wx' }));
  return [...paths];
}

function claimsOf(statement: string): OpenedRecord['claims'] {
  const claims = JSON.parse(Buffer.from(statement.split('.')[1] ?? '', 'base64url').toString()) as Readonly<Record<string, unknown>>;
  const told = ['iss', 'aud', 'jti', 'iat', 'client', 'service', 'operation', 'purpose', 'content', 'request', 'code'];
  return Object.fromEntries(told.flatMap((name) => (claims[name] === undefined ? [] : [[name, claims[name]]])));
}

export function renderOpened({ xid, link, reason, records }: OpenReport): string {
  const lines = records.flatMap(({ step, kind, claims, bodies, files, attachments, contents }) => [
    `${step}: evidence ${kind}, bodies ${bodies}`,
    ...Object.entries(claims).map(([name, value]) => `  ${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`),
    ...attachments.map(({ type, length, sha256 }) => `  attachment ${type}, ${length} bytes, SHA-256 ${sha256}`),
    ...files.map((file) => `  wrote ${file}`),
    ...(contents === undefined ? [] : [contents.domestic ?? '', JSON.stringify(contents.neutral, undefined, 2)]),
  ]);
  return [`exchange ${xid} on link "${link}", exported for ${reason}`, ...lines].join('\n');
}
