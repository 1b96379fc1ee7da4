/** `causeway trail verify --data <dir>`: recomputes every trail below a folder and names the first thing that is wrong. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { CausewayError } from '../errors.ts';
import { readTrailKeys } from '../trail/keys.ts';
import { TRAIL_FILE } from '../trail/sqlite/layout.ts';
import { verifyTrail } from '../trail/verify.ts';
import type { LogReport } from '../trail/verify-log.ts';
import type { TrailReport } from '../trail/verify.ts';

export interface Report {
  readonly ok: boolean;
  readonly trails: readonly (TrailReport & { readonly folder: string })[];
}

/** How deep a demo's or an operator's folder of gateways may nest. */
const DEPTH = 3;

function trailFolders(folder: string, depth = 0): string[] {
  if (existsSync(join(folder, TRAIL_FILE))) return [folder];
  if (depth === DEPTH) return [];
  const below = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return below.map(({ name }) => join(folder, name)).sort().flatMap((path) => trailFolders(path, depth + 1));
}

/**
 * Verifies the trail in `folder`, or every trail in the folders below it, against the keys of `keysFolder` (default: those beside each
 * trail). Throws `config-invalid` if there is no trail, or no keys.
 */
export async function trailVerify(folder: string, keysFolder?: string): Promise<Report> {
  const folders = existsSync(folder) ? trailFolders(folder) : [];
  if (folders.length === 0) throw new CausewayError('config-invalid', `no ${TRAIL_FILE} in ${folder} or below it`);
  const trails = folders.map((found) => ({ folder: found, ...verifyTrail(found, readTrailKeys(keysFolder ?? found)) }));
  return { ok: trails.every(({ ok }) => ok), trails };
}

/** The report as lines for an operator. */
export function renderReport({ trails }: Report): string {
  return trails
    .flatMap(({ folder, logs, exchanges, evidence, evidenceLost, incidents, wrong }) => [
      `${folder}: ${wrong.length === 0 ? 'verified' : 'WRONG'}; ${exchanges} exchanges, ${evidence} evidence records${evidenceLost === 0 ? '' : `, ${evidenceLost} lost with a disk`}`,
      ...logs.map(renderLog),
      ...incidents.map(({ id, kind, origin, what }) => `  incident ${id} (${kind}) of ${origin}: ${what}`),
      ...wrong.map(({ log, origin, index, part, expected, found }) => `  ${part} is wrong in ${log} (${origin}${index === undefined ? '' : `, entry ${index}`}): expected ${expected}; found ${found}`),
    ])
    .join('\n');
}

function renderLog({ whose, origin, size, root, redacted, checkpoint, publiclyWitnessed }: LogReport): string {
  const at = ({ size: signed, cosigned }: NonNullable<LogReport['checkpoint']>): string => [`checkpoint at ${signed}`, ...cosigned.map((name) => `cosigned by ${name}`)].join(', ');
  const signed = checkpoint === undefined ? 'no checkpoint yet' : [checkpoint, ...(publiclyWitnessed === undefined ? [] : [publiclyWitnessed])].map(at).join('; ');
  return `  ${whose === 'peer' ? 'mirror of ' : ''}${origin}: ${size} entries${redacted === 0 ? '' : ` (${redacted} redacted)`}, root ${root}, ${signed}`;
}
