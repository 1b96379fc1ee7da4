/**
 * Golden cases: mappings/<country>/samples/<mapping>/*.yaml, one case a file, input and expectation together; a new case needs no code.
 * `for`: country of the service; `direction`; `input`, `request` (for answers to domestic) and `output`: XML text, a JSON document, or for a
 * REST request { body, query, path }; `loss`: what is stated must be exactly so; `refused`: code and field instead of output.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { test } from 'node:test';
import { readYaml } from '../../../src/config/yaml.ts';
import { CausewayError } from '../../../src/errors.ts';
import type { Translation } from '../../../src/mapping/mappings.ts';
import type { JsonValue, LossReport, Mapped, Payload } from '../../../src/stages.ts';
import { json, MAPPINGS, opened, request, response, tidyPayload, translation, xml } from './support.ts';

type Direction = 'request-to-neutral' | 'request-to-domestic' | 'response-to-neutral' | 'response-to-domestic';

interface Case {
  readonly case: string;
  readonly for: string;
  readonly direction: Direction;
  readonly input: JsonValue;
  readonly request?: JsonValue;
  readonly output?: JsonValue;
  readonly loss?: Partial<LossReport>;
  readonly refused?: { readonly code: string; readonly field: string };
}

function domestic(value: JsonValue | undefined, kind: 'request' | 'response'): Payload {
  if (typeof value === 'string') return xml(value);
  if (kind === 'response') return json(value);
  const { body, query } = value as { body?: JsonValue; query?: Record<string, string> };
  return json(body, query ?? {});
}

const RUN: Record<Direction, (one: Case, to: Translation) => Mapped<'neutral'> | Mapped<'domestic'>> = {
  'request-to-neutral': (one, to) => to.requestToNeutral(request(domestic(one.input, 'request'))),
  'request-to-domestic': (one, to) => to.requestToDomestic(opened(one.input)),
  'response-to-neutral': (one, to) => to.responseToNeutral(response(domestic(one.input, 'response'))),
  'response-to-domestic': (one, to) => to.responseToDomestic(opened(one.input), request(domestic(one.request, 'request'))),
};

const files = readdirSync(MAPPINGS, { recursive: true, encoding: 'utf8' }).filter((name) => name.includes(`${sep}samples${sep}`) && name.endsWith('.yaml')).sort();
assert.ok(files.length > 0);

for (const name of files) {
  const [country = '', , mapping = ''] = name.split(sep);
  const document = readYaml(readFileSync(join(MAPPINGS, name), 'utf8'));
  const one = document.value as Case;
  test(`${name}: ${one?.case ?? ''}`, async () => {
    assert.deepEqual(document.problems, []);
    const to = await translation(`${country}/${mapping}`, one.for);
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
