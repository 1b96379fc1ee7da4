/** `causeway evidence trust`: fetches the configuration of an X-Road instance under its anchor, for `evidence verify --trust`. */
import { readFileSync } from 'node:fs';
import { readAnchor } from '../ecosystems/signed-documents/configuration-anchor.ts';
import { downloadConfiguration } from '../ecosystems/signed-documents/configuration-client.ts';
import { keepConfiguration } from '../ecosystems/signed-documents/configuration-folder.ts';
import { readSharedParameters } from '../ecosystems/signed-documents/global-configuration.ts';
import { download } from '../platform/download.ts';
import { DEFAULT_XML_LIMITS } from '../platform/limits.ts';

export interface TrustReport {
  readonly instance: string;
  readonly version: string;
  /** RFC 3339. */
  readonly expires: string;
  /** Hexadecimal SHA-256 of shared-params.xml, under which a copy is kept. */
  readonly sha256: string;
  readonly changed: boolean;
}

const LIMITS = { maxBytes: 32 * 1024 ** 2, timeout: 30_000 };

/**
 * Writes `<folder>/<instance>/shared-params.xml` once it is verified, and keeps each that ever was under `history`: what was signed in
 * a year is judged by that year's configuration. A failure leaves what was there. Throws as downloadConfiguration.
 */
export async function evidenceTrust(anchorFile: string, folder: string, now: number): Promise<TrustReport> {
  const anchor = readAnchor(readFileSync(anchorFile), DEFAULT_XML_LIMITS);
  const downloaded = await downloadConfiguration(anchor, (url) => download(url, LIMITS), now);
  const { instance, expires, version } = downloaded;
  readSharedParameters(downloaded.sharedParameters, DEFAULT_XML_LIMITS);
  return { instance, version, expires: new Date(expires).toISOString(), ...(await keepConfiguration(folder, downloaded)) };
}

export function renderTrustReport({ instance, version, expires, sha256: digest, changed }: TrustReport): string {
  return `${instance}: configuration version ${version}, ${changed ? 'new' : 'as before'}, valid until ${expires}, SHA-256 ${digest}`;
}
