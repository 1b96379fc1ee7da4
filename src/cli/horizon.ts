/** `causeway horizon`: everything that will expire or run out, in one list. */
import { loadConfig } from '../config/config.ts';
import { DIALECT_FORMS } from '../ecosystems/dialects.ts';
import { daysLeft, endsWithin, horizon } from '../exchange/horizon.ts';
import { loadMappings } from '../mapping/load.ts';

export interface HorizonLine {
  readonly what: string;
  readonly about: string;
  readonly file: string;
  /** `ends` is an alarm when it is near, `changes` is planned. */
  readonly kind: 'ends' | 'changes';
  /** RFC 3339, and whole days until then; absent where no end can be told. */
  readonly at?: string;
  readonly days?: number;
  readonly problem?: string;
}

export interface HorizonReport {
  /** Nothing ends within a day, and everything can be read. */
  readonly ok: boolean;
  readonly items: readonly HorizonLine[];
}

/** `now`: UTC milliseconds. Throws `config-invalid` for a configuration that does not load. */
export async function horizonReport(folder: string, now: number): Promise<HorizonReport> {
  const config = loadConfig(folder);
  const items = await horizon(config, await loadMappings(config.mappings, config.gateway.country, DIALECT_FORMS), now);
  const lines = items.map((item) => {
    const { at, ...rest } = item;
    const days = daysLeft(item, now);
    return { ...rest, ...(at === undefined || days === undefined ? {} : { at: new Date(at).toISOString(), days }) };
  });
  return { ok: !items.some((item) => endsWithin(item, 1, now)), items: lines };
}

/** Soonest first, a line each. */
export function renderHorizon({ ok, items }: HorizonReport): string {
  const lines = items.map(({ what, about, file, kind, at, days, problem }) => {
    const when = problem === undefined ? (at === undefined ? '—' : `${at.slice(0, 16).replace('T', ' ')}Z`) : 'unreadable';
    const left = days === undefined ? '' : `${days} d`;
    return `${when.padEnd(17)} ${left.padStart(8)}  ${what}${kind === 'changes' ? ' (planned)' : ''}: ${problem ?? about}  ${file}`;
  });
  return [...lines, ok ? 'nothing ends within a day' : 'something has ended, ends within a day, or cannot be read'].join('\n');
}
