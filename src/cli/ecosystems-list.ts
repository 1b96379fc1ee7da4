/** `npm start -- --list`: what can be run as a pair. */
import { resolve } from 'node:path';
import { SHIPPED_ECOSYSTEMS, loadEcosystems } from '../config/ecosystems.ts';
import { readPack } from '../sandbox/pack.ts';

export interface ListedEcosystem {
  readonly name: string;
  /** For `--pair`. */
  readonly short: string;
  readonly title: string;
  readonly country: string;
  readonly platform: string;
  readonly dialects: readonly string[];
  /** What its mappings can ask or answer about. */
  readonly subjects: readonly string[];
}

const ROOT = resolve(import.meta.dirname, '../..');

export async function listedEcosystems(): Promise<ListedEcosystem[]> {
  const listed = loadEcosystems(SHIPPED_ECOSYSTEMS).map(async ({ name, short, title, country, platform, dialects }) => {
    const { imported, exported } = await readPack(ROOT, country);
    const subjects = [...new Set([...imported, ...exported].map(({ subject }) => subject))].sort();
    return { name, short, title, country, platform, dialects, subjects };
  });
  return Promise.all(listed);
}

/** As lines for a terminal, the columns aligned. */
export function renderEcosystems(listed: readonly ListedEcosystem[]): string {
  const rows = [['short', 'profile', 'country', 'platform', 'dialects', 'subjects'], ...listed.map(({ short, name, country, platform, dialects, subjects }) => [short, name, country, platform, dialects.join(', '), subjects.join(', ')])];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ').trimEnd());
  return [...lines, '', 'Any two of different countries run as a pair: npm start -- --pair ee-ua'].join('\n');
}
