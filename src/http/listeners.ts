/** The three listeners of a gateway, as its configuration says: their addresses, their TLS, and what a stranger may take of them. */
import type { GatewayConfig } from '../config/config.ts';
import type { Logger } from '../platform/log.ts';
import type { TlsIdentity } from '../crypto/key-files.ts';
import type { ShownIdentities } from '../exchange/key-watch.ts';
import { listen } from './listener.ts';
import type { Listener } from './listener.ts';

export type ListenerName = 'domestic' | 'federation' | 'operations';

/** Operations first, so that health can be asked while the others come up. Throws `config-invalid` for a port that is taken. */
export async function listenAll(config: GatewayConfig, identities: ShownIdentities, log: Logger, apps: Readonly<Record<ListenerName, Parameters<typeof listen>[0]>>): Promise<Record<ListenerName, Listener>> {
  const { listeners, limits } = config;
  const onBroken = (error: unknown): void => log.info({ err: error }, 'a connection broke while it was answered');
  const caps = { onBroken, maxConnections: limits.connections, maxHeaderBytes: limits.headerBytes, headersTimeout: limits.headersTimeout, requestTimeout: limits.requestTimeout };
  const operations = await listen(apps.operations, { name: 'operations', ...listeners.operations, ...caps });
  const federation = await listen(apps.federation, { name: 'federation', host: listeners.federation.host, port: listeners.federation.port, ...caps, tls: shown(identities.federation, 'TLSv1.3') });
  const domestic = await listen(apps.domestic, { name: 'domestic', host: listeners.domestic.host, port: listeners.domestic.port, ...caps, tls: shown(identities.domestic, 'TLSv1.2') });
  return { domestic, federation, operations };
}

/** From now on new connections are shown these. */
export function renewAll({ domestic, federation }: Pick<Record<ListenerName, Listener>, 'domestic' | 'federation'>, identities: ShownIdentities): void {
  federation.renew(shown(identities.federation, 'TLSv1.3'));
  domestic.renew(shown(identities.domestic, 'TLSv1.2'));
}

function shown({ key, cert }: TlsIdentity, minVersion: 'TLSv1.2' | 'TLSv1.3') {
  return { key, cert, minVersion };
}
