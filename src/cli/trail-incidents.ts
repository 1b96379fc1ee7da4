/** `causeway trail incidents`: what the mirror found wrong with peers' logs, and closing an incident when a person has looked. */
import { CausewayError } from '../errors.ts';
import type { Incident } from '../trail/mirror.ts';
import { Incidents } from '../trail/sqlite/incidents.ts';
import { MIRROR_FILE, openMirrorFile, openReadOnly } from '../trail/sqlite/layout.ts';

/** Beside a running gateway or without one. */
export function trailIncidents(data: string, all: boolean): readonly Incident[] {
  const db = openReadOnly(data, MIRROR_FILE);
  try {
    return new Incidents(db).list(all ? 'all' : 'open');
  } finally {
    db.close();
  }
}

/** Beside a running gateway too: it cosigns again with the next checkpoint. Throws `config-invalid` where there is no such open incident. */
export function closeIncident(data: string, id: number, because: string, now: number): void {
  if (because.trim() === '') throw new CausewayError('config-invalid', 'say why the incident is closed: --because "…"');
  // Opening for writing would make an empty mirror where there is none.
  openReadOnly(data, MIRROR_FILE).close();
  const db = openMirrorFile(data);
  try {
    if (!new Incidents(db).close(id, because, now)) throw new CausewayError('config-invalid', `there is no open incident ${id}`);
  } finally {
    db.close();
  }
}

export function renderIncidents(incidents: readonly Incident[]): string {
  if (incidents.length === 0) return 'no incidents';
  const time = (ms: number): string => new Date(ms).toISOString();
  return incidents
    .flatMap(({ id, kind, origin, what, openedAt, seenAt, closedAt, closedBecause }) => [
      `${id} ${kind} ${origin}: ${what}`,
      `  opened ${time(openedAt)}, seen last ${time(seenAt)}${closedAt === undefined ? '' : `, closed ${time(closedAt)}: ${closedBecause ?? ''}`}`,
    ])
    .join('\n');
}
