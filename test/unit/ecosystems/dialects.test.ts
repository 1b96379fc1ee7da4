import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CausewayError } from '../../../src/errors.ts';
import { DIALECT_FORMS, openDialects } from '../../../src/ecosystems/dialects.ts';
import { xroadFault } from '../../../src/ecosystems/xroad-faults.ts';
import { hubSettings } from '../../support/hub-messages.ts';
import type { HttpConnection } from '../../../src/platform/http-client.ts';
import { NO_SCOPE } from '../../support/spool.ts';

const settings = { faultSpelling: 'camel', maxAnswerBytes: 77, hub: hubSettings({ maxAnswerBytes: 77 }) } as const;

const dialectOf = await openDialects(settings);

for (const name of Object.keys(DIALECT_FORMS)) {
  const dialect = dialectOf(name);

  test(`${name} stands in the list under its own name`, () => assert.equal(dialect.name, name));

  if (name !== 'openapi') test(`${name} speaks faults in the spelling that is set, and never as X-Road itself`, () => {
    const text = Buffer.from(dialect.renderFault(new CausewayError('not-allowed', 'x'), { exchange: 'x', country: 'EE' }).body).toString();
    assert.ok(text.includes('Server.Gateway.NotAllowed'));
    assert.equal(xroadFault('Server.Gateway.NotAllowed'), undefined);
  });

  test(`${name} reads no more of an answer than is set`, async () => {
    const reply = { status: 200, headers: {}, body: new Uint8Array() };
    const limits: number[] = [];
    const connection: HttpConnection = { send: async (_, { maxBytes }) => (limits.push(maxBytes), reply), close: async () => undefined };
    await dialect.call({ method: 'POST', target: '/', headers: {}, body: new Uint8Array() }, connection, new AbortController().signal, NO_SCOPE);
    assert.deepEqual(limits, [77]);
  });
}

test('a name that is not listed opens nothing', () => {
  for (const name of ['xroad', 'toString', '']) assert.throws(() => dialectOf(name), { code: 'config-invalid' });
});

test('openapi is not spoken where gateway.yaml has no home.hub', async () => {
  const { hub: _, ...withoutHub } = settings;
  const only = await openDialects(withoutHub);
  assert.throws(() => only('openapi'), { code: 'config-invalid' });
});
