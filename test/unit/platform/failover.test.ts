/** Several servers as one connection: order, what is left out, what is never sent again. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { suite, test } from 'node:test';
import type { TestContext } from 'node:test';
import { below, failover } from '../../../src/platform/failover.ts';
import type { NamedConnection } from '../../../src/platform/failover.ts';
import { ConnectionFailed, connect } from '../../../src/platform/http-client.ts';
import type { HttpMessage } from '../../../src/platform/http-client.ts';
import { eventually } from '../../support/eventually.ts';

const asked: HttpMessage = { method: 'POST', target: '/x', headers: { 'content-type': 'text/plain' }, body: Buffer.from('ping') };
const within = () => ({ signal: AbortSignal.timeout(5000), maxBytes: 1000 });

interface Running extends NamedConnection {
  readonly server: Server;
  readonly port: number;
  readonly seen: string[];
}

async function serve(t: TestContext, name: string, answer: 'answers' | 'breaks' = 'answers', port = 0): Promise<Running> {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    if (answer === 'breaks') request.socket.destroy();
    else response.end(name);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => stop(server));
  const taken = (server.address() as AddressInfo).port;
  const connection = connect({ origin: `http://127.0.0.1:${taken}`, tls: 'plain-http-that-anybody-can-read-and-change', connections: 2 });
  t.after(() => connection.close());
  return { name, connection, server, port: taken, seen };
}

async function stop(server: Server): Promise<void> {
  if (!server.listening) return;
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
}

function together(t: TestContext, servers: readonly Running[], probeEvery = 20) {
  const changes: string[] = [];
  const connection = failover(servers, { changed: (name, reachable) => void changes.push(`${name} ${reachable ? 'reached' : 'left out'}`), probeEvery });
  t.after(() => connection.close());
  return { changes, ask: async () => (await connection.send(asked, within())).body.toString() };
}

suite('several servers', () => {
  test('the first is asked while it can be reached, and only it', async (t) => {
    const [first, second] = [await serve(t, 'first'), await serve(t, 'second')];
    const { ask } = together(t, [first, second]);
    assert.deepEqual([await ask(), await ask()], ['first', 'first']);
    assert.deepEqual(second.seen, []);
  });

  test('one to which no connection comes about is left out at once, and taken again when a try in the background reaches it', async (t) => {
    const [first, second] = [await serve(t, 'first'), await serve(t, 'second')];
    const { ask, changes } = together(t, [first, second]);
    await stop(first.server);
    assert.equal(await ask(), 'second');
    assert.equal(await ask(), 'second');
    assert.deepEqual(changes, ['first left out']);
    await serve(t, 'first again', 'answers', first.port);
    await eventually('the first is reached again', () => changes.length === 2);
    assert.deepEqual([await ask(), changes], ['first again', ['first left out', 'first reached']]);
  });

  test('a request that may have left is never sent to another', async (t) => {
    const [first, second] = [await serve(t, 'first', 'breaks'), await serve(t, 'second')];
    const { ask, changes } = together(t, [first, second]);
    await assert.rejects(ask(), (error: unknown) => error instanceof ConnectionFailed && error.sent && error.reason === 'broken');
    assert.deepEqual([second.seen, changes], [[], []]);
  });

  test('when none can be reached nothing was sent, and each is tried again with the next request', async (t) => {
    const [first, second] = [await serve(t, 'first'), await serve(t, 'second')];
    const { ask } = together(t, [first, second], 60_000);
    await Promise.all([stop(first.server), stop(second.server)]);
    await assert.rejects(ask(), (error: unknown) => error instanceof ConnectionFailed && !error.sent);
    await serve(t, 'second again', 'answers', second.port);
    assert.equal(await ask(), 'second again');
  });

  test('a deadline that ends before anything was sent is not taken for a server that is away', async (t) => {
    const [first, second] = [await serve(t, 'first'), await serve(t, 'second')];
    const { changes } = together(t, [first, second]);
    const connection = failover([first, second], { changed: (name) => void changes.push(name) });
    await assert.rejects(connection.send(asked, { signal: AbortSignal.abort(), maxBytes: 10 }), (error: unknown) => error instanceof ConnectionFailed && error.reason === 'aborted');
    assert.deepEqual(changes, []);
  });
});

suite('a target below a service URL', () => {
  for (const [path, target, expected] of [['/', '', '/'], ['/', '/companies?x=1', '/companies?x=1'], ['/v3', '', '/v3'], ['/v3', '/companies', '/v3/companies'], ['/v3/', '/companies', '/v3/companies']] as const) {
    test(`${path} and "${target}" make ${expected}`, async (t) => {
      const { connection, seen } = await serve(t, 'service');
      await below(connection, path).send({ ...asked, target }, within());
      assert.deepEqual(seen, [`POST ${expected}`]);
    });
  }
});
