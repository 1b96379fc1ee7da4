/** Where requests from abroad are handed over, by gateway.yaml. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { suite, test } from 'node:test';
import type { TestContext } from 'node:test';
import { KeyFiles } from '../../../src/crypto/key-files.ts';
import { TlsIdentities } from '../../../src/crypto/tls-identities.ts';
import { callingHome } from '../../../src/ecosystems/calling-home.ts';
import { coded } from './errors.ts';

type Config = Parameters<typeof callingHome>[0];

const asked = { method: 'POST', target: '/x', headers: {}, body: new Uint8Array() };
const within = () => ({ signal: AbortSignal.timeout(5000), maxBytes: 1000 });

async function serve(t: TestContext): Promise<string> {
  const server = createServer((request, response) => response.end(request.url));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function open(t: TestContext, gateway: 'provider' | 'edge', home: Partial<Config['home']>) {
  const calling = callingHome({ gateway: { home: gateway }, home: { timeout: 15_000, securityServers: [], services: [], ...home } } as unknown as Config, new TlsIdentities(new KeyFiles()), () => {});
  t.after(() => calling.close());
  return calling;
}

const plain = { plainHttpThatAnybodyCanReadAndChange: true, connections: 2 } as const;

suite('calling home', () => {
  test('behind security servers every service goes to them, each with its own time-out or the common one', async (t) => {
    const url = await serve(t);
    const calling = open(t, 'provider', { securityServers: [{ url, ...plain }], services: [{ service: 'EE/GOV/1/a/slow', timeout: 40_000, connections: 2 }] });
    const [slow, other] = ['EE/GOV/1/a/slow', 'EE/GOV/1/a/other'].map((service) => calling.of({ service }));
    assert.deepEqual([slow?.timeout, other?.timeout, other?.name], [40_000, 15_000, url]);
    assert.equal((await other!.connection.send(asked, within())).body.toString(), '/x');
  });

  test('at an edge a service is called at its own URL, and the target follows the path of it', async (t) => {
    const url = await serve(t);
    const calling = open(t, 'edge', { services: [{ service: 'EE/GOV/1/a/b', url: `${url}/base`, ...plain }] });
    const { connection, name } = calling.of({ service: 'EE/GOV/1/a/b' });
    assert.deepEqual([(await connection.send(asked, within())).body.toString(), name], ['/base/x', url]);
  });

  test('at an edge a service that gateway.yaml does not place is a mistake of its operators', (t) => {
    const calling = open(t, 'edge', {});
    assert.throws(() => calling.of({ service: 'EE/GOV/1/a/b' }), coded('config-invalid'));
  });
});
