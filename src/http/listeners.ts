/** The three listeners of a gateway, as its configuration says: their addresses, their TLS, and what a stranger may take of them. */
import { readFileSync } from 'node:fs';
import type { GatewayConfig } from '../config/config.ts';
import type { Logger } from '../platform/log.ts';
import { listen } from './listener.ts';
import type { Listener } from './listener.ts';

export type ListenerName = 'domestic' | 'federation' | 'operations';

/** Operations first, so that health can be asked while the others come up. Throws `config-invalid` for a port that is taken. */
export async function listenAll(config: GatewayConfig, log: Logger, apps: Readonly<Record<ListenerName, Parameters<typeof listen>[0]>>): Promise<Record<ListenerName, Listener>> {
  const { listeners, limits, keys } = config;
  const onBroken = (error: unknown): void => log.info({ err: error }, 'a connection broke while it was answered');
  const caps = { onBroken, maxConnections: limits.connections, maxHeaderBytes: limits.headerBytes, headersTimeout: limits.headersTimeout, requestTimeout: limits.requestTimeout };
  const identity = (tls: { readonly key: string; readonly certificate: string }, minVersion: 'TLSv1.2' | 'TLSv1.3') => ({ tls: { key: readFileSync(tls.key, 'utf8'), cert: readFileSync(tls.certificate, 'utf8'), minVersion } });
  const operations = await listen(apps.operations, { name: 'operations', ...listeners.operations, ...caps });
  const federation = await listen(apps.federation, { name: 'federation', host: listeners.federation.host, port: listeners.federation.port, ...caps, ...identity(keys.tls, 'TLSv1.3') });
  const domestic = await listen(apps.domestic, { name: 'domestic', host: listeners.domestic.host, port: listeners.domestic.port, ...caps, ...identity(listeners.domestic.tls, 'TLSv1.2') });
  return { domestic, federation, operations };
}
