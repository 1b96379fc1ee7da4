/** What a small buffer keeps alive. Node cuts buffers from blocks of 64 KiB, each of which lives as long as anything that was cut from it. */

/** Bytes. */
const BLOCK = 8192;

/**
 * Makes the blocks of this thread small, from the next one on. A gateway holds a key here and a message there until its peer has answered: in blocks of Node's size a few
 * bytes kept 64 KiB, until they were old enough to need a collection of the whole heap every few seconds (docs/performance.md, "What was measured and changed").
 */
export function useSmallBlocks(): void {
  Buffer.poolSize = BLOCK;
}
