/** `causeway trail export`: a day or one exchange as an ASiC-E container that verifies offline, here and with standard tools alone. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { loadConfig, readTrustFile } from '../config/config.ts';
import type { GatewayConfig } from '../config/config.ts';
import { parseJws } from '../crypto/jws.ts';
import { CausewayError } from '../errors.ts';
import { writeContainer } from '../evidence/asic.ts';
import { readEvidence } from '../evidence/keep.ts';
import { readHistory } from '../trust/own/key-history.ts';
import { OwnKeys } from '../trust/own/own-keys.ts';
import { KekFile } from '../evidence/kek-file.ts';
import { evidenceOf, extract } from '../trail/extract.ts';
import type { Extract, ExtractedEntry, Selection } from '../trail/extract.ts';
import { readTrailKeys } from '../trail/keys.ts';
import type { TrailKeys } from '../trail/keys.ts';
import { parseNote } from '../trail/note.ts';
import { parseTlogProof } from '../trail/tlog-proof.ts';
import type { TrustDocument } from '../trust/static-trust.ts';
import { ABOUT, KEYS, SCRIPT, agreementFile, derSignature, jsonFile, keyFiles, shardFolder, statementFile, trustFile, unverifiedClaims } from './container-contents.ts';
import { sealing, stamping } from './stamping.ts';
import { verifyContainer } from './trail-container.ts';

export interface ExportArguments {
  readonly data: string;
  /** Configuration folder; default: the one beside the data folder. */
  readonly config?: string;
  readonly day?: string;
  readonly exchange?: string;
  readonly out: string;
  /** Salts of the claims `content` too: whoever has one can test guesses of what was said. */
  readonly salts: boolean;
  readonly maxEntries: number;
  /** A trust file of ours, as a peer has it: for statements under keys that were changed since. */
  readonly ourTrust?: string;
}

export interface Exported {
  readonly out: string;
  readonly entries: number;
  readonly statements: number;
  readonly bytes: number;
}

/**
 * Writes the container and nothing else; it was verified before it is written. Throws `config-invalid` for what cannot be exported, `trail-broken` where
 * the folder does not verify, and what the time-stamp authorities' failures throw.
 */
export async function trailExport(options: ExportArguments): Promise<Exported> {
  const config = loadConfig(options.config ?? configBeside(options.data));
  const taken = extract(options.data, selectionOf(options), options.maxEntries);
  const statements = await statementsOf(options, config, taken.entries);
  const { roots, stamp } = stamping(config);
  const bytes = await writeContainer(await contentsOf(options, config, taken, statements), roots, stamp, sealing(config));
  const { wrong } = await verifyContainer(bytes);
  if (wrong.length > 0) throw new CausewayError('trail-broken', `the data folder does not verify: ${wrong.map(({ file, what }) => `${file} ${what}`).join('; ')}`);
  writeFileSync(options.out, bytes);
  return { out: options.out, entries: taken.entries.length, statements: statements.length, bytes: bytes.length };
}

function selectionOf({ day, exchange }: ExportArguments): Selection {
  if ((day === undefined) === (exchange === undefined)) throw new CausewayError('config-invalid', 'name either --day or --exchange');
  return day === undefined ? { exchange: exchange ?? '' } : { day };
}

function configBeside(data: string): string {
  const folder = dirname(join(data, '.'));
  if (existsSync(join(folder, 'gateway.yaml'))) return folder;
  throw new CausewayError('config-invalid', `no gateway.yaml beside ${data}: name the configuration folder with --config`);
}

interface KeptStatement {
  readonly xid: string;
  readonly step: string;
  readonly compact: string;
  readonly salt?: string;
}

/** Statements of both sides, out of our own records; what was erased is not there. */
async function statementsOf({ data }: ExportArguments, config: GatewayConfig, entries: readonly ExtractedEntry[]): Promise<KeptStatement[]> {
  const xids = [...new Set(entries.flatMap(({ entry: { xid } }) => xid ?? []))];
  const kept = evidenceOf(data, xids);
  // Read after the wrapped keys: a key that came with a change is in the file before anything is under it.
  const keks = await OwnKeys.with(config, ({ store }) => new KekFile(config.keys, store).read());
  return kept.flatMap(({ records, wrappedKey }) => {
    if (wrappedKey === undefined) return [];
    return records.map((row) => {
      const { statement, salt } = readEvidence(row, keks.unwrapRecordKey(row.xid, wrappedKey));
      return { xid: row.xid, step: row.step, compact: statement, ...(salt === undefined ? {} : { salt }) };
    });
  });
}

