import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CONFIGURATION_PATH, statementPath } from '../../src/trust/layout.ts';
import { placesOf } from '../../src/trust/sources.ts';
import { EE_ANCHOR, FI_ANCHOR, bent } from '../support/federation.ts';
import { refuses } from '../support/refused.ts';

const { eeAnchor, aboutFiAnchor } = bent({});

/** A web server that says of everything that it is of `type`. */
async function serving<T>(type: string | undefined, use: (places: ReturnType<typeof placesOf>) => Promise<T>): Promise<T> {
  const server = createServer((request, response) => {
    if (type !== undefined) response.setHeader('content-type', type);
    response.statusCode = request.url === statementPath('https://unknown.example') ? 404 : 200;
    response.end(request.url === CONFIGURATION_PATH ? eeAnchor : aboutFiAnchor);
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  try {
    return await use(placesOf({ [EE_ANCHOR]: [`http://127.0.0.1:${(server.address() as AddressInfo).port}`] }));
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

test('control: a document of its own type is taken', () =>
  serving('application/entity-statement+jwt', async (places) => {
    assert.equal(await places.configuration(EE_ANCHOR), eeAnchor);
    assert.equal(await places.statement(EE_ANCHOR, FI_ANCHOR), aboutFiAnchor);
  }));

for (const type of ['text/plain', 'application/jwt', 'application/entity-statement+jwt; charset=utf-8', 'application/causeway-notices+jwt', undefined]) {
  test(`a configuration and a statement of content type ${String(type)} are refused`, () =>
    serving(type, async (places) => {
      await refuses(places.configuration(EE_ANCHOR), 'chain-malformed');
      await refuses(places.statement(EE_ANCHOR, FI_ANCHOR), 'chain-malformed');
    }));
}

test('a statement served as a notice list is refused by its content type, and a document that is not there by its status', () =>
  serving('application/entity-statement+jwt', async (places) => {
    await refuses(places.notices(EE_ANCHOR), 'chain-malformed');
    await refuses(places.statement(EE_ANCHOR, 'https://unknown.example'), 'service-refused');
  }));

test('an entity that no source is configured for is not looked for', () => refuses(placesOf({}).configuration('https://169-254-169-254.example'), 'chain-untrusted'));
