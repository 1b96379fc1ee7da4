/** How far a connection to a server comes, step by step: what an operator is told when none comes about. */
import type { X509Certificate } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { spkiPin } from './spki.ts';
import type { PinnedTls } from './http-client.ts';

export type ReachStep = 'dns' | 'tcp' | 'tls' | 'pin';

export interface Reached {
  readonly step: ReachStep;
  readonly ok: boolean;
  /** What was found, for an operator. */
  readonly text: string;
}

/** The steps up to the first that fails. `tls`: undefined for plain HTTP, which has the first two. Never throws. */
export async function reach(origin: string, tls: PinnedTls | undefined, timeout: number): Promise<readonly Reached[]> {
  const { hostname, port, protocol } = new URL(origin);
  const host = hostname.replace(/^\[|\]$/g, '');
  const steps: Reached[] = [];
  const run = async <T>(step: ReachStep, work: () => Promise<{ readonly text: string; readonly value: T }>): Promise<T | undefined> => {
    try {
      const { text, value } = await work();
      steps.push({ step, ok: true, text });
      return value;
    } catch (error) {
      steps.push({ step, ok: false, text: error instanceof Error ? error.message || error.name : String(error) });
      return undefined;
    }
  };
  const address = await run('dns', async () => {
    const { address: found } = await lookup(host);
    return { text: `${host} is ${found}`, value: found };
  });
  if (address === undefined) return steps;
  const at = { host: address, port: Number(port || (protocol === 'https:' ? 443 : 80)) };
  const tcp = await run('tcp', async () => ({ text: `${at.host}:${at.port} accepts connections`, value: await opened(connectTcp(at), 'connect', timeout) }));
  tcp?.destroy();
  if (tcp === undefined || tls === undefined) return steps;
  const certificate = await run('tls', async () => {
    const { key, cert, minVersion } = tls;
    const socket = await opened(connectTls({ ...at, ...(key === undefined ? {} : { key }), ...(cert === undefined ? {} : { cert }), minVersion: minVersion ?? 'TLSv1.3', rejectUnauthorized: false }), 'secureConnect', timeout);
    const found = socket.getPeerX509Certificate();
    const text = `${socket.getProtocol()}, certificate of ${found?.subject.replaceAll('\n', ', ')}`;
    socket.destroy();
    return { text, value: found };
  });
  if (certificate !== undefined) await run('pin', async () => ({ text: judged(certificate, tls.pins), value: true }));
  return steps;
}

async function opened<S extends Socket>(socket: S, event: 'connect' | 'secureConnect', timeout: number): Promise<S> {
  try {
    await once(socket, event, { signal: AbortSignal.timeout(timeout) });
    return socket;
  } catch (error) {
    socket.destroy();
    throw error instanceof Error && error.name === 'AbortError' ? new Error(`no connection within ${timeout} ms`) : error;
  }
}

function judged(certificate: X509Certificate, pins: readonly string[]): string {
  const pin = spkiPin(certificate.publicKey);
  if (!pins.includes(pin)) throw new Error(`its key ${pin} is not that of a certificate under pins`);
  const now = Date.now();
  if (now < certificate.validFromDate.getTime() || now > certificate.validToDate.getTime()) throw new Error(`its certificate is valid from ${certificate.validFrom} to ${certificate.validTo}`);
  return `its key is pinned; valid to ${certificate.validTo}`;
}
