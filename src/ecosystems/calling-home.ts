/** Where requests from abroad are handed over: the country's security servers, or, at an edge, each service itself (gateway.yaml, `home`). */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { GatewayConfig } from '../config/config.ts';
import type { TlsIdentities } from '../crypto/tls-identities.ts';
import { CausewayError } from '../errors.ts';
import type { ExportedService } from '../mapping/mappings.ts';
import { below, failover } from '../platform/failover.ts';
import type { FailoverOptions } from '../platform/failover.ts';
import { connect } from '../platform/http-client.ts';
import { connectLive } from '../platform/live-connection.ts';
import type { ConnectOptions, HttpConnection } from '../platform/http-client.ts';
import { reach } from '../platform/reach.ts';
import { spkiPin } from '../platform/spki.ts';

export interface Handover {
  readonly connection: HttpConnection;
  /** Milliseconds that the service gets, within the budget of the exchange. */
  readonly timeout: number;
  /** Who vouches for its answers. */
  readonly name: string;
}

export interface CallingHome {
  /** Throws `config-invalid` for a service of which gateway.yaml does not say where it is. */
  of(service: Pick<ExportedService, 'service'>): Handover;
  /** Of a provider: each security server by itself. */
  readonly servers: readonly HttpConnection[];
  close(): Promise<void>;
}

type Home = GatewayConfig['home'];
type Reached = Home['securityServers'][number] | (Home['services'][number] & { readonly url: string });

/** Throws `config-invalid` for files that are no certificates. */
export function callingHome({ gateway, home }: Pick<GatewayConfig, 'gateway' | 'home'>, identities: TlsIdentities, changed: FailoverOptions['changed']): CallingHome {
  const timeoutOf = (id: string): number => home.services.find(({ service }) => service === id)?.timeout ?? home.timeout;
  if (gateway.home === 'provider') {
    const servers = home.securityServers.map((server) => ({ name: server.url, connection: open(server, identities) }));
    const connection = failover(servers, { changed });
    const name = home.securityServers.map(({ url }) => url).join(' ');
    return { of: ({ service }) => ({ connection, timeout: timeoutOf(service), name }), servers: servers.map((server) => server.connection), close: () => connection.close() };
  }
  const services = new Map(home.services.flatMap(({ url, ...service }) => (url === undefined ? [] : [[service.service, { url, connection: below(open({ ...service, url }, identities), new URL(url).pathname) }] as const])));
  return {
    of({ service }) {
      const found = services.get(service);
      if (found === undefined) throw new CausewayError('config-invalid', `gateway.yaml, home.services: no entry says where ${service} is`);
      return { connection: found.connection, timeout: timeoutOf(service), name: new URL(found.url).origin };
    },
    servers: [],
    close: async () => void (await Promise.all([...services.values()].map(({ connection }) => connection.close()))),
  };
}

/** Whether a connection to one of the servers at home comes about now, whoever has used it before: security servers, or services of an edge. */
export async function homeReached({ gateway, home }: Pick<GatewayConfig, 'gateway' | 'home'>, timeout: number): Promise<boolean> {
  const servers = gateway.home === 'provider' ? home.securityServers : home.services.flatMap(({ url, tls }) => (url === undefined ? [] : [{ url, tls }]));
  const tried = await Promise.all(servers.map(async ({ url, tls }) => {
    const ours = tlsOf(tls);
    return (await reach(new URL(url).origin, typeof ours === 'string' ? undefined : ours, timeout)).every(({ ok }) => ok);
  }));
  return tried.length === 0 || tried.includes(true);
}

function open({ url, connections, tls }: Reached, identities: TlsIdentities): HttpConnection {
  const { origin } = new URL(url);
  const { key, certificate, pins } = tls ?? {};
  if (key === undefined || certificate === undefined || pins === undefined) return connect({ origin, tls: tlsOf(tls), connections });
  const pinned = pinsOf(pins);
  return connectLive({ origin, tls: { pins: () => pinned, minVersion: 'TLSv1.2' }, identity: identities.of({ key, certificate }), connections });
}

/** gateway.yaml has no `tls` only where plain HTTP is allowed by its long name (config/check-home.ts). */
export function tlsOf(tls: Reached['tls']): ConnectOptions['tls'] {
  if (tls === undefined) return 'plain-http-that-anybody-can-read-and-change';
  const { key, certificate, pins } = tls;
  const ours = key === undefined || certificate === undefined ? {} : { key: readFileSync(key), cert: readFileSync(certificate) };
  return { ...ours, pins: pinsOf(pins), minVersion: 'TLSv1.2' };
}

/** Pins of the keys in certificate files. */
export function pinsOf(files: readonly string[]): string[] {
  return files.map((file) => spkiPin(new X509Certificate(readFileSync(file)).publicKey));
}
