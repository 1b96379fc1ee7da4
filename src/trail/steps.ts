/** Named points on the way of checkpoints, mirrored entries and restores: the log tells them, fault tests kill the process at them. */
export const TRAIL_STEPS = [
  'publish.signed',
  'publish.cosigned',
  'publish.stored',
  'public.asked',
  'public.cosigned',
  'public.stored',
  'mirror.asked',
  'mirror.fetched',
  'mirror.stored',
  'stamp.asked',
  'stamp.stored',
  'shard.opened',
  'fence.answered',
  'fence.behind',
  'fence.recovered-some',
  'fence.recovered',
  'fence.broken-off',
  'fence.passed',
  'reconcile.noted',
  'reconcile.differs',
  'reconcile.fetched',
  'reconcile.repaired',
  'reconcile.case-written',
  'reconcile.agreed',
] as const;
export type TrailStep = (typeof TRAIL_STEPS)[number];

/** `log`: the log or the link. */
export type ObserveTrail = (step: TrailStep, facts: { readonly log: string; readonly origin?: string; readonly size?: number }) => void;
