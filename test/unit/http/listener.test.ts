import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import Koa from 'koa';
import { listen } from '../../../src/http/listener.ts';

const OPTIONS = { name: 'test', host: '127.0.0.1', port: 0, maxConnections: 10, maxHeaderBytes: 8192, headersTimeout: 1000, requestTimeout: 1000, onBroken: () => {} };

test('a reader that takes a large answer too slowly is given up; one that takes it in time gets all of it', async () => {
  const closed = Promise.withResolvers<boolean>();
  const block = Buffer.alloc(1024 * 1024);
  const app = new Koa();
  app.use((context) => {
    const slow = context.path === '/slow';
    if (slow) context.res.once('close', () => closed.resolve(context.res.writableFinished));
    context.body = Readable.from(Array.from({ length: slow ? 200 : 2 }, () => block));
  });
  const listener = await listen(app, OPTIONS);
  const socket = connect(listener.port, '127.0.0.1');
  socket.on('error', () => {});
  socket.pause().write('GET /slow HTTP/1.1\r\nHost: x\r\n\r\n');
  assert.equal(await closed.promise, false);
  socket.destroy();
  const answer = await fetch(`http://127.0.0.1:${listener.port}/`);
  assert.equal((await answer.arrayBuffer()).byteLength, 2 * block.length);
  await listener.close(1000);
});
