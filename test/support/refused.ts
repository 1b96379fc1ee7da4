/** Asserts the code of a refusal. */
import assert from 'node:assert/strict';
import { CausewayError } from '../../src/errors.ts';
import type { ErrorCode } from '../../src/errors.ts';

export async function assertRefused(work: Promise<unknown> | (() => unknown), code: ErrorCode): Promise<CausewayError> {
  let refusal: CausewayError | undefined;
  await assert.rejects(
    async () => (typeof work === 'function' ? work() : work),
    (thrown: unknown) => {
      assert.ok(thrown instanceof CausewayError, `not one of ours: ${String(thrown)}`);
      assert.equal(thrown.code, code, `${thrown.code}: ${thrown.message}`);
      refusal = thrown;
      return true;
    },
  );
  assert.ok(refusal);
  return refusal;
}

/** assertRefused as the whole of a test. */
export async function refuses(work: Promise<unknown> | (() => unknown), code: ErrorCode): Promise<void> {
  await assertRefused(work, code);
}
