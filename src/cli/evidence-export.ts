/** `causeway evidence export`: the evidence of one exchange as a file for the auditor, once the gateway has recorded that it is read. */
import { constants, copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readGateway } from '../config/config.ts';
import { CausewayError } from '../errors.ts';
import { KekFile } from '../evidence/kek-file.ts';
import { readEvidence } from '../evidence/keep.ts';
import { encodeRecord, filesBeside } from '../evidence/export.ts';
import type { ExportedEvidence } from '../evidence/export.ts';
import type { EvidenceRequest } from '../evidence/requests.ts';
import { spoolFolder } from '../platform/spool.ts';
import { readKeptEvidence } from '../trail/sqlite/read-evidence.ts';
import { OwnKeys } from '../trust/own/own-keys.ts';
import { askAboutEvidence } from './evidence-request.ts';

export interface ExportArguments {
  readonly config: string;
  readonly exchange: string;
  readonly reason: string;
  readonly operator: string;
  readonly out: string;
}

export interface Exported {
  readonly out: string;
  readonly records: number;
  /** Encrypted files of attachments, in a folder beside the export. */
  readonly files: number;
  readonly entry: NonNullable<EvidenceRequest['done']>['entry'];
}

/**
 * Nothing is read before the access is an entry of the local log. The file is readable by this user alone; of a leg that keeps `full`, it holds the
 * bodies. Attachments that are files stay encrypted, in `<out>.files`. Throws `config-invalid` where nothing is kept, the keys were erased, the file is there already, or the gateway does not answer.
 */
export async function evidenceExport({ config, exchange, reason, operator, out }: ExportArguments, now: number): Promise<Exported> {
  const gateway = readGateway(config);
  const { data } = gateway;
  const { refused, done } = await askAboutEvidence('access', { data, exchange, reason, operator }, now);
  if (refused !== undefined) throw new CausewayError('config-invalid', refused);
  if (done === undefined) throw new CausewayError('config-invalid', 'the gateway does not answer: access is recorded by the gateway that runs');
  const { wrapped, rows } = readKeptEvidence(data, exchange);
  if (wrapped === undefined) throw new CausewayError('config-invalid', `the evidence of ${exchange} was erased`);
  const keks = await OwnKeys.with(gateway, ({ store }) => new KekFile(gateway.keys, store).read());
  const key = keks.unwrapRecordKey(exchange, wrapped);
  const records = rows.map((row) => ({ step: row.step, createdAt: row.createdAt, ...encodeRecord(readEvidence(row, key)), ...(row.files.length === 0 ? {} : { files: [...row.files] }) }));
  const content: ExportedEvidence = { v: 1, xid: exchange, link: done.link, access: { reason, entry: done.entry }, records };
  writeFileSync(out, `${JSON.stringify(content, undefined, 2)}\n`, { mode: 0o600, flag: 'wx' });
  const files = rows.flatMap((row) => row.files);
  if (files.length > 0) mkdirSync(filesBeside(out), { mode: 0o700 });
  for (const name of files) copyFileSync(join(spoolFolder(data), name), join(filesBeside(out), name), constants.COPYFILE_EXCL);
  return { out, records: records.length, files: files.length, entry: done.entry };
}

export function renderExported({ out, records, files, entry: { log, index } }: Exported): string {
  const beside = files === 0 ? '' : `, and ${files} encrypted files in ${filesBeside(out)}`;
  return `${out}: ${records} records${beside}; the access is entry ${index} of log "${log}"`;
}
