/**
 * ASiC-E containers with time assertions (ETSI EN 319 162-1): files, a manifest of all their digests and an RFC 3161 token over it; each renewal adds an archive
 * manifest and a token over everything so far. All of it is written in one way: whoever has the files can write the container again and compare, so no byte is free.
 */
import { hash } from 'node:crypto';
import { certificatePath } from '../crypto/certificate-path.ts';
import { certificatesIn } from '../crypto/certificates.ts';
import type { CertificateTrust } from '../crypto/certificates.ts';
import { verifyPlainTimestamp } from '../crypto/timestamp.ts';
import type { Timestamp, TimestampTrust } from '../crypto/timestamp.ts';
import { checkSeal } from '../crypto/xml-signature/seal.ts';
import type { Seal, SealedFile } from '../crypto/xml-signature/seal.ts';
import { CausewayError } from '../errors.ts';
import { manifestLines } from '../xml/asic-manifest.ts';
import { readZip } from './zip.ts';
import type { ZipLimits } from './zip.ts';
import { writeZip } from './zip-write.ts';

export type Files = ReadonlyMap<string, Uint8Array>;

/** A file, or the container's own framing, that is not as it must be. */
export interface WrongFile {
  readonly file: string;
  readonly what: string;
}

/** Gets a token over the bytes, in the form in which tokens are kept. */
export type Stamp = (bytes: Uint8Array) => Promise<Uint8Array>;

export const MIME_TYPE = 'application/vnd.etsi.asic-e+zip';
/** Name in `WrongFile` of what is no file: headers, directory, order. */
export const FRAMING = '(container)';
const MIMETYPE = 'mimetype';
const META = 'META-INF/';
const MANIFEST = `${META}ASiCManifest.xml`;
/** The organisation's seal over the contents (XAdES), where the container has one. */
const SEAL = `${META}signatures.xml`;
const ARCHIVE = `${META}ASiCArchiveManifest.xml`;

/** Names of what the round `at` of `rounds` added: 0 is the making of the container, each later one a renewal. The last archive manifest has no number (clause A.7). */
function roundFiles(at: number, rounds: number): { readonly manifest: string; readonly token: string; readonly roots: string } {
  const manifest = at === 0 ? MANIFEST : at === rounds - 1 ? ARCHIVE : `${META}ASiCArchiveManifest${at}.xml`;
  return { manifest, token: `${META}timestamp-${at}.tst`, roots: rootsFile(at) };
}

/** Certificates (PEM) under which the token of a round is judged; they stand in the container before it is stamped. */
export function rootsFile(round: number): string {
  return `${META}time-stamping-${round}.pem`;
}

/** Everything in the container at the end of a round, in its order: `mimetype`, contents by name, the seal, then what each round added. */
function inOrder(files: Files, rounds: number): string[] {
  const seal = files.has(SEAL) ? [SEAL] : [];
  const meta = Array.from({ length: rounds }, (_, at) => roundFiles(at, rounds)).flatMap(({ roots, manifest, token }) => [roots, manifest, token]);
  return [MIMETYPE, ...contentNames(files), ...seal, ...meta];
}

function contentNames(files: Files): string[] {
  return [...files.keys()].filter((name) => name !== MIMETYPE && !name.startsWith(META)).sort((a, b) => (a < b ? -1 : 1));
}

/** The contents as a seal names them. */
function sealedFiles(files: Files): SealedFile[] {
  return contentNames(files).map((name) => ({ name, type: typeOf(name), bytes: files.get(name) ?? Buffer.alloc(0) }));
}

/** The manifest of a round as it must be, a line for each file: everything before it but `mimetype`. Renewals digest with SHA-512. */
function manifestOf(files: Files, at: number, rounds: number): { readonly lines: string[]; readonly covered: readonly string[] } {
  const { manifest, token } = roundFiles(at, rounds);
  const names = inOrder(files, rounds);
  const covered = names.slice(1, names.indexOf(manifest));
  const digest = at === 0 ? 'sha256' : 'sha512';
  const rootfile = at === 0 ? undefined : roundFiles(at - 1, rounds).manifest;
  const references = covered.map((uri) => ({ uri, type: typeOf(uri), digest: hash(digest, files.get(uri) ?? '', 'base64'), rootfile: uri === rootfile }));
  return { lines: manifestLines({ token, digest, references }), covered };
}

