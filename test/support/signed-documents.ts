/** Real containers of X-Road message logs, the configuration that they verify against, and containers made from them by changing a file. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { ZipFile } from 'yazl';
import { readSharedParameters } from '../../src/ecosystems/signed-documents/global-configuration.ts';
import type { GlobalConfiguration } from '../../src/ecosystems/signed-documents/global-configuration.ts';
import { readZip } from '../../src/evidence/zip.ts';
import { DEFAULT_XML_LIMITS } from '../../src/platform/limits.ts';

const VECTORS = resolve(import.meta.dirname, '../../../shared/vectors');
export const noVectors = existsSync(join(VECTORS, 'xroad-asic')) ? false : 'skipped: no ../shared';
export const TRUST_FOLDER = join(VECTORS, 'xroad-globalconf/globalconf_good2_v3');

export function containerFile(name: string): string {
  return join(VECTORS, 'xroad-asic', `${name}.asice`);
}

export function configurations(change: Partial<GlobalConfiguration> = {}): ReadonlyMap<string, GlobalConfiguration> {
  const read = readSharedParameters(readFileSync(join(TRUST_FOLDER, 'DEV/shared-params.xml')), DEFAULT_XML_LIMITS);
  const changed = { ...read, ...change };
  return new Map([[changed.instance, changed]]);
}

/** The container again, with one file as `change` makes it; undefined leaves it out. */
export async function rewritten(name: string, file: string, change: (bytes: Uint8Array) => Uint8Array | undefined): Promise<Uint8Array> {
  const zip = new ZipFile();
  for (const [entry, bytes] of await readZip(readFileSync(containerFile(name)))) {
    const content = entry === file ? change(bytes) : bytes;
    if (content !== undefined) zip.addBuffer(Buffer.from(content), entry);
  }
  zip.end();
  return buffer(zip.outputStream);
}
