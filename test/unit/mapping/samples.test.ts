/**
 * Golden cases: mappings/<country>/samples/<mapping>/*.yaml, one case a file, input and expectation together; a new case needs no code.
 * `for`: country of the service; `direction`; `input`, `request` (for answers to domestic) and `output`: XML text, a JSON document, or for a
 * REST request { body, query, path }; `loss`: what is stated must be exactly so; `refused`: code and field instead of output.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CausewayError } from '../../../src/errors.ts';
import type { Translation } from '../../../src/mapping/mappings.ts';
import type { LossReport, Mapped, Payload } from '../../../src/stages.ts';
import { domestic, goldenFiles, type Direction, type GoldenCase } from './golden.ts';
import { opened, request, response, tidyPayload, translation } from './support.ts';

const RUN: Record<Direction, (one: GoldenCase, to: Translation) => Mapped<'neutral'> | Mapped<'domestic'>> = {
  'request-to-neutral': (one, to) => to.requestToNeutral(request(domestic(one.input, 'request'))),
  'request-to-domestic': (one, to) => to.requestToDomestic(opened(one.input)),
  'response-to-neutral': (one, to) => to.responseToNeutral(response(domestic(one.input, 'response'))),
  'response-to-domestic': (one, to) => to.responseToDomestic(opened(one.input), request(domestic(one.request, 'request'))),
};

const files = goldenFiles();
assert.ok(files.length > 0);

for (const { name, mapping, one, problems } of files) {
  test(`${name}: ${one?.case ?? ''}`, async () => {
    assert.deepEqual(problems, []);
    const to = await translation(mapping, one.for);
    if (one.refused !== undefined) {
      const { code, field } = one.refused;
      assert.throws(() => RUN[one.direction](one, to), (error) => {
        assert.ok(error instanceof CausewayError, String(error));
        assert.deepEqual({ code: error.code, field: error.facts.field }, { code, field });
        return true;
      });
      return;
    }
    const { document: output, loss } = RUN[one.direction](one, to).fields;
    if (one.direction.endsWith('neutral')) assert.deepEqual(output, one.output);
    else assert.deepEqual(tidyPayload(output as Payload), tidyPayload(domestic(one.output, one.direction.startsWith('request') ? 'request' : 'response')));
    for (const [kind, paths] of Object.entries(one.loss ?? {})) assert.deepEqual(loss[kind as keyof LossReport].toSorted(), [...paths].sort(), kind);
  });
}
