/** The declared policy of a link for each dependency that may be lost (protocol.md, "Stopping"; trail.md: "Degraded, then stop, by declared policy per failure"). */
import type { Dependency, DegradedPolicy } from '../config/degraded-file.ts';
import type { Agreement } from './link.ts';

const HOUR_MS = 3_600_000;

/** Where the agreement is silent. docs/operating.md, "Degraded modes", has the same table. */
export const DEFAULT_POLICIES: Readonly<Record<Dependency, Readonly<DegradedPolicy>>> = {
  ocsp: { continueFor: HOUR_MS, refuse: 'signed', alarm: 'warning' },
  timestamps: { continueFor: 24 * HOUR_MS, refuse: 'all', alarm: 'warning' },
  globalConfiguration: { continueFor: 24 * HOUR_MS, refuse: 'signed', alarm: 'warning' },
  peerMetadata: { continueFor: 12 * HOUR_MS, refuse: 'all', alarm: 'warning' },
  hsm: { continueFor: 0, refuse: 'all', alarm: 'error' },
  evidenceStore: { continueFor: 0, refuse: 'all', alarm: 'error' },
};

export function degradedPolicy({ degraded }: Pick<Agreement, 'degraded'>, dependency: Dependency): Readonly<DegradedPolicy> {
  return degraded?.[dependency] ?? DEFAULT_POLICIES[dependency];
}
