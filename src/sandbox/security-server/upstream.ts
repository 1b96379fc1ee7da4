/** Connections of the stand-in to the services behind it: mutual TLS with its internal certificate, and the provider's certificate required. */
import { ConnectionFailed, connect } from '../../platform/http-client.ts';
import type { HttpConnection, HttpMessage, HttpReply } from '../../platform/http-client.ts';
import type { SubsystemId } from '../plan.ts';
import type { TlsIdentity } from '../wire.ts';
import type { OfferedService } from './access.ts';
import { PlatformFault } from './fault.ts';

/** Bytes of an answer that the platform carries. */
const MAX_ANSWER = 20 * 1024 * 1024;

export class Upstream {
  readonly #pins: ReadonlyMap<SubsystemId, readonly string[]>;
  readonly #serviceTimeout: number;
  readonly #pools = new Map<string, HttpConnection>();
  #identity: TlsIdentity;

  /** `pins`: keys of the certificates registered for each provider. `serviceTimeout` in milliseconds. */
  constructor(identity: TlsIdentity, pins: ReadonlyMap<SubsystemId, readonly string[]>, serviceTimeout: number) {
    this.#identity = identity;
    this.#pins = pins;
    this.#serviceTimeout = serviceTimeout;
  }

  /**
   * Sends `request` to the service URL; its target is appended to the URL's path. Never sends twice. Network failures are faults
   * of the platform under `prefix`.
   */
  async forward(service: OfferedService, request: HttpMessage, prefix: string): Promise<HttpReply> {
    const url = service.url();
    if (url === undefined) throw new PlatformFault(`${prefix}.service_missing_url`, `Service address is not specified for ${service.id}`);
    const base = new URL(url);
    const target = `${base.pathname === '/' && request.target !== '' ? '' : base.pathname}${request.target}`;
    try {
      return await this.#pool(base.origin, service.provider).send({ ...request, target }, { signal: AbortSignal.timeout(this.#serviceTimeout), maxBytes: MAX_ANSWER });
    } catch (error) {
      throw networkFault(error, prefix);
    }
  }

  /** From now on with this certificate. */
  present(identity: TlsIdentity): void {
    this.#identity = identity;
    void this.close();
  }

  async close(): Promise<void> {
    const pools = [...this.#pools.values()];
    this.#pools.clear();
    await Promise.all(pools.map((pool) => pool.close()));
  }

  #pool(origin: string, provider: SubsystemId): HttpConnection {
    const key = `${origin} ${provider}`;
    const known = this.#pools.get(key);
    if (known !== undefined) return known;
    const pool = connect({
      origin,
      tls: { key: this.#identity.key, cert: this.#identity.certificate, pins: this.#pins.get(provider) ?? [], minVersion: 'TLSv1.2' },
      connections: 64,
    });
    this.#pools.set(key, pool);
    return pool;
  }
}

function networkFault(error: unknown, prefix: string): unknown {
  if (!(error instanceof ConnectionFailed)) return error;
  if (error.reason === 'connect') return new PlatformFault(`${prefix}.network_error`, 'Could not connect to the service');
  return new PlatformFault(`${prefix}.io_error`, error.reason === 'aborted' ? 'The service did not answer in time' : 'The connection to the service failed');
}
