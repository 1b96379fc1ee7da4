/** Whether the gateway may be sent exchanges, and what stops nothing but wants to be seen (docs/operating.md, "Health and metrics"). */
import type { Keeper } from '../trail/keeper.ts';
import type { Store } from '../trail/store.ts';
import type { Trust } from '../trust/open-trust.ts';
import type { Dependencies } from './dependencies.ts';
import type { Echoing } from './echoing.ts';
import type { KeyWatch } from './key-watch.ts';
import type { LiveMappings } from './mappings/live-mappings.ts';
import type { Reconciling } from './our-reconciling.ts';
import type { OurTime } from './our-time.ts';

export interface Watched {
  readonly store: Store;
  readonly trail: Keeper;
  readonly time: OurTime;
  readonly trust: Trust;
  readonly admission: { readonly open: boolean };
  readonly mappings: LiveMappings;
  readonly dependencies: Dependencies;
  readonly keyWatch: Pick<KeyWatch, 'warnings'>;
  readonly reconciling: Pick<Reconciling, 'warnings'>;
  readonly echoing: Pick<Echoing, 'results'>;
  /** A line for each link whose agreement nobody signed and that is taken all the same. */
  readonly unsigned: readonly string[];
}

export interface Readiness {
  readonly ready: boolean;
  readonly checks: Readonly<Record<string, boolean>>;
  readonly warnings: readonly string[];
}

/** `now`: UTC milliseconds. */
export function readinessOf({ store, trail, time, trust, admission, mappings, dependencies, keyWatch, reconciling, echoing, unsigned }: Watched, now: number): Readiness {
  const believed = trust.state(now);
  const checks = { store: store.healthy(), trail: trail.intact, time: !time.wrong, trust: believed.usable, dependencies: dependencies.usable, accepting: admission.open };
  const warnings = [...time.degraded, ...trail.warnings, ...believed.warnings, ...dependencies.warnings, ...keyWatch.warnings, ...reconciling.warnings, ...failedEchoes(echoing), ...unsigned, ...(mappings.refused ? ['a change of the mappings is not taken: GET /health/mappings'] : [])];
  return { ready: Object.values(checks).every(Boolean), checks, warnings };
}

function failedEchoes(echoing: Watched['echoing']): string[] {
  return echoing.results().flatMap(({ link, way, ok, text }) => (ok ? [] : [`the echo of link ${link}${way === 'link' ? '' : ' through both security servers'} fails: ${text}`]));
}
