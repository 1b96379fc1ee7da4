/**
 * Global configurations on disk, one folder an instance: `shared-params.xml` is the latest that was verified, `history/<SHA-256>.xml` each that ever was. What
 * was signed in a year is judged by that year's configuration, so that history is kept as long as the evidence.
 */
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../../crypto/digest.ts';
import { writeDurably } from '../../platform/durable-file.ts';
import type { DownloadedConfiguration } from './configuration-client.ts';

/** As it is kept. */
export interface KeptConfiguration {
  readonly sharedParameters: Uint8Array;
  /** Hexadecimal: the name of the copy in the history. */
  readonly sha256: string;
  /** UTC milliseconds; undefined where the folder is not one that we wrote. */
  readonly expires?: number;
}

const CURRENT = 'shared-params.xml';
const METADATA = 'shared-params.xml.metadata';
const HISTORY = 'history';

/** The history before what is current: a crash in between leaves a copy that is not used yet. Returns whether it is a new one. */
export async function keepConfiguration(folder: string, { instance, sharedParameters, expires, version }: DownloadedConfiguration): Promise<{ readonly sha256: string; readonly changed: boolean }> {
  const place = join(folder, encodeURIComponent(instance));
  const digest = sha256(sharedParameters).toString('hex');
  const copy = join(place, HISTORY, `${digest}.xml`);
  const changed = !existsSync(copy);
  mkdirSync(join(place, HISTORY), { recursive: true });
  if (changed) await writeDurably(copy, sharedParameters);
  await writeDurably(join(place, CURRENT), sharedParameters);
  await writeDurably(join(place, METADATA), JSON.stringify({ configurationVersion: version, expirationDate: new Date(expires).toISOString() }));
  return { sha256: digest, changed };
}

/** The latest; undefined where there is none. */
export function currentConfiguration(folder: string, instance: string): KeptConfiguration | undefined {
  const place = join(folder, encodeURIComponent(instance));
  if (!existsSync(join(place, CURRENT))) return undefined;
  const sharedParameters = readFileSync(join(place, CURRENT));
  const expires = Date.parse(expirationDate(join(place, METADATA)));
  return { sharedParameters, sha256: sha256(sharedParameters).toString('hex'), ...(Number.isNaN(expires) ? {} : { expires }) };
}

/** Every configuration of an instance, the latest first, then its history from the newest on. */
export function allConfigurations(folder: string, instance: string): KeptConfiguration[] {
  const current = currentConfiguration(folder, instance);
  if (current === undefined) return [];
  const history = join(folder, encodeURIComponent(instance), HISTORY);
  const files = existsSync(history) ? readdirSync(history).map((name) => join(history, name)) : [];
  const older = files.map((file) => ({ file, at: statSync(file).mtimeMs })).sort((a, b) => b.at - a.at);
  const read = older.map(({ file }) => readFileSync(file)).map((sharedParameters) => ({ sharedParameters, sha256: sha256(sharedParameters).toString('hex') }));
  return [current, ...read.filter((one) => one.sha256 !== current.sha256)];
}

/** Instances of which the folder holds a configuration. */
export function configuredInstances(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).filter((name) => existsSync(join(folder, name, CURRENT))).map(decodeURIComponent);
}

function expirationDate(file: string): string {
  if (!existsSync(file)) return '';
  return /"expirationDate":"([^"]{1,40})"/.exec(readFileSync(file, 'utf8'))?.[1] ?? '';
}