async function contentsOf(options: ExportArguments, config: GatewayConfig, { entries, notes }: Extract, statements: readonly KeptStatement[]): Promise<Map<string, Uint8Array>> {
  const links = new Set(entries.map(({ link }) => link));
  const keys = keysOf(readTrailKeys(options.data), entries);
  const trust = await trustOf(options, config, links, statements);
  const files = new Map<string, Uint8Array>();
  files.set(SCRIPT, readFileSync(new URL('../evidence/VERIFY.txt', import.meta.url)));
  files.set(ABOUT, jsonFile({ v: 1, country: config.gateway.country, ...selectionOf(options) }));
  files.set(KEYS, jsonFile(keys));
  for (const [file, bytes] of keyFiles(keys, [...trust.values()].map((bytes) => JSON.parse(Buffer.from(bytes).toString()) as TrustDocument))) files.set(file, bytes);
  for (const [file, bytes] of trust) files.set(file, bytes);
  for (const { agreements } of config.links) for (const agreement of agreements) if (links.has(agreement.id)) files.set(agreementFile(agreement.id, agreement.version), jsonFile(agreement));
  for (const { origin, index, bytes, proof } of entries) files.set(`${shardFolder(origin)}/${index}.json`, bytes).set(`${shardFolder(origin)}/${index}.tlog-proof`, Buffer.from(proof));
  for (const { origin, size, note, tokens } of notes) {
    const stem = `${shardFolder(origin)}/checkpoint-${size}`;
    files.set(`${stem}.note`, Buffer.from(note));
    tokens.forEach((token, at) => files.set(`${stem}-${at}.tst`, token));
  }
  for (const { xid, step, compact, salt } of statements) {
    const file = statementFile(xid, step);
    files.set(file, Buffer.from(compact)).set(file.replace(/jws$/, 'der'), derSignature(compact));
    if (options.salts && salt !== undefined) files.set(file.replace(/jws$/, 'salt'), Buffer.from(salt));
  }
  return files;
}

/** Of the logs and witnesses that the proofs name alone: a container must not tell of other links. */
function keysOf({ logs, witnesses }: TrailKeys, entries: readonly ExtractedEntry[]): TrailKeys {
  const base = (origin: string) => origin.slice(0, origin.lastIndexOf('/'));
  const bases = new Set(entries.map(({ origin }) => base(origin)));
  const signers = new Set(entries.flatMap(({ proof }) => parseNote(parseTlogProof(proof).checkpoint).signatures.map(({ name }) => name)));
  return { v: 1, logs: logs.filter(({ name }) => bases.has(base(name))), witnesses: witnesses.filter(({ name }) => signers.has(name)) };
}

function peerTrust(file: string): Uint8Array {
  if (!existsSync(file)) throw new CausewayError('config-invalid', `${file} is not there: an export shows the peer's keys from it. Where anchors vouch for peers, ask the peer for it (causeway trust export)`);
  return readFileSync(file);
}

/** The peers' trust files as they are in use, and our own statement keys for as long as the statements here need them. */
async function trustOf({ ourTrust }: ExportArguments, config: GatewayConfig, links: ReadonlySet<string>, statements: readonly KeptStatement[]): Promise<Map<string, Uint8Array>> {
  const { country, entity } = config.gateway;
  const peers = config.links.filter(({ agreements }) => links.has(agreements[0].id)).flatMap(({ agreements }) => agreements[0].parties.filter((party) => party.entity !== entity));
  const files = new Map(peers.map((peer): [string, Uint8Array] => [trustFile(peer.country), peerTrust(join(config.trust, `${peer.country}.json`))]));
  if (ourTrust !== undefined) {
    readTrustFile(ourTrust);
    return files.set(trustFile(country), readFileSync(ourTrust));
  }
  const ours = statements.filter(({ compact }) => unverifiedClaims(compact).iss === entity);
  const times = ours.map(({ compact }) => unverifiedClaims(compact).iat * 1000);
  const window = { notBefore: instant(Math.min(...times, Number.MAX_SAFE_INTEGER)), notAfter: instant(Math.max(...times, 0) + 1000) };
  const known = await ourStatementKeys(config);
  const used = new Set(ours.map(({ compact }) => parseJws(compact, compact.length).kid));
  const lost = [...used].find((kid) => !known.has(kid));
  if (lost !== undefined) throw new CausewayError('config-invalid', `a statement is under our key ${lost}, which is not among those that are or were in use: name --our-trust, a file of ours that holds it`);
  return files.set(trustFile(country), jsonFile({ entity, country, statement: [...used].map((kid) => ({ kid, publicKey: known.get(kid), ...window })), encryption: [], tls: [] }));
}

/** Public keys by `kid`: in use, next, and those that were ours. */
async function ourStatementKeys(config: GatewayConfig): Promise<ReadonlyMap<string, object>> {
  const shown = await OwnKeys.with(config, ({ published }) => published.statement.map(({ kid, key }): [string, object] => [kid, key.export({ format: 'jwk' })]));
  const retired = readHistory(config.data).filter(({ role }) => role === 'statement').map(({ kid, kty, crv, x, y }): [string, object] => [kid, { kty, crv, x, y }]);
  return new Map([...retired, ...shown]);
}

function instant(ms: number): string {
  return new Date(Math.min(ms, 8.64e15)).toISOString();
}
