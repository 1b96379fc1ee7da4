/** Expectations on coded errors. */
import assert from 'node:assert/strict';
import { CausewayError } from '../../../src/errors.ts';
import type { ErrorCode, ErrorFacts } from '../../../src/errors.ts';

/** A check for assert.throws and assert.rejects: our code, and these facts among the public ones. */
export function coded(code: ErrorCode, facts: ErrorFacts = {}) {
  return (error: unknown): true => {
    assert.ok(error instanceof CausewayError, `not a coded error: ${String(error)}`);
    assert.equal(error.code, code, error.message);
    for (const [name, value] of Object.entries(facts)) assert.equal(error.facts[name as keyof ErrorFacts], value, `fact ${name}`);
    return true;
  };
}
