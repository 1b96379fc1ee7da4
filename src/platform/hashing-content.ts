/** Content whose digest is taken while it is sent. */
import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { CausewayError } from '../errors.ts';
import type { Content, StoredContent } from '../stages.ts';
import { isStored } from './content.ts';
import type { Look } from './release.ts';

export class HashingContent implements StoredContent {
  readonly length: number;
  readonly #content: StoredContent;
  readonly #algorithm: string;
  #hash: Hash | undefined;

  constructor(content: StoredContent, algorithm: string) {
    this.length = content.length;
    this.#content = content;
    this.#algorithm = algorithm;
  }

  async *chunks(): AsyncGenerator<Uint8Array> {
    const hash = createHash(this.#algorithm);
    for await (const chunk of this.#content.chunks()) {
      hash.update(chunk);
      yield chunk;
    }
    this.#hash = hash;
  }

  async scan(look: Look): Promise<void> {
    const hash = createHash(this.#algorithm);
    await this.#content.scan((chunk) => {
      hash.update(chunk);
      return look(chunk);
    });
    this.#hash = hash;
  }

  /** Of everything, once all of it was read. Throws `internal` before that. */
  digest(): Buffer {
    if (this.#hash === undefined) throw new CausewayError('internal', 'a content was not sent to its end');
    return this.#hash.copy().digest();
  }
}

/** Bytes in memory stay as they are. */
export function hashing(content: Content, algorithm: string): Content {
  return isStored(content) ? new HashingContent(content, algorithm) : content;
}

/** Of bytes, or of what `hashing` made and was sent. */
export function digestOf(content: Content, algorithm: string): Buffer {
  if (!isStored(content)) return createHash(algorithm).update(content).digest();
  if (!(content instanceof HashingContent)) throw new CausewayError('internal', 'a content that was not hashed while it was sent');
  return content.digest();
}
