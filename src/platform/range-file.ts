/** Several contents in one temporary file, which is made when the first of them is written. */
import { createHash } from 'node:crypto';
import { CausewayError } from '../errors.ts';
import type { SpoolScope, SpoolWriter } from './spool.ts';
import type { Spooled } from './spool-file.ts';

/** What was written of one of them; `RangeFile.finish` says where it can be read. */
export class WrittenRange {
  readonly from: number;
  readonly length: number;
  /** base64url. */
  readonly sha256: string;

  constructor(from: number, length: number, sha256: string) {
    this.from = from;
    this.length = length;
    this.sha256 = sha256;
  }
}

export class RangeFile {
  readonly #scope: SpoolScope | undefined;
  #writer: SpoolWriter | undefined;

  /** Without a scope nothing can be written: whoever has none holds everything in memory. */
  constructor(scope: SpoolScope | undefined) {
    this.#scope = scope;
  }

  /** What `fill` adds; the bytes of a piece may be used again when `add` has resolved. Throws `disk-full`, and whatever `fill` throws. */
  async write(fill: (add: (bytes: Uint8Array) => Promise<void>) => Promise<void>): Promise<WrittenRange> {
    if (this.#scope === undefined) throw new CausewayError('internal', 'a large content where none is expected');
    const writer = (this.#writer ??= await this.#scope.writer());
    const from = writer.length;
    const hash = createHash('sha256');
    await fill(async (bytes) => {
      hash.update(bytes);
      await writer.add(bytes);
    });
    return new WrittenRange(from, writer.length - from, hash.digest('base64url'));
  }

  /** Where each of the written ranges is read from now on. */
  async finish(): Promise<(range: WrittenRange) => Spooled> {
    const whole = await this.#writer?.finish();
    return ({ from, length }) => {
      if (whole === undefined) throw new CausewayError('internal', 'a range of no file');
      return whole.slice(from, from + length);
    };
  }
}
