/** `causeway link hash`: what both countries compare before they put an agreement into force. */
import { readLinkFile } from '../config/config.ts';
import { makeLink } from '../federation/link.ts';

export interface LinkHash {
  readonly id: string;
  readonly version: number;
  readonly effective: string;
  /** base64url, as it stands in statements. */
  readonly sha256: string;
}

/** One a version in the file. Throws `config-invalid`. */
export function linkHashes(file: string): readonly LinkHash[] {
  const { agreements, settings } = readLinkFile(file);
  const { versions } = makeLink(agreements, agreements[0].parties[0].entity, settings);
  return versions.map(({ agreement: { id, version, effective }, sha256 }) => ({ id, version, effective, sha256 }));
}

export function renderLinkHashes(hashes: readonly LinkHash[]): string {
  return hashes.map(({ id, version, effective, sha256 }) => `${id} version ${version}, in force from ${effective}: ${sha256}`).join('\n');
}
