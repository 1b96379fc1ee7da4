/** `causeway trail verify <container>` and `causeway trail renew <container>`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { loadConfig } from '../config/config.ts';
import { certificatesIn } from '../crypto/certificates.ts';
import type { CertificateTrust } from '../crypto/certificates.ts';
import type { TimestampTrust } from '../crypto/timestamp.ts';
import { CausewayError } from '../errors.ts';
import { openContainer, renewContainer, rootsFile } from '../evidence/asic.ts';
import type { Files, WrongFile } from '../evidence/asic.ts';
import type { ZipLimits } from '../evidence/zip.ts';
import { readTrailKeys } from '../trail/keys.ts';
import type { TrailKeys } from '../trail/keys.ts';
import { checkContents } from './container-contents.ts';
import { stamping } from './stamping.ts';

export const CONTAINER_LIMITS: ZipLimits = { maxFiles: 60_000, maxBytes: 1024 ** 3 };
/** Before the newest time-stamp ends, somebody has to look at the archive. */
const NOTICE_MS = 90 * 86_400_000;

/** What is believed in place of what the container brings. */
export interface Believed {
  /** Certificates of time-stamp authorities. */
  readonly timestamps?: TimestampTrust;
  /** Of logs and witnesses. */
  readonly keys?: TrailKeys;
  /** Certificates above the organisation's seal, which must be there. */
  readonly seal?: CertificateTrust;
}

export interface ContainerReport {
  readonly ok: boolean;
  readonly entries: number;
  readonly statements: number;
  readonly tokens: number;
  readonly cosigned: readonly string[];
  /** Time-stamps over the whole, oldest first; times in UTC milliseconds. */
  readonly stamps: readonly { readonly time: number; readonly authority: string; readonly notAfter: number }[];
  /** Who sealed it (XAdES), as the certificate says, and when, as that machine said. */
  readonly seal?: { readonly subject: string; readonly time: number };
  readonly wrong: readonly WrongFile[];
}

/** Checks everything that a container shows, its framing included, offline. Throws `too-large` alone: whatever is wrong is named in the report. */
export async function verifyContainer(bytes: Uint8Array, believed: Believed = {}): Promise<ContainerReport> {
  const { files, stamps, seal, wrong } = await openContainer(bytes, CONTAINER_LIMITS, believed.timestamps, believed.seal);
  const contents = await checkContents(files, believed.timestamps ?? { authorities: rootsOf(files) }, believed.keys);
  const named = new Set(wrong.map(({ file }) => file));
  // What was changed since it was stamped is named once; what its contents then say of it is no news.
  const all = [...wrong, ...contents.wrong.filter(({ file }) => !named.has(file))];
  return { ...contents, ok: all.length === 0, stamps: stamps.map(({ time, authority, notAfter }) => ({ time, authority, notAfter })), ...(seal === undefined ? {} : { seal: { subject: seal.certificate.x509.subject.replaceAll('\n', ', '), time: seal.time } }), wrong: all };
}

function rootsOf(files: Files): Uint8Array[] {
  const roots: Uint8Array[] = [];
  for (let round = 0; files.has(rootsFile(round)); round++) roots.push(...certificatesIn(files.get(rootsFile(round))!));
  return roots;
}

export interface VerifyArguments {
  readonly container: string;
  /** PEM of authorities that are believed. */
  readonly roots?: string;
  /** Folder with trail-keys.json. */
  readonly keys?: string;
  /** PEM of authorities above the seal. */
  readonly sealRoots?: string;
}

export function trailVerifyContainer({ container, roots, keys, sealRoots }: VerifyArguments): Promise<ContainerReport> {
  return verifyContainer(readFileSync(container), {
    ...(roots === undefined ? {} : { timestamps: { authorities: certificatesIn(readFileSync(roots)) } }),
    ...(keys === undefined ? {} : { keys: readTrailKeys(keys) }),
    ...(sealRoots === undefined ? {} : { seal: { authorities: certificatesIn(readFileSync(sealRoots)) } }),
  });
}

/** The report as lines. `now`: UTC milliseconds. */
export function renderContainerReport({ ok, entries, statements, tokens, cosigned, stamps, seal, wrong }: ContainerReport, now: number): string {
  return [
    `${ok ? 'verified' : 'WRONG'}: ${entries} entries, ${statements} statements, ${tokens} time-stamps over checkpoints${cosigned.length === 0 ? '' : `, cosigned by ${cosigned.join(', ')}`}`,
    ...stamps.map(({ time, authority, notAfter }, at) => `  ${at === 0 ? 'time-stamped' : 'renewed'} ${day(time)} by ${authority}, whose certificate ends ${day(notAfter)}`),
    ...(seal === undefined ? [] : [`  sealed ${day(seal.time)} by ${seal.subject}`]),
    ...renewalAdvice(stamps.at(-1)?.notAfter, now),
    ...wrong.map(({ file, what }) => `  ${file}: ${what}`),
  ].join('\n');
}

function renewalAdvice(notAfter: number | undefined, now: number): string[] {
  if (notAfter === undefined || notAfter - now > NOTICE_MS) return [];
  return [notAfter < now ? '  the newest time-stamp is past the end of its certificate: the container can no longer be renewed' : `  renew before ${day(notAfter)} (causeway trail renew)`];
}

function day(ms: number): string {
  return new Date(ms).toISOString();
}

/**
 * Adds a time-stamp over everything so far, and writes the container to `out`. Throws `trail-broken` for a container that does not verify, and
 * `signature-expired` for one whose newest time-stamp has ended: a new one would prove nothing of the time before.
 */
export async function trailRenew({ container, config, out }: { readonly container: string; readonly config: string; readonly out: string }, now: number): Promise<ContainerReport> {
  const bytes = readFileSync(container);
  const { wrong, stamps } = await verifyContainer(bytes);
  if (wrong.length > 0) throw new CausewayError('trail-broken', `${container} does not verify: ${wrong.map(({ file, what }) => `${file} ${what}`).join('; ')}`);
  if ((stamps.at(-1)?.notAfter ?? 0) < now) throw new CausewayError('signature-expired', 'the newest time-stamp is past the end of its certificate');
  const { roots, stamp } = stamping(loadConfig(config));
  const renewed = await renewContainer(bytes, roots, stamp, CONTAINER_LIMITS);
  const report = await verifyContainer(renewed);
  if (!report.ok) throw new CausewayError('internal', 'the renewed container does not verify');
  writeFileSync(out, renewed);
  return report;
}
