/** Ports for gateways of the sandbox and the tests: chosen before the process that will listen on them starts. */
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import type { Server } from 'node:net';
import { CausewayError } from '../errors.ts';

/** Below those that the kernel gives to outgoing connections (Linux from 32768, macOS from 49152): one of those could be taken between the choice and its use. */
const LOWEST = 12_000;
const HIGHEST = 32_000;
const TRIES = 50;

/** `count` ports in a row on loopback that nothing listens on. */
export async function freePorts(count: number): Promise<number[]> {
  for (let tries = 1; ; tries += 1) {
    const ports = portsFrom(randomInt(LOWEST, HIGHEST - count), count);
    try {
      await holdBriefly(ports);
      return ports;
    } catch (error) {
      if (tries === TRIES) throw error;
    }
  }
}

/** The `count` ports from `base` on. `config-invalid`: one of them is taken, or cannot be used. */
export async function portsInRow(base: number, count: number): Promise<number[]> {
  const ports = portsFrom(base, count);
  await holdBriefly(ports);
  return ports;
}

const portsFrom = (base: number, count: number): number[] => Array.from({ length: count }, (_, n) => base + n);

/** All at once for a moment, so that one that is taken is found before anything starts. */
async function holdBriefly(ports: readonly number[]): Promise<void> {
  const servers = ports.map((port) => ({ server: createServer(), port }));
  try {
    await Promise.all(servers.map(({ server, port }) => listenOn(server, port)));
  } finally {
    await Promise.all(servers.map(({ server }) => new Promise((resolve) => server.close(resolve))));
  }
}

function listenOn(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => reject(new CausewayError('config-invalid', `Port ${port} cannot be used (${'code' in cause ? String(cause.code) : 'unknown'}): choose eight others with --base-port, or leave it out for free ones.`, { cause })));
    server.listen(port, '127.0.0.1', resolve);
  });
}
