/**
 * How far each of our logs was published last, in a file that is kept out of backups (trail.md, "Restore fence"): a data folder that comes back
 * from a backup is behind it, and the gateway knows so even where the peer denies what it cosigned.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { CausewayError } from '../errors.ts';
import { writeDurably } from '../platform/durable-file.ts';
import type { StatedHead } from './entry.ts';
import { follows } from './shards.ts';
import type { LogName, TreeHead } from './store.ts';

const FILE = 'heads.json';

const known = v.strictObject({ origin: v.string(), size: v.number(), root: v.string(), lossAccepted: v.exactOptional(v.string()) });
const schema = v.strictObject({ v: v.literal(1), heads: v.record(v.string(), known) });

/** `lossAccepted`: reference of the decision that nobody has the entries up to this head any more, and that the log goes on without them. */
export interface KnownHead extends StatedHead {
  readonly lossAccepted?: string;
}

export class HeadFile {
  readonly #file: string;
  readonly #heads: Record<LogName, KnownHead>;
  #writing: Promise<void> = Promise.resolve();

  /** Throws `config-invalid` for a file that is there and damaged: without it a loss could pass unseen. */
  constructor(folder: string) {
    this.#file = join(folder, FILE);
    this.#heads = read(this.#file);
  }

  get(log: LogName): KnownHead | undefined {
    return this.#heads[log];
  }

  /** Durable when it resolves. */
  async set(log: LogName, head: KnownHead): Promise<void> {
    this.#heads[log] = head;
    this.#writing = this.#writing.catch(() => {}).then(() => writeDurably(this.#file, `${JSON.stringify({ v: 1, heads: this.#heads }, undefined, 2)}\n`));
    await this.#writing;
  }
}

/** Whether a log with these shards is not behind what is known of it; nothing is known of a log that never published. */
export function holdsKnown(known: StatedHead | undefined, shards: readonly Pick<TreeHead, 'origin' | 'size'>[]): boolean {
  if (known === undefined) return shards.every(({ size }) => size === 0);
  return shards.some(({ origin, size }) => (origin === known.origin ? size >= known.size : follows(origin, known.origin)));
}

function read(file: string): Record<LogName, KnownHead> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw thrown;
  }
  try {
    return v.parse(schema, JSON.parse(text)).heads;
  } catch (cause) {
    throw new CausewayError('config-invalid', `${file} is damaged: restore it as it was, or remove it if no log of this gateway was ever restored from a backup since`, { cause });
  }
}
