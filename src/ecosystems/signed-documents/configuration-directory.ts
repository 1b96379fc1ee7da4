/** The signed directory of a configuration: which files there are, by digest, and until when it holds. Source: PR-GCONF, section 2.2. */
import { X509Certificate, hash, verify } from 'node:crypto';
import { digestByUri, methodByUri } from '../../crypto/xml-signature/xades.ts';
import { CausewayError } from '../../errors.ts';
import { load } from '../../platform/content.ts';
import type { Downloaded } from '../../platform/download.ts';
import { parseMediaType } from '../../platform/media-type.ts';
import { readMultipart } from '../../platform/multipart.ts';
import type { MimePart } from '../../platform/multipart.ts';

export interface ConfigurationDirectory {
  /** UTC milliseconds. */
  readonly expires: number;
  readonly version: string | undefined;
  readonly files: readonly ConfigurationFile[];
}

export interface ConfigurationFile {
  /** `SHARED-PARAMETERS`, `PRIVATE-PARAMETERS` … */
  readonly identifier: string;
  readonly instance: string;
  /** As it stands there: a path on the server of the directory, or an address. */
  readonly location: string;
  readonly digest: string;
  readonly value: Uint8Array;
}

const LIMITS = { maxParts: 100, maxHeaderBytes: 8 * 1024 };
const MAX_DIRECTORY = 1024 ** 2;

/**
 * The directory in `reply`, whose signature one of `certificates` verifies: RSA or ECDSA with SHA-2, over the exact bytes of the first part.
 * Throws `malformed`, `signature-invalid`, `signature-weak`, `signature-untrusted` and, past its time at `now` (UTC ms), `signature-expired`.
 */
export async function readDirectory(reply: Downloaded, certificates: readonly Uint8Array[], now: number): Promise<ConfigurationDirectory> {
  const [signed, signature, ...others] = await partsOf(reply.body, reply.contentType, 'multipart/related');
  if (signed === undefined || signature === undefined || others.length > 0) throw malformed('not a directory and its signature');
  const bytes = await load(signed.content, MAX_DIRECTORY);
  await checkSignature(signature, bytes, certificates);
  const [head, ...entries] = await partsOf(bytes, field(signed, 'content-type'), 'multipart/mixed');
  const expires = Date.parse(head === undefined ? '' : field(head, 'expire-date'));
  if (Number.isNaN(expires)) throw malformed('no Expire-date');
  if (expires <= now) throw new CausewayError('signature-expired', 'the configuration has expired', { facts: { platformCode: 'global_conf_outdated' } });
  return { expires, version: head?.fields.get('version'), files: await Promise.all(entries.map(readFile)) };
}

/** Whether `bytes` are the file that the directory names. */
export function isFile({ digest, value }: ConfigurationFile, bytes: Uint8Array): boolean {
  return hash(digest, bytes, 'buffer').equals(value);
}

async function checkSignature(part: MimePart, bytes: Uint8Array, certificates: readonly Uint8Array[]): Promise<void> {
  const { digest, key } = methodByUri(field(part, 'signature-algorithm-id'));
  const [hashed, ...parameters] = field(part, 'verification-certificate-hash').split(';').map((piece) => piece.trim());
  const uri = /^hash-algorithm-id="([^"]+)"$/.exec(parameters[0] ?? '')?.[1];
  const certificate = certificates.find((der) => hash(digestByUri(uri), der, 'base64') === hashed);
  if (certificate === undefined) throw new CausewayError('signature-untrusted', 'the directory is signed with a key that the anchor does not name');
  const { publicKey } = new X509Certificate(certificate);
  const value = Buffer.from((await text(part)).replace(/\s/g, ''), 'base64');
  if (publicKey.asymmetricKeyType !== key || !verify(digest, bytes, publicKey, value)) throw new CausewayError('signature-invalid', 'the signature of the directory does not verify');
}

async function readFile(part: MimePart): Promise<ConfigurationFile> {
  const identifier = /^([A-Z-]+)(?:;\s*instance="([^"]*)")?$/.exec(field(part, 'content-identifier'));
  if (identifier === null) throw malformed('a Content-identifier of unknown form');
  return {
    identifier: identifier[1]!,
    instance: identifier[2] ?? '',
    location: field(part, 'content-location'),
    digest: digestByUri(field(part, 'hash-algorithm-id')),
    value: Buffer.from((await text(part)).replace(/\s/g, ''), 'base64'),
  };
}

async function partsOf(body: Uint8Array, contentType: string, type: string): Promise<MimePart[]> {
  const media = parseMediaType(contentType);
  if (media.type !== type) throw malformed(`${media.type} in place of ${type}`);
  return readMultipart(body, media.parameters.get('boundary') ?? '', LIMITS);
}

async function text({ content }: MimePart): Promise<string> {
  return Buffer.from(await load(content, MAX_DIRECTORY)).toString();
}

function field({ fields }: MimePart, name: string): string {
  const value = fields.get(name);
  if (value === undefined) throw malformed(`${name} is missing`);
  return value;
}

function malformed(message: string): CausewayError {
  return new CausewayError('malformed', `configuration directory: ${message}`);
}
