/** What an operator sets for the dialects of X-Road and UXP (gateway.yaml, `gateway.home` and `home`). */
import type { XmlLimits } from '../platform/limits.ts';
import type { MultipartLimits } from '../platform/multipart.ts';
import type { HashName } from './soap/request-hash.ts';
import type { FaultSpelling } from './xroad-faults.ts';

export interface XRoadSettings {
  /** In the place of the security servers; absent behind them. `instance`: the X-Road instance of our member. */
  readonly edge?: { readonly instance: string };
  readonly faultSpelling: FaultSpelling;
  /** Bytes of one answer from home, read at most. */
  readonly maxAnswerBytes: number;
  /** Of an XML body that crosses unmapped, when it is written again. */
  readonly xml?: XmlLimits;
  /** Of a message with attachments. */
  readonly mime?: MultipartLimits;
  /** `carried-unverified`: for a UXP whose hash nobody but the platform can compute; default `verified`. */
  readonly requestHash?: 'verified' | 'carried-unverified';
  /** The only ones by which the platform hashes; absent: whichever the dialect knows. */
  readonly requestHashes?: readonly HashName[];
}
