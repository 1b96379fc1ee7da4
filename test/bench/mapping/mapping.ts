/**
 * npm run bench -- mapping [--json] [--seconds 0.5]: documents a second of one core, Causeway's mappings beside closures written by hand, XSLT 3.0 and JSONata, in one
 * run. From the parsed input to the unwritten output: parsing and writing are the same for all of them and not in it.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { contestants, type Contestant } from './contestants.ts';

export interface MappingResult {
  readonly document: string;
  readonly form: Contestant['form'];
  readonly direction: 'to neutral' | 'to domestic';
  readonly name: string;
  readonly documentsPerSecond: number;
  /** Times of Causeway: above 1 where this one is faster. */
  readonly ofCauseway: number;
}

/** Rounds in which everybody has a turn; each one's best counts, since what else the machine does only slows. */
const ROUNDS = 3;

export async function benchMappings(seconds: number, say: (text: string) => void): Promise<MappingResult[]> {
  const folder = mkdtempSync(join(tmpdir(), 'causeway-bench-'));
  try {
    say('compiling the stylesheets …');
    const results: MappingResult[] = [];
    for (const { form, contestants: all } of await contestants(folder)) {
      for (const [kind, direction] of [['xml', 'to neutral'], ['xml', 'to domestic'], ['json', 'to neutral'], ['json', 'to domestic']] as const) {
        say(`${form.name}, ${kind}, ${direction} …`);
        const those = all.filter((one) => one.form === kind);
        const rates = await race(those.map((one) => (direction === 'to neutral' ? one.toNeutral : one.toDomestic)), seconds);
        const [causeway = 1] = rates;
        results.push(...those.map(({ name }, at) => ({ document: form.name, form: kind, direction, name, documentsPerSecond: Math.round(rates[at] ?? 0), ofCauseway: Number(((rates[at] ?? 0) / causeway).toFixed(2)) })));
      }
    }
    return results;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function race(translate: readonly (() => unknown)[], seconds: number): Promise<number[]> {
  const best = translate.map(() => 0);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [at, one] of translate.entries()) best[at] = Math.max(best[at] ?? 0, await rate(one, seconds / ROUNDS));
  }
  return best;
}

/** Documents a second of CPU time: what other programs take of the core is not counted. */
async function rate(translate: () => unknown, seconds: number): Promise<number> {
  await repeat(translate, seconds / 2);
  const before = process.cpuUsage();
  const documents = await repeat(translate, seconds);
  const { user, system } = process.cpuUsage(before);
  return (documents * 1e6) / (user + system);
}

async function repeat(translate: () => unknown, seconds: number): Promise<number> {
  const until = performance.now() + seconds * 1000;
  let documents = 0;
  while (performance.now() < until) {
    const made = translate();
    if (made instanceof Promise) await made;
    documents += 1;
  }
  return documents;
}

/** A table for people. */
export function renderMappings(results: readonly MappingResult[]): string {
  const groups = Map.groupBy(results, ({ document, form, direction }) => `${document}, ${form === 'xml' ? 'XML' : 'JSON'} ${direction}`);
  return [...groups].flatMap(([title, rows]) => ['', title, ...rows.map(({ name, documentsPerSecond, ofCauseway }) => `  ${name.padEnd(20)} ${String(documentsPerSecond).padStart(8)} documents/s  ${ofCauseway.toFixed(2).padStart(6)}`)]).join('\n');
}
