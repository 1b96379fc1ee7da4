/**
 * Shards of a log (trail.md, "Formats"): origins `<base>/<year>h<half>`, one a half-year (UTC), and `<base>/<year>h<half>-<n>` where a log was
 * restored and goes on under a new name. Pure.
 */
import { CausewayError } from '../errors.ts';

const ORIGIN = /^([!-~]+)\/([0-9]{4})h([12])(?:-([1-9][0-9]{0,5}))?$/;

export interface Shard {
  /** What all shards of one log share: `<gateway host>/trail/<a>-<b>`. */
  readonly base: string;
  /** Half-years since year 0. */
  readonly half: number;
  /** 1 for the first shard of a half-year, more after restores. */
  readonly part: number;
}

/** Throws `config-invalid` for a name that is no shard's. */
export function parseOrigin(origin: string): Shard {
  const [, base, year, half, part] = ORIGIN.exec(origin) ?? [];
  if (base === undefined || part === '1') throw new CausewayError('config-invalid', `"${origin}" is no origin of the form <host>/trail/<a>-<b>/<year>h<half>`);
  return { base, half: Number(year) * 2 + Number(half) - 1, part: Number(part ?? 1) };
}

export function originOf({ base, half, part }: Shard): string {
  const name = `${base}/${String(Math.floor(half / 2)).padStart(4, '0')}h${(half % 2) + 1}`;
  return part === 1 ? name : `${name}-${part}`;
}

/** The half-year in which `now` (UTC ms) lies. */
export function halfYearOf(now: number): number {
  const date = new Date(now);
  return date.getUTCFullYear() * 2 + (date.getUTCMonth() < 6 ? 0 : 1);
}

/** Origin in which a log begins at `now`: never before the shard that the link names. */
export function firstOrigin(named: string, now: number): string {
  const first = parseOrigin(named);
  return originOf(halfYearOf(now) > first.half ? { ...first, half: halfYearOf(now), part: 1 } : first);
}

/** The shard in which the log that stands at `origin` has to go on at `now`; undefined while it may stay. A clock that goes back changes nothing. */
export function dueOrigin(origin: string, now: number): string | undefined {
  const shard = parseOrigin(origin);
  return halfYearOf(now) > shard.half ? originOf({ ...shard, half: halfYearOf(now), part: 1 }) : undefined;
}

/** The origin in which a log goes on after a restore: later than `origin`, in the half-year of `now` or of the log, whichever is later. */
export function originAfterBreak(origin: string, now: number): string {
  const shard = parseOrigin(origin);
  return dueOrigin(origin, now) ?? originOf({ ...shard, part: shard.part + 1 });
}

/** Whether `next` may follow `origin`: the same log, and later. */
export function follows(next: string, origin: string): boolean {
  const [after, before] = [parseOrigin(next), parseOrigin(origin)];
  return after.base === before.base && (after.half > before.half || (after.half === before.half && after.part > before.part));
}

/** Whether `origin` is the shard that the link names, or a later one of the same log. */
export function isShardOf(origin: string, first: string): boolean {
  try {
    return origin === first || follows(origin, first);
  } catch {
    return false;
  }
}
