/** What an operator sets for both X-Road dialects (gateway.yaml, `home`). */
import type { FaultSpelling } from './xroad-faults.ts';

export interface XRoadSettings {
  readonly faultSpelling: FaultSpelling;
  /** Bytes of one answer from home, read at most. */
  readonly maxAnswerBytes: number;
}
