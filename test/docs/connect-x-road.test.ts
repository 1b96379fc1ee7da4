/** The examples of docs/connect-x-road.md are gateway.yaml files that load, and its table of codes is what an edge answers. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { parse, stringify } from 'yaml';
import { readGateway } from '../../src/config/config.ts';
import { EDGE_FAULTS, edgeCode } from '../../src/ecosystems/xroad-edge-faults.ts';
import { CausewayError } from '../../src/errors.ts';
import type { ErrorCode, ErrorFacts } from '../../src/errors.ts';
import { ROOT, readPage } from './pages.ts';

const page = readPage('docs/connect-x-road.md');

suite('docs/connect-x-road.md', () => {
  for (const home of ['provider', 'edge'] as const) {
    test(`the example of ${home} is accepted, with the rest of a gateway.yaml`, (t) => {
      const [, example = ''] = new RegExp(`\`\`\`yaml ${home}\n([^]*?)\`\`\``).exec(page) ?? [];
      const shipped = parse(readFileSync(join(ROOT, 'federation-config/ee/gateway.yaml'), 'utf8')) as Record<string, unknown>;
      const given = parse(example) as Record<string, object>;
      const folder = mkdtempSync(join(tmpdir(), 'causeway-page-'));
      t.after(() => rmSync(folder, { recursive: true }));
      writeFileSync(join(folder, 'gateway.yaml'), stringify({ ...shipped, ...(home === 'edge' ? { echo: undefined } : {}), ...given, gateway: { ...(shipped['gateway'] as object), ...given['gateway'] } }));
      assert.equal(readGateway(folder).gateway.home, home);
    });
  }

  const KINDS: readonly (ErrorCode | readonly [ErrorCode, ErrorFacts['rule']])[] = [
    'connection-untrusted', 'unknown-member', 'unknown-service', ['unknown-service', 'service-type'], 'not-allowed', ['malformed', 'field-missing'], ['malformed', 'field-twice'], ['malformed', 'body-missing'],
    ['malformed', 'body-mismatch'], ['malformed', 'http-method'], 'malformed', 'service-unreachable',
  ];
  test('names each code in both spellings as an edge writes it', () => {
    for (const kind of KINDS) {
      const [code, rule] = typeof kind === 'string' ? [kind, undefined] : kind;
      const error = new CausewayError(code, 'x', rule === undefined ? {} : { facts: { rule } });
      for (const spelling of ['snake', 'camel'] as const) assert.ok(page.includes(`\`${edgeCode(error, spelling, 'client.invalid_soap')}\``), `${code} ${rule ?? ''} ${spelling}`);
    }
    assert.ok(Object.keys(EDGE_FAULTS).length > 40);
  });
});
