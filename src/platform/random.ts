/** Random bytes for keys, nonces and identifiers, of which an exchange takes some twenty. */
import { randomFillSync } from 'node:crypto';

const POOL_BYTES = 4096;
const pool = Buffer.allocUnsafeSlow(POOL_BYTES);
let taken = POOL_BYTES;

/** As crypto.randomBytes, from bytes that were drawn in blocks, as Node's own randomUUID does: each draw costs more than the bytes. What was handed out is in the pool no more. */
export function randomBytes(size: number): Buffer {
  if (taken + size > POOL_BYTES) draw(size);
  const bytes = Buffer.from(pool.subarray(taken, taken + size));
  pool.fill(0, taken, taken + size);
  taken += size;
  return bytes;
}

function draw(size: number): void {
  if (size > POOL_BYTES) throw new RangeError(`at most ${POOL_BYTES} random bytes at once`);
  randomFillSync(pool);
  taken = 0;
}