const TYPES: Readonly<Record<string, string>> = { json: 'application/json', xml: 'text/xml', pem: 'application/x-pem-file', tst: 'application/vnd.etsi.timestamp-token', jws: 'application/jose' };

function typeOf(name: string): string {
  return TYPES[name.slice(name.lastIndexOf('.') + 1)] ?? 'text/plain';
}

/** A container of `contents`, none of which lies in META-INF. `roots`: PEM of the certificates above the authority that `stamp` asks. `seal`: signs the contents before they are stamped. Throws what both throw. */
export async function writeContainer(contents: Files, roots: Uint8Array, stamp: Stamp, seal?: (files: readonly SealedFile[]) => Uint8Array): Promise<Buffer> {
  const files = new Map([[MIMETYPE, Buffer.from(MIME_TYPE)], ...contents]);
  return addRound(seal === undefined ? files : files.set(SEAL, Buffer.from(seal(sealedFiles(files)))), 0, roots, stamp);
}

/** Stamps everything so far once more, with SHA-512. The caller has verified the container: what was wrong before stays wrong. */
export async function renewContainer(bytes: Uint8Array, roots: Uint8Array, stamp: Stamp, limits: ZipLimits): Promise<Buffer> {
  const files = new Map(await readZip(bytes, limits));
  const rounds = roundsIn(files);
  const latest = files.get(ARCHIVE);
  if (latest !== undefined) {
    files.delete(ARCHIVE);
    files.set(roundFiles(rounds - 1, rounds + 1).manifest, latest);
  }
  return addRound(files, rounds, roots, stamp);
}

async function addRound(before: Files, at: number, roots: Uint8Array, stamp: Stamp): Promise<Buffer> {
  const rounds = at + 1;
  const names = roundFiles(at, rounds);
  const files = new Map(before).set(names.roots, roots);
  const manifest = Buffer.from(`${manifestOf(files, at, rounds).lines.join('\n')}\n`);
  files.set(names.manifest, manifest).set(names.token, await stamp(manifest));
  return writeZip(new Map(inOrder(files, rounds).map((name) => [name, files.get(name)!])));
}

function roundsIn(files: Files): number {
  let rounds = 0;
  while (files.has(`${META}timestamp-${rounds}.tst`)) rounds += 1;
  return rounds;
}

export interface OpenedContainer {
  /** All of them, by name. */
  readonly files: Files;
  /** One for each round that verified, oldest first. */
  readonly stamps: readonly Timestamp[];
  /** The organisation's, where there is one that verified. */
  readonly seal?: Seal;
  readonly wrong: readonly WrongFile[];
}

/**
 * Reads a container and checks that it is exactly what its files make: digests, tokens, each of which must be valid when the next one was made, and framing. `trust`: the authorities
 * that are believed; absent, those that the container brings. `sealTrust`: the same for the seal, which must then be there. Throws `too-large`; whatever else is wrong is in the answer.
 */
export async function openContainer(bytes: Uint8Array, limits: ZipLimits, trust?: TimestampTrust, sealTrust?: CertificateTrust): Promise<OpenedContainer> {
  let files: Files;
  try {
    files = await readZip(bytes, limits);
  } catch (thrown) {
    if (!(thrown instanceof CausewayError) || thrown.code !== 'malformed') throw thrown;
    return { files: new Map(), stamps: [], wrong: [{ file: FRAMING, what: thrown.message }] };
  }
  const rounds = roundsIn(files);
  const stamps: Timestamp[] = [];
  const wrong = checkNames(files, rounds);
  for (let at = 0; at < rounds; at++) wrong.push(...checkRound(files, at, rounds, trust, stamps));
  const seal = openSeal(files, stamps[0]?.time, sealTrust, wrong);
  if (wrong.length === 0 && !(await writeZip(files)).equals(bytes)) wrong.push({ file: FRAMING, what: 'headers or directory are not as they were written' });
  return { files, stamps, ...(seal === undefined ? {} : { seal }), wrong: wrong.filter(({ file, what }, at) => wrong.findIndex((other) => other.file === file && other.what === what) === at) };
}

