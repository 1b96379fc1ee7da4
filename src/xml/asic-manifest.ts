/** ASiCManifest and ASiCArchiveManifest of ETSI EN 319 162-1 (clauses 4.4.2 and A.4), in one spelling and one line a file, so that a script can read them. */
import { CausewayError } from '../errors.ts';

export interface ManifestReference {
  readonly uri: string;
  readonly type: string;
  /** base64. */
  readonly digest: string;
  /** The manifest that an archive manifest goes on from. */
  readonly rootfile?: boolean;
}

export interface Manifest {
  /** The time-stamp token over the manifest. */
  readonly token: string;
  readonly digest: 'sha256' | 'sha512';
  readonly references: readonly ManifestReference[];
}

const ALGORITHMS = { sha256: 'http://www.w3.org/2001/04/xmlenc#sha256', sha512: 'http://www.w3.org/2001/04/xmlenc#sha512' } as const;
/** What needs no escape, in XML or in a shell. */
export const PLAIN_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*(?:\/[A-Za-z0-9][A-Za-z0-9._-]*)*$/;

/** The manifest's lines without their newlines; a line for each reference, in its place. Throws `internal` for a name that would need an escape. */
export function manifestLines({ token, digest, references }: Manifest): string[] {
  const odd = [token, ...references.map(({ uri }) => uri)].find((name) => !PLAIN_NAME.test(name));
  if (odd !== undefined) throw new CausewayError('internal', 'a file name that needs an escape');
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<asic:ASiCManifest xmlns:asic="http://uri.etsi.org/02918/v1.2.1#" xmlns:ds="http://www.w3.org/2000/09/xmldsig#">',
    `<asic:SigReference URI="${token}" MimeType="application/vnd.etsi.timestamp-token"/>`,
    ...references.map(({ uri, type, digest: value, rootfile }) => `<asic:DataObjectReference URI="${uri}" MimeType="${type}"${rootfile === true ? ' Rootfile="true"' : ''}><ds:DigestMethod Algorithm="${ALGORITHMS[digest]}"/><ds:DigestValue>${value}</ds:DigestValue></asic:DataObjectReference>`),
    '</asic:ASiCManifest>',
  ];
}
