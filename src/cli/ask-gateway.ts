/** What a running gateway shows its operators (http/operations.ts). */
import { readGateway } from '../config/config.ts';
import { CausewayError } from '../errors.ts';

const PATIENCE_MS = 5000;

/** Asks the operations listener that the gateway.yaml of `folder` names; the answer is our own gateway's. Throws `config-invalid` when no gateway answers there. */
export async function askGateway<T>(folder: string, path: string): Promise<T> {
  const { host, port } = readGateway(folder).listeners.operations;
  const url = `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${port}${path}`;
  try {
    const reply = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS) });
    if (reply.status !== 200) throw new Error(`status ${reply.status}`);
    return (await reply.json()) as T;
  } catch (cause) {
    throw new CausewayError('config-invalid', `no gateway answers at ${url}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}