/** The seal was made before the first time-stamp, with a certificate that was valid then. What is wrong with it is added to `wrong`. */
function openSeal(files: Files, stamped: number | undefined, trust: CertificateTrust | undefined, wrong: WrongFile[]): Seal | undefined {
  const written = files.get(SEAL);
  if (written === undefined) {
    if (trust !== undefined) wrong.push({ file: SEAL, what: 'is missing: nobody sealed it' });
    return undefined;
  }
  try {
    const seal = checkSeal(written, sealedFiles(files));
    const { notBefore, notAfter, x509 } = seal.certificate;
    const at = stamped ?? seal.time;
    if (seal.time > at || at < notBefore || at > notAfter) throw new CausewayError('signature-expired', 'was made after the time-stamp, or with a certificate that was out of its time then');
    if (trust !== undefined) certificatePath(trust, x509.raw, at);
    return seal;
  } catch (thrown) {
    if (!(thrown instanceof CausewayError)) throw thrown;
    wrong.push({ file: SEAL, what: `does not verify: ${thrown.message}` });
    return undefined;
  }
}

function checkNames(files: Files, rounds: number): WrongFile[] {
  const wrong: WrongFile[] = [];
  if (Buffer.from(files.get(MIMETYPE) ?? '').toString() !== MIME_TYPE) wrong.push({ file: MIMETYPE, what: `not ${MIME_TYPE}` });
  if (rounds === 0) wrong.push({ file: `${META}timestamp-0.tst`, what: 'is missing: nothing is time-stamped' });
  const expected = inOrder(files, rounds);
  for (const name of expected) if (!files.has(name)) wrong.push({ file: name, what: 'is missing' });
  for (const name of files.keys()) if (!expected.includes(name)) wrong.push({ file: name, what: 'is no part of the container' });
  if (wrong.length === 0 && [...files.keys()].some((name, at) => name !== expected[at])) wrong.push({ file: FRAMING, what: 'files in another order' });
  return wrong;
}

function checkRound(files: Files, at: number, rounds: number, trust: TimestampTrust | undefined, stamps: Timestamp[]): WrongFile[] {
  const { manifest, token, roots } = roundFiles(at, rounds);
  const [written, signed, certificates] = [files.get(manifest), files.get(token), files.get(roots)];
  if (written === undefined || signed === undefined || certificates === undefined) return [];
  const differing = compare(manifestOf(files, at, rounds), Buffer.from(written).toString('latin1'), manifest);
  try {
    const stamp = verifyPlainTimestamp(signed, written, trust ?? { authorities: certificatesIn(certificates) });
    const before = stamps.at(-1);
    stamps.push(stamp);
    const gap = before !== undefined && (stamp.time < before.time || stamp.time > before.notAfter);
    return gap ? [...differing, { file: token, what: 'was not made while the time-stamp before it was valid' }] : differing;
  } catch (thrown) {
    if (!(thrown instanceof CausewayError)) throw thrown;
    const both = { file: token, what: `does not verify over ${manifest}: ${thrown.message}` };
    return differing.length === 0 ? [both] : [...differing, both, { file: manifest, what: `is not what ${token} stamps` }];
  }
}

/** Names the files whose line differs, or the manifest where it is not in the lines of files. */
function compare({ lines, covered }: { readonly lines: readonly string[]; readonly covered: readonly string[] }, written: string, manifest: string): WrongFile[] {
  const text = `${lines.join('\n')}\n`;
  if (written === text) return [];
  const found = written.split('\n');
  const frame = (all: readonly string[]) => [...all.slice(0, 3), ...all.slice(3 + covered.length)].join('\n');
  const digests = (line: string | undefined) => line?.replace(/<ds:DigestValue>[A-Za-z0-9+/=]*</, '<');
  if (found.length !== lines.length + 1 || frame(found) !== frame([...lines, ''])) return [{ file: manifest, what: 'is not the manifest of these files' }];
  return covered.flatMap((file, at): WrongFile[] => {
    const [expected, line] = [lines[3 + at], found[3 + at]];
    if (expected === line) return [];
    return [digests(expected) === digests(line) ? { file, what: `its digest is not the one in ${manifest}` } : { file: manifest, what: `its line about ${file} was changed` }];
  });
}
